import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { offerSetup } from "../../src/access/index.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "../../src/access/policy.ts";
import { build as q } from "../../src/query/index.ts";
import { makeServer } from "../../src/server.ts";
import { saveSegment } from "../../src/segments/segments.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { bookOf, settleTags } from "../../src/tags/index.ts";
import { withDatabase } from "../support/database.ts";
import { deliverAll } from "../support/outbox.ts";
import { Browser, codeOf, enrol, join, later, PASSWORD, personId, STEP_MS } from "../support/sign-in.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
let app: FastifyInstance;
const newBrowser = () => new Browser(() => app);
const owner = newBrowser();
/** Asks. */
let analyst: Browser;
/** Decides, with a second factor. */
let manager: Browser;
let manager_secret = "";
let owner_secret = "";
let segment_id: number;

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(NOW);
  app = await makeServer(world().composition, { ready: true });
  const token = await offerSetup(ground);
  const first = { token, brand_name: "山野茶", name: "林", email: "lin@tea.cn", password: PASSWORD };
  expect((await owner.call("POST", "/api/setup", first)).status).toBe(201);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    setSecurityPolicy(tx, { ...DEFAULT_POLICY, second_factor_roles: [], session_hours_max: 24 }),
  );
  await seedWorld(ground, { members: 30, seed: 4, until: NOW });
  await deliverAll(world());
  await settleTags(ground, bookOf(ground));
  const condition = q.equals(q.member("has_phone"), true);
  const by = { person_id: null, name: "Test" };
  ({ segment_id } = await saveSegment(ground, { name: "有手机的", description: "", condition }, by));
  analyst = await join(owner, "fen@tea.cn", "analyst");
  manager = await join(owner, "li@tea.cn", "manager");
  manager_secret = (await enrol(world(), manager)).secret;
  owner_secret = (await enrol(world(), owner)).secret;
});
afterAll(async () => app.close());

/** Everybody is signed in afresh, and approvers have shown their second factor. */
beforeEach(async () => {
  later(world(), 10 * STEP_MS);
  await analyst.signIn("fen@tea.cn");
  for (const [person, email, secret] of [
    [manager, "li@tea.cn", manager_secret],
    [owner, "lin@tea.cn", owner_secret],
  ] as const) {
    await person.signIn(email);
    expect((await person.code(codeOf(world(), secret))).status).toBe(204);
  }
});

let wishes = 0;
/** A wish that nobody had before. */
const wish = (more: object = {}) => {
  wishes += 1;
  const reason = `唤醒短信第 ${wishes} 批，交给供应商`;
  return { segment_id, columns: ["member_id", "name", "phone"], format: "csv", language: "zh", reason, ...more };
};
const ask = (person: Browser, payload: object) => person.call("POST", "/api/segments/exports", payload);
const decide = (person: Browser, id: number, decision = "approved", comment = "名单已核对") =>
  person.call("POST", `/api/approvals/${id}/decide`, { decision, comment });
const carryOut = (person: Browser, id: number) => person.call("POST", `/api/approvals/${id}/execute`);
const exportsMade = async () =>
  (
    await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ count: number }>("select count(*)::int as count from segments.export"),
    )
  )[0]?.count ?? 0;

/** Asks for something new. @returns the number of the request */
async function asked(person = analyst, payload: object = wish()): Promise<number> {
  const answer = await ask(person, payload);
  expect(answer.body).toMatchObject({ status: 403, code: "access.approval_asked" });
  return answer.body.params.approval_id as number;
}

describe("an act that the matrix gives after approval", () => {
  it("opens a request in words, waits for a colleague, and is carried out once", async () => {
    const before = await exportsMade();
    const answer = await ask(analyst, wish());
    const id = answer.body.params.approval_id as number;
    expect(answer.body.detail_zh).toMatch(/审批 #\d+.*有手机的.*位会员.*明文个人信息：姓名（明文）、手机号（明文）/);
    expect(answer.body.params.who_zh).toContain("li@tea.cn");
    expect((await analyst.call("GET", "/api/approvals/mine")).body.items[0]).toMatchObject({
      approval_id: id,
      state: "waiting",
      may_alone: false,
    });
    expect((await carryOut(analyst, id)).body).toMatchObject({ code: "access.approval_state" });
    const waiting = (await manager.call("GET", "/api/approvals")).body.items as { approval_id: number }[];
    expect(waiting.map((one) => one.approval_id)).toContain(id);
    expect((await manager.call("GET", "/api/approvals/count")).body.for_me).toBeGreaterThan(0);
    expect((await decide(manager, id)).body).toMatchObject({ state: "approved", approver: "li@tea.cn", alone: false });
    expect((await analyst.call("GET", "/api/approvals/count")).body).toEqual({ for_me: 0, ready: 1 });
    const done = await carryOut(analyst, id);
    expect(done).toMatchObject({ status: 202, body: { columns: ["member_id", "name", "phone"] } });
    expect((await carryOut(analyst, id)).body).toMatchObject({ code: "access.approval_used" });
    expect(await exportsMade()).toBe(before + 1);
    expect((await analyst.call("GET", "/api/approvals/mine")).body.items[0]).toMatchObject({
      state: "done",
      outcome: { export_id: done.body.export_id },
    });
  });

  it("is not opened twice by asking twice, and an export without personal data asks nobody", async () => {
    const one = wish();
    const id = await asked(analyst, one);
    expect(await asked(analyst, one)).toBe(id);
    await decide(manager, id);
    expect((await ask(analyst, one)).body).toMatchObject({ code: "access.approval_ready" });
    expect((await ask(analyst, wish({ columns: ["member_id", "name_masked"] }))).status).toBe(202);
  });

  it("is carried out once by 64 who try at the same time", async () => {
    const id = await asked();
    await decide(manager, id);
    const before = await exportsMade();
    const answers = await Promise.all(Array.from({ length: 64 }, () => carryOut(analyst, id)));
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1);
    const refused = answers.filter((answer) => answer.status !== 202).map((answer) => answer.body.code as string);
    // so many counts of a segment at once are refused before they come to the approval
    expect(refused.filter((code) => code !== "segments.busy")).toContain("access.approval_used");
    expect(new Set([...refused, "segments.busy"])).toEqual(new Set(["access.approval_used", "segments.busy"]));
    expect(await exportsMade()).toBe(before + 1);
  });

  it("is not carried out when it fails, and may be tried again", async () => {
    const id = await asked();
    await decide(manager, id);
    const before = await exportsMade();
    const { store } = world().ground;
    const block =
      "create function segments.break() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$";
    await adminQuery(block);
    await adminQuery(
      "create trigger breaks before insert on segments.export for each row execute function segments.break()",
    );
    expect((await carryOut(analyst, id)).status).toBe(500);
    await adminQuery("drop trigger breaks on segments.export");
    await adminQuery("drop function segments.break()");
    const row = await store.read(SYSTEM_SCOPE, (tx) =>
      tx.one("select executed_at from access.approval where approval_id = $1", [id]),
    );
    expect(row).toEqual({ executed_at: null });
    expect((await carryOut(analyst, id)).status).toBe(202);
    expect(await exportsMade()).toBe(before + 1);
  });
});

async function adminQuery(text: string): Promise<void> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: world().composition.databases.admin_url });
  await client.connect();
  await client.query(text);
  await client.end();
}

describe("what was approved", () => {
  const withApproval = (person: Browser, id: number, payload: object) =>
    app.inject({
      method: "POST",
      url: "/api/segments/exports",
      headers: { cookie: person.cookie, "huitou-approval": String(id) },
      payload,
    });

  it("is that very request: another column, another reason, one character more is another act", async () => {
    const one = wish();
    const id = await asked(analyst, one);
    await decide(manager, id);
    for (const other of [
      { ...one, columns: ["member_id", "name", "phone", "members.gender"] },
      { ...one, reason: `${one.reason} ` },
      { ...one, format: "xlsx" },
    ])
      expect((await withApproval(analyst, id, other)).json()).toMatchObject({ code: "access.approval_changed" });
    expect((await withApproval(manager, id, one)).json()).toMatchObject({ code: "access.approval_not_found" });
    // keys in another order are the same request
    const turned = Object.fromEntries(Object.entries(one).reverse());
    expect((await withApproval(analyst, id, turned)).statusCode).toBe(202);
  });

  it("names the segment as it was: another condition under the same number is another act", async () => {
    const { ground } = world();
    const by = { person_id: null, name: "Test" };
    const draft = { name: "会变的", description: "", condition: q.compare(q.member("member_id"), "<=", 5) };
    const changing = await saveSegment(ground, draft, by);
    const id = await asked(analyst, wish({ segment_id: changing.segment_id }));
    await decide(manager, id);
    await saveSegment(
      ground,
      { ...draft, condition: q.compare(q.member("member_id"), ">", 0) },
      by,
      changing.segment_id,
    );
    expect((await carryOut(analyst, id)).body).toMatchObject({ code: "access.approval_changed" });
  });

  it("is good for a day, and a request for a week", async () => {
    const approved = await asked();
    await decide(manager, approved);
    later(world(), 24 * 3_600_000 + 1_000);
    await analyst.signIn("fen@tea.cn");
    expect((await carryOut(analyst, approved)).body.params).toMatchObject({ state: "expired" });
    const one = wish();
    const waiting = await asked(analyst, one);
    later(world(), 7 * 86_400_000 + 1_000);
    await analyst.signIn("fen@tea.cn");
    await manager.signIn("li@tea.cn");
    await manager.code(codeOf(world(), manager_secret));
    expect((await decide(manager, waiting)).body).toMatchObject({ code: "access.approval_state" });
    expect(await asked(analyst, one)).not.toBe(waiting);
  });

  it("is carried out by whom the matrix still allows it", async () => {
    const id = await asked();
    await decide(manager, id);
    await owner.call("PATCH", `/api/people/${await personId(owner, "fen@tea.cn")}`, { role: "agent" });
    await analyst.signIn("fen@tea.cn");
    expect((await carryOut(analyst, id)).body).toMatchObject({ code: "access.not_allowed" });
    later(world(), 60_000);
    await owner.call("PATCH", `/api/people/${await personId(owner, "fen@tea.cn")}`, { role: "analyst" });
    await analyst.signIn("fen@tea.cn");
    expect((await carryOut(analyst, id)).status).toBe(202);
  });
});

describe("who decides", () => {
  it("is never the one who asked, as long as there is somebody else", async () => {
    const id = await asked(manager);
    expect((await decide(manager, id)).body).toMatchObject({ code: "access.approval_second_person" });
    expect((await decide(owner, id)).status).toBe(200);
    const { store } = world().ground;
    await asked(manager);
    await expect(
      store.write(SYSTEM_SCOPE, (tx) =>
        tx.query(
          "update access.approval set decision = 'approved', decided_at = now(), approver_id = requester_id where decision is null",
        ),
      ),
    ).rejects.toThrow(/check constraint/);
  });

  it("has a second factor, shown a moment ago", async () => {
    const id = await asked();
    const plain = await join(owner, "mei@tea.cn", "manager");
    expect((await decide(plain, id)).body).toMatchObject({ code: "access.approval_needs_factor" });
    later(world(), 301_000);
    expect((await decide(manager, id)).body).toMatchObject({ code: "access.step_up_required" });
  });

  it("may do what is asked, for the same stores, and is nobody whom the requester has just made", async () => {
    const id = await asked();
    const bound = await join(owner, "dian@tea.cn", "manager");
    const bound_id = await personId(owner, "dian@tea.cn");
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update access.person set scope_stores = '{HZ01}' where person_id = $1", [bound_id]),
    );
    const { secret } = await enrol(world(), bound);
    await bound.code(codeOf(world(), secret));
    expect((await decide(bound, id)).body).toMatchObject({ code: "access.approval_not_yours" });
    const security = await join(owner, "an@tea.cn", "security_admin");
    expect((await decide(security, id)).body).toMatchObject({ code: "access.not_allowed" });
    const own = await asked(owner);
    later(world(), 1_000);
    await join(owner, "ying@tea.cn", "manager");
    const shadow = newBrowser();
    await shadow.signIn("ying@tea.cn");
    await enrol(world(), shadow);
    expect((await decide(shadow, own)).body).toMatchObject({ code: "access.approval_not_yours" });
  });

  it("refuses with a comment, and then it cannot be carried out", async () => {
    const id = await asked();
    expect((await decide(manager, id, "refused", "用途不清楚")).body).toMatchObject({ state: "refused" });
    expect((await carryOut(analyst, id)).body.params).toMatchObject({ state: "refused" });
    expect((await decide(manager, id)).body).toMatchObject({ code: "access.approval_state" });
    const other = await asked();
    expect((await manager.call("POST", `/api/approvals/${other}/withdraw`)).status).toBe(404);
    expect((await analyst.call("POST", `/api/approvals/${other}/withdraw`)).status).toBe(204);
    expect((await decide(manager, other)).body.params).toMatchObject({ state: "withdrawn" });
  });
});

test("what was asked, decided and done does not move, whoever asks the database", async () => {
  const id = await asked();
  const { store } = world().ground;
  const write = (text: string) => store.write(SYSTEM_SCOPE, (tx) => tx.query(text));
  await expect(write(`update access.approval set words_zh = '别的' where approval_id = ${id}`)).rejects.toThrow(
    /something else/,
  );
  await expect(write(`update access.approval set executed_at = now() where approval_id = ${id}`)).rejects.toThrow(
    /check constraint/,
  );
  await decide(manager, id, "refused");
  await expect(write(`update access.approval set decision = 'approved' where approval_id = ${id}`)).rejects.toThrow(
    /is decided/,
  );
});

test("a request waits sealed, with masked numbers, and is gone when it is over", async () => {
  const one = wish({ reason: "给 13812345678 的同学们导出" });
  const id = await asked(analyst, one);
  const rowOf = () =>
    world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.one<{ row: string; sealed: Buffer | null }>(
        "select row_to_json(a)::text as row, payload_sealed as sealed from access.approval a where approval_id = $1",
        [id],
      ),
    );
  const row = await rowOf();
  expect(row?.row).not.toContain("13812345678");
  expect(row?.sealed?.includes(Buffer.from("13812345678"))).toBe(false);
  await decide(manager, id, "refused");
  expect((await rowOf())?.sealed).toBeNull();
});

test("a file in clear is fetched by the one who asked for it", async () => {
  const id = await asked();
  await decide(manager, id);
  const { body } = await carryOut(analyst, id);
  const file = `/api/segments/exports/${String(body.export_id)}/file`;
  expect((await manager.call("GET", file)).status).toBe(404);
  expect((await analyst.call("GET", file)).body).toMatchObject({ code: "segments.export_not_ready" });
});

test("the history is a page and an Excel file", async () => {
  const { body } = await manager.call("GET", "/api/approvals/history");
  expect((body.items as { state: string }[]).some((one) => one.state === "done")).toBe(true);
  const file = await app.inject({ url: "/api/approvals/history.xlsx", headers: { cookie: manager.cookie } });
  const { default: exceljs } = await import("exceljs");
  const book = new exceljs.Workbook();
  await book.xlsx.load(file.rawPayload as never);
  expect(book.worksheets[0]?.getRow(1).getCell(4).value).toBe("申请内容");
  expect(JSON.stringify(book.worksheets[0]?.getSheetValues())).toContain("有手机的");
  expect((await analyst.call("GET", "/api/approvals/history")).status).toBe(403);
});

/** Domains whose files hold no data of members. */
const NO_MEMBERS = new Set(["audit", "matrix", "metrics"]);

test("every bulk act and every export says how it is put to a colleague, or why it is not", () => {
  const bulk = app.declared_routes.filter(({ method, url, access }) => {
    const domain = access.permission.split(".")[0] ?? "";
    const file = /\.(xlsx|csv)$|\/file$|\/export$/.test(url);
    const act = method !== "GET" && /undo|bulk|batch|replay|export|\/import$|\/grants$/.test(url);
    const own =
      method !== "GET" && ["segments.export", "data.undo", "tiers.grant", "benefits.grant"].includes(access.permission);
    return !NO_MEMBERS.has(domain) && (file || act || own);
  });
  expect(
    bulk.filter(({ access }) => access.approval === undefined).map(({ method, url }) => `${method} ${url}`),
  ).toEqual([]);
  const put = bulk.filter(({ access }) => typeof access.approval === "function").map(({ url }) => url);
  expect(put).toEqual(
    expect.arrayContaining(["/api/segments/exports", "/api/tiers/grants", "/api/imports/:import_id/undo"]),
  );
});

test("where nobody else can decide, the one who asked does, and it says so for good", async () => {
  const { store, wall } = world().ground;
  await store.write(SYSTEM_SCOPE, (tx) =>
    tx.query("update access.person set disabled_at = $1 where email not in ('lin@tea.cn', 'fen@tea.cn')", [wall.now()]),
  );
  // the analyst is approved by the owner still, but by nobody once the owner is gone
  const away = (at: Date | null) =>
    store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update access.person set disabled_at = $1 where email = 'lin@tea.cn'", [at]),
    );
  await away(wall.now());
  expect((await ask(analyst, wish())).body).toMatchObject({ code: "access.approval_asked_nobody" });
  await away(null);
  const answer = await ask(owner, wish());
  expect(answer.body).toMatchObject({ code: "access.approval_asked_alone" });
  const id = answer.body.params.approval_id as number;
  expect((await decide(owner, id)).body).toMatchObject({ state: "approved", alone: true });
  expect((await carryOut(owner, id)).status).toBe(202);
});
