import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALM } from "../../examples/mall-office/office.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { rows } from "../../tests/support/member-records.ts";
import type { PersonSession } from "../../tests/support/people.ts";
import { runQueuedJobs } from "../../tests/support/queued-jobs.ts";
import { phoneOf, RobotDesk } from "../../tests/support/robot-desk.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";

const world = withDatabase();
let desk: RobotDesk;
let owner: PersonSession;

beforeAll(async () => {
  desk = await RobotDesk.open(world());
  ({ owner } = desk.staff);
});
afterAll(() => desk.close());

describe("birthday gifts", () => {
  test("each is ordered once and handed out with the order's number; the next run finds nothing to do", async () => {
    const members = await desk.gifts(["甲", "乙", "丙"]);
    const robot = await desk.robot(owner, "birthday_gifts");
    const run = await desk.run(owner, robot);
    expect(run).toMatchObject({ state: "done", items_done: 3, items_failed: 0 });
    const { gifts } = desk.office.office;
    const entitled = await desk.entitled(members);
    expect(gifts.map(({ reference }) => reference)).toEqual(entitled.map((one) => `HT-${one.entitlement_id}`));
    expect(new Set(gifts.map(({ phone }) => phone))).toEqual(new Set(["甲", "乙", "丙"].map(phoneOf)));
    expect(entitled.map(({ state, note }) => [state, note])).toEqual(
      gifts.map(({ order_no }) => ["fulfilled", `礼品单 ${order_no}`]),
    );
    const again = await desk.run(owner, robot);
    expect(again).toMatchObject({ state: "done", items_done: 0 });
    expect(desk.office.office.gifts).toHaveLength(3);
  });

  test("a log-out while one is entered: looked up before it is entered anew, so that it is there once", async () => {
    const before = desk.office.office.gifts.length;
    const members = await desk.gifts(["丁", "戊"]);
    const robot = await desk.robot(owner, "birthday_gifts");
    // log-in, orders page, form: the session ends as the first form is sent
    desk.office.dial({ log_out_after: 2 });
    const run = await desk.run(owner, robot);
    desk.office.dial(CALM);
    expect(run).toMatchObject({ state: "done", items_done: 2, items_failed: 0 });
    expect(desk.office.office.gifts).toHaveLength(before + 2);
    expect((await desk.entitled(members)).map(({ state }) => state)).toEqual(["fulfilled", "fulfilled"]);
    const { steps } = await desk.seen(run.run_id);
    expect(steps.some(({ en }) => en.includes("Look whether"))).toBe(true);
  });

  test("what the back office refuses fails with its words, the others go on; tried again it is done", async () => {
    const members = await desk.gifts(["己", "庚"]);
    const [first] = await desk.entitled(members);
    const key = `HT-${first?.entitlement_id}`;
    const robot = await desk.robot(owner, "birthday_gifts");
    desk.office.dial({ refuse: [key] });
    const run = await desk.run(owner, robot);
    desk.office.dial(CALM);
    expect(run).toMatchObject({ state: "done", items_done: 1, items_failed: 1 });
    const failed = (await desk.items(robot, "?state=failed")).body["items"] as { item: string; reason_zh: string }[];
    expect(failed).toMatchObject([
      { item: `gift ${first?.entitlement_id}`, reason_zh: expect.stringContaining("库存不足") },
    ]);
    expect((await desk.run(owner, robot)).items_failed, "and is not tried by itself").toBe(1);

    const retried = await owner.call("POST", `/api/robots/${robot}/retry`, {});
    expect(retried.status).toBe(202);
    await runQueuedJobs(world());
    expect((await desk.seen(retried.body["run_id"] as number)).run).toMatchObject({ state: "done", items_done: 1 });
    expect(desk.office.office.gifts.filter(({ reference }) => reference === key)).toHaveLength(1);
    expect((await desk.entitled(members)).map(({ state }) => state)).toEqual(["fulfilled", "fulfilled"]);
  });

  test("broken off between the order and its note: the next attempt looks it up and notes it, and orders nothing", async () => {
    const { ground } = world();
    const members = await desk.gifts(["辛"]);
    const [gift] = await desk.entitled(members);
    const robot = await desk.robot(owner, "birthday_gifts");
    // as a killed process leaves it: claimed here, taken there
    const asked = await owner.call("POST", `/api/robots/${robot}/runs`, {});
    const run_id = asked.body["run_id"] as number;
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(
        `insert into robots.item (flow, item_key, robot_id, run_id, state, claimed_at) values ('birthday_gifts', $1, $2, $3, 'claimed', $4)`,
        [`gift ${gift?.entitlement_id}`, robot, run_id, ground.wall.now()],
      ),
    );
    const taken = desk.office.office.take({ reference: `HT-${gift?.entitlement_id}`, phone: phoneOf("辛"), gift: "x" });
    const there = desk.office.office.gifts.length;
    await runQueuedJobs(world());
    expect((await desk.seen(run_id)).run).toMatchObject({ state: "done", items_done: 1 });
    expect(desk.office.office.gifts).toHaveLength(there);
    expect(await desk.entitled(members)).toMatchObject([
      { state: "fulfilled", note: `礼品单 ${(taken as { order_no: string }).order_no}` },
    ]);
  });
});

describe("whose rights a robot has", () => {
  test("those of its owner: a manager of one store sees and hands out that store's gifts alone", async () => {
    const members = await desk.gifts(["壬", "癸"], ["S1", "S2"]);
    const manager = await desk.staff.add("manager", ["S1"]);
    const robot = await desk.robot(manager, "birthday_gifts");
    const run = await desk.run(manager, robot);
    expect(run).toMatchObject({ state: "done", items_done: 1 });
    expect((await desk.entitled(members)).map(({ state }) => state)).toEqual(["fulfilled", "granted"]);
  });

  test("what its owner may not, it does not, and says which right is missing", async () => {
    const engineer = await desk.staff.add("engineer");
    const robot = await desk.robot(engineer, "birthday_gifts");
    const there = desk.office.office.gifts.length;
    const run = await desk.run(engineer, robot);
    expect(run).toMatchObject({ state: "failed", failure_code: "robots.owner_may_not" });
    expect(run.failure_zh).toContain("benefits.read");
    expect(desk.office.office.gifts).toHaveLength(there);
  });

  test("each act in the owner's name stands in the audit log; no secret and no number of a member does", async () => {
    const audit = await rows<{ action: string; actor: string; subject: string }>(
      world().ground,
      "select action, actor, subject from access.audit where actor = 'robot' order by sequence",
    );
    expect(new Set(audit.map(({ action }) => action))).toEqual(new Set(["robots.enter", "robots.fulfil"]));
    const all = await rows<{ text: string }>(
      world().ground,
      `select coalesce(string_agg(t, ' '), '') as text from (
         select zh || en || coalesce(note_zh, '') || coalesce(place, '') as t from robots.step
         union all select coalesce(failure::text, '') from robots.run
         union all select coalesce(reason_zh, '') from robots.item
         union all select subject::text from access.audit) x`,
    );
    expect(all[0]?.text).not.toMatch(/199\d{8}|tea-robot-2026/);
  });
});
