import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { id, memberOf, record, rows, send } from "../../../tests/support/member-records.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { Browser, codeOf, enrol, join, later, PASSWORD, STEP_MS } from "../../../tests/support/sign-in.ts";
import type { FastifyInstance } from "fastify";
import { offerSetup } from "../../access/index.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "../../access/policy.ts";
import { ensureSource, type Source, uploadFile } from "../../ingest/index.ts";
import { makeServer } from "../../server.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { ledgerOf, turnDay, verifyLedger } from "../index.ts";
import { continueBulk } from "../grants/bulk.ts";
import { guessReading, type OpeningReading } from "../../members/opening/columns.ts";
import { checkOpening, makeOpening, signOpening } from "../../members/opening/opening.ts";
import { openingLots, resumeOpening, undoOpening } from "./opening.ts";
import { type Opening, openings } from "./opening-store.ts";
import { LOT_FIELDS } from "./reading.ts";
import type { Stated, Totals } from "./totals.ts";

const world = withDatabase();
const TODAY = new Date("2026-11-22T04:00:00Z");
const PEOPLE = ["13811110001", "13811110002", "13811110003", "13811110004"] as const;
let source: Source;
const members: number[] = [];

async function* bytes(content: string) {
  yield Buffer.from(content);
}
const upload = (content: string, file_name = "points.csv") =>
  uploadFile(world().ground, { file_name, stream: bytes(content) });
const guess = (content: string) => guessReading(LOT_FIELDS, content.split("\n")[0]?.split(",") ?? []) as OpeningReading;

/** Uploads, reads as guessed, and checks. */
async function opened(
  content: string,
  more: Partial<OpeningReading> = {},
): Promise<{ opening: Opening; totals: Totals }> {
  const { ground } = world();
  const { import_id } = await upload(content);
  const make = await makeOpening(openingLots, ground, {
    import_id,
    reading: { ...guess(content), ...more },
    person_id: null,
  });
  const { opening_id } = await ground.store.write(SYSTEM_SCOPE, make);
  const totals = (await checkOpening(openingLots, ground, opening_id, async () => true)) as Totals;
  return { opening: await read(opening_id), totals };
}
const read = (opening_id: number) => world().ground.store.read(SYSTEM_SCOPE, (tx) => openings.byId(tx, opening_id));
const state = (opening_id: number, stated: Stated) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) => openings.set(tx, opening_id, { stated }));
const sign = (opening_id: number, despite = false) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) => signOpening(openingLots, tx, world().ground, opening_id, despite));
async function give({ bulk_id }: Opening): Promise<void> {
  while ((await continueBulk(world().ground, bulk_id)) > 0);
}
const problemsIn = async (opening_id: number) =>
  (
    await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      openings.problemsOf(tx, opening_id, { after: null, limit: 100 }),
    )
  ).map(({ row, code }) => [row, code]);
const lotsOf = (member: number) =>
  rows<{ points: number; active: number; last_day: string | null }>(
    world().ground,
    "select points, active, last_day from points.lot where owner = $1 and active > 0 order by last_day nulls last, points",
    [member],
  );
const bulkOf = async ({ bulk_id }: Opening) =>
  (
    await rows<{ state: string; given: number; spent: number; taken: number }>(
      world().ground,
      `select b.state, count(*) filter (where m.state = 'given')::int as given, sum(m.spent)::int as spent, sum(m.taken)::int as taken
       from points.bulk b join points.bulk_member m using (bulk_id) where b.bulk_id = $1 group by b.state`,
      [bulk_id],
    )
  )[0];

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(TODAY);
  source = await ensureSource(ground, { key: "crm", name: "CRM", kind: "rest" });
  for (const phone of PEOPLE) {
    await send(ground, source, [
      record("member", "2026-03-01", [id("crm_id", `C${phone.slice(-1)}`), id("phone", phone)]),
    ]);
    members.push(await memberOf(ground, source, "crm_id", `C${phone.slice(-1)}`));
  }
});

const HEAD = "会员编号,积分,到期日,获得日期";

describe("an opening's dry run", () => {
  test("names each row that brings nothing in, and gives nothing", async () => {
    const file = [
      HEAD,
      "C1,100,2027-06-30,2026-06-30",
      "C9,100,2027-06-30,2026-06-30",
      "C1,50,2026-11-21,2025-06-30",
      "C1,-20,2027-06-30,2026-06-30",
      "C1,1.5,2027-06-30,2026-06-30",
      "C1,100,2027-06-30,2026-06-30",
      "C2,0,,",
      "C2,30,永久有效,2027-01-01",
      ",30,,",
      "C2,abc,,",
      "C2,30,someday,",
      'C2,"1,200",永久有效,2026/1/5',
    ].join("\n");
    const { opening, totals } = await opened(file);
    expect(await problemsIn(opening.opening_id)).toEqual([
      [3, "members.opening_nobody"],
      [4, "points.opening_expired"],
      [5, "points.opening_negative"],
      [6, "row.not_whole"],
      [7, "points.opening_twice_in_file"],
      [8, "points.opening_zero"],
      [9, "points.opening_ahead"],
      [10, "members.opening_no_member"],
      [11, "row.not_a_number"],
      [12, "row.not_a_date"],
    ]);
    expect(totals).toEqual({
      members: 2,
      lots: 2,
      points: 1300,
      months: [
        { month: "2027-06", points: 100 },
        { month: null, points: 1200 },
      ],
    });
    expect(opening).toMatchObject({ state: "checked", rows: 12, wrong: 10 });
    expect(await lotsOf(members[0] ?? 0)).toEqual([]);
  });

  test("finds members by phone in any spelling, tells two alike lots by their number, and masks who is not found", async () => {
    const file = [
      "手机号,积分余额,有效期至,批次号",
      "138 1111 0001,10,20270131,L1",
      "+8613811110001,10,20270131,L2",
      "13811110001,10,20270131,L2",
      "13899998888,10,20270131,L3",
    ].join("\n");
    const { opening, totals } = await opened(file);
    expect(totals).toMatchObject({ members: 1, lots: 2, points: 20 });
    const found = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      openings.problemsOf(tx, opening.opening_id, { after: null, limit: 10 }),
    );
    expect(found.map(({ row, code }) => [row, code])).toEqual([
      [4, "points.opening_twice_in_file"],
      [5, "members.opening_nobody"],
    ]);
    expect(JSON.stringify(found)).toContain("138****8888");
    expect(JSON.stringify(found)).not.toContain("13899998888");
  });

  test("read again after members came in finds them, and leaves nothing of the first reading", async () => {
    const { ground } = world();
    const { opening, totals } = await opened(`${HEAD}\nC1,5,2027-06-30,\nC77,5,2027-06-30,`);
    expect(totals).toMatchObject({ members: 1, points: 5 });
    await send(ground, source, [record("member", "2026-03-01", [id("crm_id", "C77")])]);
    expect(await checkOpening(openingLots, ground, opening.opening_id, async () => true)).toMatchObject({
      members: 2,
      points: 10,
    });
    expect(await problemsIn(opening.opening_id)).toEqual([]);
  });
});

describe("an opening", () => {
  test("is signed only with the other system's totals, and where they differ only when that is said", async () => {
    const { opening } = await opened(`${HEAD}\nC1,7,2027-07-31,\nC2,8,2027-08-31,`);
    const { opening_id } = opening;
    await expect(sign(opening_id)).rejects.toMatchObject({ code: "members.opening_unstated" });
    await state(opening_id, { members: 2, points: 15, months: [{ month: "2027-07", points: 15 }] });
    await expect(sign(opening_id)).rejects.toMatchObject({
      code: "members.opening_differs",
      params: { count: 2, what: "month", key: "2027-07", stated: 15, found: 7 },
    });
    await sign(opening_id, true);
    await expect(sign(opening_id, true)).rejects.toMatchObject({ code: "members.opening_state" });
    await expect(checkOpening(openingLots, world().ground, opening_id, async () => true)).rejects.toMatchObject({
      code: "members.opening_state",
    });
  });

  test("is given exactly once with each lot's own expiry: broken off, gone on with, by two workers; the file never again", async () => {
    const [, , carl = 0, dora = 0] = members;
    const file = `${HEAD}\nC3,300,2026-12-31,2025-12-31\nC3,200,2027-03-31,2026-03-31\nC3,100,,2026-01-01\nC4,50,2027-03-31,`;
    const { opening, totals } = await opened(file);
    const { opening_id } = opening;
    await state(opening_id, {
      members: totals.members,
      points: totals.points,
      lots: totals.lots,
      months: totals.months,
    });
    await sign(opening_id);
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update points.bulk set state = 'cancelled' where bulk_id = $1", [opening.bulk_id]),
    );
    expect(await continueBulk(ground, opening.bulk_id)).toBe(0);
    await ground.store.write(SYSTEM_SCOPE, (tx) => resumeOpening(tx, opening_id));
    await Promise.all(Array.from({ length: 4 }, () => continueBulk(ground, opening.bulk_id)));
    await give(opening);
    expect(await bulkOf(opening)).toMatchObject({ state: "done", given: 4 });
    expect(await lotsOf(carl)).toEqual([
      { points: 300, active: 300, last_day: "2026-12-31" },
      { points: 200, active: 200, last_day: "2027-03-31" },
      { points: 100, active: 100, last_day: null },
    ]);
    expect(await lotsOf(dora)).toEqual([{ points: 50, active: 50, last_day: "2027-03-31" }]);
    const again = await opened(file);
    await state(again.opening.opening_id, { members: 2, points: 650 });
    await expect(sign(again.opening.opening_id)).rejects.toMatchObject({ code: "members.opening_posted" });
    await expect(
      ground.store.write(SYSTEM_SCOPE, (tx) => openings.set(tx, again.opening.opening_id, { state: "posted" })),
    ).rejects.toThrow(/opening_once/);
    expect((await verifyLedger(ground.store)).ok).toBe(true);
  });

  test("is taken back as a whole, lot by lot, with what was spent listed; then the file may come in again", async () => {
    const { ground } = world();
    const file = `${HEAD}\nC2,40,2027-01-31,\nC2,60,2027-02-28,\nC1,25,2027-02-28,`;
    const { opening, totals } = await opened(file);
    await state(opening.opening_id, totals);
    await sign(opening.opening_id);
    await give(opening);
    const [anna = 0, ben = 0] = members;
    await ledgerOf(ground).submit({
      key: "spend ben",
      command: { type: "spend", wallet: [ben], points: 55, reference: "redeem:ben" },
    });
    await ground.store.write(SYSTEM_SCOPE, (tx) => undoOpening(tx, opening.opening_id, "leave"));
    await give(opening);
    expect(await bulkOf(opening)).toMatchObject({ state: "undone", taken: 70, spent: 55 });
    expect(await lotsOf(ben)).toEqual([]);
    expect(await lotsOf(anna)).toEqual([]);
    const again = await opened(file);
    await state(again.opening.opening_id, again.totals);
    await sign(again.opening.opening_id);
    await give(again.opening);
    expect(await lotsOf(anna)).toEqual([{ points: 25, active: 25, last_day: "2027-02-28" }]);
    expect((await verifyLedger(ground.store)).ok).toBe(true);
  });

  test("whose lot expires between the signature and its giving leaves that lot out, by name", async () => {
    const { ground, clock } = world();
    const { opening, totals } = await opened(`${HEAD}\nC4,11,2026-11-22,\nC4,12,2027-11-22,`);
    await state(opening.opening_id, totals);
    await sign(opening.opening_id);
    clock.set(new Date("2026-11-23T04:00:00Z"));
    await turnDay(ground, "2026-11-23");
    await give(opening);
    const left = await rows<{ part: number; refused: string }>(
      ground,
      "select part, refused from points.bulk_member where bulk_id = $1 and state = 'refused'",
      [opening.bulk_id],
    );
    expect(left).toEqual([{ part: 2, refused: "points.lot_over" }]);
    clock.set(TODAY);
  });
});

describe("over the interface", () => {
  let app: FastifyInstance;
  afterAll(() => app.close());

  test("an operator asks, a second person signs, the job gives; whoever has some stores only is refused", async () => {
    const { ground } = world();
    app = await makeServer(world().composition, { ready: true });
    const owner = new Browser(() => app);
    const token = await offerSetup(ground);
    const first = { token, brand_name: "山野茶", name: "林", email: "lin@tea.cn", password: PASSWORD };
    expect((await owner.call("POST", "/api/setup", first)).status).toBe(201);
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      setSecurityPolicy(tx, { ...DEFAULT_POLICY, second_factor_roles: [], session_hours_max: 24 }),
    );
    const operator = await join(owner, "fen@tea.cn", "operator");
    const manager = await join(owner, "li@tea.cn", "manager");
    const { secret } = await enrol(world(), manager);
    const here = await join(owner, "hz@tea.cn", "operator");
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update access.person set scope_stores = '{HZ01}' where email = 'hz@tea.cn'"),
    );
    const { import_id } = await upload(`${HEAD}\nC4,500,2028-01-31,2026-01-31\n`);
    const seen = await operator.call("GET", `/api/points/openings/files/${import_id}`);
    expect(seen.body.guess).toEqual({
      member_key: "crm_id",
      member: 0,
      points: 1,
      last_day: 2,
      earned_on: 3,
      day_format: "auto",
    });
    const made = await operator.call("POST", "/api/points/openings", { import_id, reading: seen.body.guess });
    expect(made.status).toBe(201);
    expect(
      (await here.call("POST", "/api/points/openings", { import_id, reading: seen.body.guess })).body,
    ).toMatchObject({ status: 403, code: "members.opening_all_stores" });
    const url = `/api/points/openings/${made.body.opening_id}`;
    await runQueuedJobs(world());
    const stated = { members: 1, points: 500 };
    expect((await operator.call("PUT", `${url}/stated`, stated)).body).toMatchObject({ differences: [] });
    const asked = await operator.call("POST", `${url}/sign`, { reason: "切换上线" });
    expect(asked.body).toMatchObject({ status: 403, code: "access.approval_asked" });
    expect(asked.body.detail_zh).toMatch(/1 位会员、1 批、500 分；0 行不入账.*全部一致/);
    const approval = asked.body.params.approval_id as number;
    later(world(), 10 * STEP_MS);
    await manager.signIn("li@tea.cn");
    expect((await manager.code(codeOf(world(), secret))).status).toBe(204);
    const decided = await manager.call("POST", `/api/approvals/${approval}/decide`, {
      decision: "approved",
      comment: "合计已核对",
    });
    expect(decided.body).toMatchObject({ state: "approved" });
    const done = await operator.call("POST", `/api/approvals/${approval}/execute`);
    expect(done).toMatchObject({ status: 202, body: { state: "posted", bulk: { state: "running" } } });
    await runQueuedJobs(world());
    const { body } = await operator.call("GET", url);
    expect(body).toMatchObject({ opening: { bulk: { state: "done", given: 1 } }, problems: [], exceptions: [] });
    expect((await operator.call("DELETE", url)).body).toMatchObject({ code: "members.opening_state" });
  });
});
