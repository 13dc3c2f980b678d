import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { id, memberOf, rows, send } from "../../tests/support/member-records.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type PersonSession, type Staff, staffOf } from "../../tests/support/people.ts";
import { ensureSource, type Source } from "../ingest/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { giveTasks } from "./index.ts";
import { endTask } from "./tasks.ts";

const world = withDatabase();
let staff: Staff;
let owner: PersonSession;
let lan: PersonSession;
let mei: PersonSession;
let source: Source;

const query = <Row>(text: string, values: readonly unknown[] = []) => rows<Row>(world().ground, text, values);
const write = <T>(work: Parameters<ReturnType<typeof world>["ground"]["store"]["write"]>[1]) =>
  world().ground.store.write(SYSTEM_SCOPE, work) as Promise<T>;

/** A member as the CRM says, with store and associate. */
async function said(
  name: string,
  home_store_code: string | null,
  associate_code: string | null,
  { at = world().clock.now(), origin }: { at?: Date; origin?: string } = {},
) {
  const body = {
    ...(home_store_code === null ? {} : { home_store_code }),
    ...(associate_code === null ? {} : { associate_code }),
  };
  const occurred_at = at.toISOString();
  await send(world().ground, source, [{ kind: "member", occurred_at, identities: [id("crm_id", name)], body }], origin);
  return memberOf(world().ground, source, "crm_id", name);
}

const associateOf = async (member_id: number): Promise<string | null> =>
  (await query<{ code: string }>("select code from catalogue.member_associates where member_id = $1", [member_id]))[0]
    ?.code ?? null;

const give = (member_id: number, key: string, due_day = "2027-12-31") =>
  write<(string | undefined)[]>((tx) =>
    giveTasks(tx, world().ground, [{ key, member_id, text: "打电话问候", due_day }], { source: "journeys", by: null }),
  );

async function taskOf(key: string) {
  const [row] = await query<{ task_id: number; associate_id: number | null; store_code: string; state: string }>(
    "select task_id, associate_id, store_code, state from tasks.task where key = $1",
    [key],
  );
  if (row === undefined) throw new Error(`no task ${key}`);
  return row;
}

const number = async (code: string): Promise<number> =>
  (await query<{ associate_id: number }>("select associate_id from tasks.associate where code = $1", [code]))[0]
    ?.associate_id ?? -1;

const personId = async ({ email }: PersonSession): Promise<number> =>
  (await query<{ person_id: number }>("select person_id from access.person where email = $1", [email]))[0]?.person_id ??
  -1;

beforeAll(async () => {
  source = await ensureSource(world().ground, { key: "crm", name: "CRM", kind: "rest" });
  staff = await staffOf(world());
  ({ owner } = staff);
  lan = await staff.add("clerk", ["S1"]);
  mei = await staff.add("clerk", ["S1"]);
});
afterAll(() => staff.app.close());

describe("who looks after whom", () => {
  test("is what the CRM said last; saying it again undoes nothing, an older record neither; taken back it is as before", async () => {
    const member = await said("a", "S1", "E01");
    expect(await associateOf(member)).toBe("E01");
    world().clock.advance({ minutes: 1 });
    await said("a", "S1", "E02");
    expect(await associateOf(member)).toBe("E02");
    const put = await owner.call("PUT", `/api/members/${member}/associate`, { associate_id: await number("E01") });
    expect(put.status).toBe(200);
    world().clock.advance({ minutes: 1 });
    await said("a", "S1", "E02");
    expect(await associateOf(member)).toBe("E01");
    const late = new Date(world().clock.now().getTime() - 86_400_000);
    await said("a", "S1", "E09", { at: late });
    expect(await associateOf(member)).toBe("E01");
    world().clock.advance({ minutes: 1 });
    await said("a", "S1", "E03", { origin: "import:7" });
    expect(await associateOf(member)).toBe("E03");
    const history = await owner.call("GET", `/api/members/${member}/associates`);
    expect((history.body["items"] as { code: string; cause: string }[]).map((one) => [one.code, one.cause])).toEqual([
      ["E03", "record"],
      ["E01", "person"],
      ["E02", "record"],
      ["E01", "record"],
    ]);
    await world().ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const stage = world().composition.domains.find(({ name }) => name === "tasks")?.stage;
      const [last] = await tx.query<{ record_id: string }>(
        "select record_id from tasks.assignment where member_id = $1 and until is null",
        [member],
      );
      await stage?.retract?.(tx, world().ground, [{ ...(last as object), kind: "member" } as never]);
    });
    expect(await associateOf(member)).toBe("E01");
  });

  test("of two who were joined the newest assignment counts", async () => {
    const [one, other] = [await said("b", "S1", "E01"), await said("c", "S1", "E02")];
    await write((tx) => tx.query("update members.party set member_id = $1 where member_id = $2", [one, other]));
    const associate = await associateOf(one);
    expect(["E01", "E02"]).toContain(associate);
    const kept = await owner.call("GET", `/api/associates/${await number(associate ?? "")}/members`);
    expect((kept.body["items"] as { member_id: number }[]).map((row) => row.member_id)).toContain(one);
    const others = await owner.call(
      "GET",
      `/api/associates/${await number(associate === "E01" ? "E02" : "E01")}/members`,
    );
    expect((others.body["items"] as { member_id: number }[]).map((row) => row.member_id)).not.toContain(one);
  });
});

describe("a task", () => {
  beforeAll(async () => {
    for (const [code, who] of [
      ["E10", lan],
      ["E11", mei],
    ] as const) {
      const made = await owner.call("POST", "/api/associates", {
        code,
        name: code === "E10" ? "兰" : "梅",
        store_code: "S1",
        person_id: await personId(who),
      });
      expect(made.status).toBe(201);
    }
  });

  test("is the associate's, else the store's; for whom there is neither it is nobody's and says so; once for its key", async () => {
    const [own, stores, lost] = [
      await said("d", "S1", "E10"),
      await said("e", "S2", null),
      await said("f", null, null),
    ];
    expect(await give(own, "k1")).toEqual([undefined]);
    expect(await give(own, "k1")).toEqual([undefined]);
    expect(await give(stores, "k2")).toEqual([undefined]);
    expect(await give(lost, "k3")).toEqual(["tasks.nobody"]);
    expect(await taskOf("k1")).toMatchObject({ associate_id: await number("E10"), store_code: "S1" });
    expect(await taskOf("k2")).toMatchObject({ associate_id: null, store_code: "S2" });
    expect(await query("select 1 from tasks.task where key in ('k1', 'k3')")).toHaveLength(1);
  });

  test("stands in the inbox of its associate, masked, and not in a colleague's; of another store nobody sees it, the database neither", async () => {
    const inbox = async (who: PersonSession) =>
      ((await who.call("GET", "/api/tasks?mine=true&state=open")).body["items"] as { task_id: number }[]).map(
        (one) => one.task_id,
      );
    const { task_id } = await taskOf("k1");
    expect(await inbox(lan)).toEqual([task_id]);
    expect(await inbox(mei)).toEqual([]);
    const scope = { ...SYSTEM_SCOPE, stores: ["S1"] };
    const seen = await world().ground.store.read(scope, (tx) => tx.query("select key from tasks.task order by 1"));
    expect(seen).toEqual([{ key: "k1" }]);
    const elsewhere = await lan.call("POST", `/api/tasks/${(await taskOf("k2")).task_id}/done`, {});
    expect(elsewhere).toMatchObject({ status: 404, body: { code: "tasks.task_unknown" } });
  });

  test("is done by its associate, not by a colleague, once; whoever waits for it is told", async () => {
    const { task_id } = await taskOf("k1");
    expect(await mei.call("POST", `/api/tasks/${task_id}/done`, {})).toMatchObject({
      status: 403,
      body: { code: "tasks.of_other" },
    });
    const ends = await Promise.all(
      [1, 2, 3].map(() => lan.call("POST", `/api/tasks/${task_id}/done`, { result: "已回访" })),
    );
    expect(ends.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const told = await query<{ payload: object }>("select payload from store.outbox where type = 'tasks.ended'");
    expect(told.map(({ payload }) => payload)).toMatchObject([{ task_id, key: "k1", state: "done" }]);
    const audited = await query<{ phase: string; subject: object }>(
      "select phase, subject from access.audit where path = '/api/tasks/:task_id/done' and phase = 'done' and succeeded",
    );
    expect(audited).toMatchObject([{ subject: { task_id } }]);
  });

  test("is dropped with a reason only", async () => {
    const member = await said("g", "S1", "E10");
    await give(member, "k4");
    const { task_id } = await taskOf("k4");
    expect((await lan.call("POST", `/api/tasks/${task_id}/drop`, {})).status).toBe(400);
    expect((await lan.call("POST", `/api/tasks/${task_id}/drop`, { reason: "电话停机" })).status).toBe(200);
    await expect(
      write((tx) =>
        endTask(tx, world().ground, task_id, { state: "done", result: null }, { person_id: null, manages: true }),
      ),
    ).rejects.toMatchObject({ code: "tasks.task_over" });
  });

  test("by hand takes an Idempotency-Key: the same again is the same task, another one under it is refused", async () => {
    const member = await said("h", "S1", "E10");
    const key = randomUUID();
    const post = async (text: string) => {
      const answer = await staff.app.inject({
        method: "POST",
        url: "/api/tasks",
        headers: { cookie: owner.cookie, "idempotency-key": key },
        payload: { member_id: member, text, due_day: "2027-12-31" },
      });
      return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
    };
    const first = await post("送样茶");
    expect(first.status).toBe(201);
    expect((await post("送样茶")).body["task_id"]).toBe(first.body["task_id"]);
    expect(await post("别的事")).toMatchObject({ status: 422, body: { code: "tasks.key_reused" } });
    expect((await lan.call("POST", "/api/tasks", { member_id: member, text: "x", due_day: "2027-12-31" })).status).toBe(
      403,
    );
  });
});

describe("a hand-over", () => {
  let members: number[] = [];
  beforeAll(async () => {
    members = [];
    for (const name of ["p", "q", "r", "s", "t"]) members.push(await said(name, "S1", "E20"));
    for (const [at, member] of members.entries()) await give(member, `h${at}`);
    await give(members[0] ?? 0, "h-done");
    const done = (await taskOf("h-done")).task_id;
    expect((await owner.call("POST", `/api/tasks/${done}/done`, {})).status).toBe(200);
  });

  const with_ = async (code: string) =>
    (
      await query<{ member_id: number }>(
        "select member_id from catalogue.member_associates where code = $1 order by 1",
        [code],
      )
    ).map((row) => row.member_id);

  test("shares all members and open tasks out, each task with its member; what is done stays; undone, all is back but what moved since", async () => {
    const [from, one, other] = [await number("E20"), await number("E10"), await number("E11")];
    const before = [await with_("E10"), await with_("E11")];
    const moved = await owner.call("POST", `/api/associates/${from}/hand-over`, {
      to: [one, other],
      leaves: true,
      reason: "离职",
    });
    expect(moved).toMatchObject({ status: 201, body: { members: 5, tasks: 5 } });
    expect(await with_("E20")).toEqual([]);
    const [a, b] = [await with_("E10"), await with_("E11")];
    expect([a.length - (before[0]?.length ?? 0), b.length - (before[1]?.length ?? 0)].sort()).toEqual([2, 3]);
    for (const [at, member] of members.entries()) {
      const holder = a.includes(member) ? one : other;
      expect(await taskOf(`h${at}`)).toMatchObject({ associate_id: holder, state: "open" });
    }
    expect((await taskOf("h-done")).associate_id).toBe(from);
    // the CRM, which still says E20 every night, changes nothing
    world().clock.advance({ minutes: 1 });
    await said("p", "S1", "E20");
    expect(await with_("E20")).toEqual([]);
    // one member was given to somebody else since
    await owner.call("PUT", `/api/members/${members[4]}/associate`, { associate_id: await number("E01") });
    const id_ = String(moved.body["hand_over_id"]);
    const undone = await owner.call("POST", `/api/associates/hand-overs/${id_}/undo`, {});
    expect(undone).toMatchObject({ status: 200, body: { members: 4, tasks: 5 } });
    expect(await with_("E20")).toEqual(members.slice(0, 4));
    expect((await taskOf("h0")).associate_id).toBe(from);
    expect(await owner.call("POST", `/api/associates/hand-overs/${id_}/undo`, {})).toMatchObject({
      status: 409,
      body: { code: "tasks.hand_over_undone" },
    });
  });

  test("goes to nobody who has left, is of another store, or is the giver", async () => {
    const from = await number("E20");
    const refuse = async (to: number, who = owner) =>
      who.call("POST", `/api/associates/${from}/hand-over`, { to: [to], leaves: false, reason: "试一试" });
    expect(await refuse(from)).toMatchObject({ status: 422, body: { code: "tasks.receiver" } });
    expect(await refuse(999_999)).toMatchObject({ status: 422, body: { code: "tasks.receiver" } });
    const made = await owner.call("POST", "/api/associates", {
      code: "E30",
      name: null,
      store_code: "S2",
      person_id: null,
    });
    const manager = await staff.add("manager", ["S1"]);
    expect(await refuse(Number(made.body["associate_id"]), manager)).toMatchObject({
      status: 422,
      body: { code: "tasks.receiver" },
    });
    expect((await refuse(await number("E10"), lan)).status).toBe(403);
  });
});

test("an erased member has no task and no associate any more", async () => {
  const member = await said("z", "S1", "E10");
  await give(member, "z1");
  await write((tx) =>
    tx.query("insert into store.outbox (type, payload) values ('members.erased', $1)", [
      JSON.stringify({ member_id: member, party_ids: [member] }),
    ]),
  );
  await deliverAll(world());
  expect(await query("select 1 from tasks.task where key = 'z1'")).toEqual([]);
  expect(await query("select 1 from tasks.assignment where member_id = $1", [member])).toEqual([]);
});
