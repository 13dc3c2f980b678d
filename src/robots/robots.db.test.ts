import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALM, ordersOf } from "../../examples/mall-office/office.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { rows } from "../../tests/support/member-records.ts";
import type { PersonSession } from "../../tests/support/people.ts";
import { RobotDesk } from "../../tests/support/robot-desk.ts";
import { addDays, businessDay } from "../platform/index.ts";
import { startDue } from "./robots.ts";
import { performRun } from "./run.ts";

const world = withDatabase();
let desk: RobotDesk;
let owner: PersonSession;

beforeAll(async () => {
  desk = await RobotDesk.open(world());
  ({ owner } = desk.staff);
});
afterAll(() => desk.close());

const yesterday = () => addDays(businessDay(world().clock.now(), "Asia/Shanghai"), -1);
const orderLines = () =>
  rows<{ order_no: string; lines: number; net: number }>(
    world().ground,
    `select order_no, line_count as lines, line_net_minor::int as net from trade.sales_order where order_no like 'MO%' order by order_no`,
  );

describe("yesterday's orders", () => {
  test("are exported as a file and imported: each row accounted for, and the same again changes nothing", async () => {
    const robot = await desk.robot(owner, "mall_orders");
    const run = await desk.run(owner, robot);
    const lines = ordersOf(yesterday());
    expect(run).toMatchObject({ state: "done", failure_zh: null });
    expect(run.outputs).toMatchObject({ rows: lines.length, accepted: lines.length, duplicates: 0, rejected: 0 });
    const orders = await orderLines();
    expect(orders.map(({ order_no }) => order_no)).toEqual([...new Set(lines.map((line) => line.order_no))]);
    const paid = lines.reduce((sum, line) => sum + Math.round(Number(line.paid) * 100), 0);
    expect(orders.reduce((sum, { net }) => sum + net, 0)).toBe(paid);

    const told = await rows<{ action: string }>(
      world().ground,
      "select action from access.audit where actor = 'robot'",
    );
    expect(told).toEqual([{ action: "robots.import" }, { action: "robots.import" }]);

    const again = await desk.run(owner, robot);
    expect(again.outputs).toMatchObject({ rows: lines.length, accepted: 0, duplicates: lines.length, rejected: 0 });
    expect(await orderLines()).toEqual(orders);
    const { steps } = await desk.seen(run.run_id);
    expect(steps.map(({ en, outcome, has_picture }) => [en, outcome, has_picture])).toEqual([
      ["Sign in", "done", true],
      [`Export the orders of ${yesterday()}`, "done", true],
      [`Import orders-${yesterday()}.csv`, "done", true],
    ]);
  });

  test("what it cannot find it says in a sentence, with the picture of the page where it is not", async () => {
    const robot = await desk.robot(owner, "mall_orders", { patience_seconds: 2 });
    desk.office.dial({ missing: ["export"] });
    const run = await desk.run(owner, robot);
    desk.office.dial(CALM);
    expect(run).toMatchObject({ state: "failed", failure_code: "robots.not_found", outputs: null });
    expect(run.failure_zh).toBe(
      `在 ${desk.office.url}/orders 等了 2 秒，没有找到导出订单按钮。请看截图：页面可能改版了。`,
    );
    const { steps } = await desk.seen(run.run_id);
    expect(steps.at(-1)).toMatchObject({ outcome: "failed", note_zh: run.failure_zh, has_picture: true });
  });

  test("a wrong password is said, and typed no second time", async () => {
    const robot = await desk.robot(owner, "mall_orders");
    await owner.call("PUT", `/api/robots/${robot}/secrets/password`, { value: "not-the-password" });
    const run = await desk.run(owner, robot);
    expect(run).toMatchObject({ state: "failed", failure_code: "robots.refused" });
    expect(run.failure_zh).toContain("账号或密码不正确");
    expect(JSON.stringify(await desk.seen(run.run_id))).not.toContain("not-the-password");
  });
});

describe("its owner", () => {
  test("an owner whose account is closed: the robot stops and says so, until a colleague takes it over with secrets of their own", async () => {
    const operator = await desk.staff.add("operator");
    const robot = await desk.robot(operator, "mall_orders");
    const [person] = await rows<{ person_id: number }>(
      world().ground,
      "select person_id from access.person where email = $1",
      [operator.email],
    );
    expect((await owner.call("PATCH", `/api/people/${person?.person_id}`, { disabled: true })).status).toBeLessThan(
      300,
    );
    const run = await desk.run(owner, robot);
    expect(run).toMatchObject({ state: "stopped", failure_code: "robots.owner_left" });
    const stopped = await owner.call("GET", `/api/robots/${robot}`);
    expect(stopped.body).toMatchObject({ state: "stopped", stopped_zh: expect.stringContaining("所有者的账号已停用") });
    expect(await owner.call("POST", `/api/robots/${robot}/runs`, {})).toMatchObject({ status: 409 });

    const taken = await owner.call("POST", `/api/robots/${robot}/take-over`);
    expect(taken.body).toEqual({ secrets_forgotten: true });
    expect(await desk.run(owner, robot)).toMatchObject({ state: "failed", failure_code: "robots.secret_missing" });
    await desk.secrets(owner, robot);
    expect(await desk.run(owner, robot)).toMatchObject({ state: "done" });
  });

  test("only its owner changes where it goes, and another address forgets its secrets", async () => {
    const operator = await desk.staff.add("operator");
    const robot = await desk.robot(operator, "mall_orders");
    const inputs = { address: "https://elsewhere.example" };
    expect(await owner.call("PATCH", `/api/robots/${robot}`, { inputs })).toMatchObject({ status: 403 });
    const changed = await operator.call("PATCH", `/api/robots/${robot}`, { inputs });
    expect(changed.body).toEqual({ secrets_forgotten: true });
    expect(
      await operator.call("POST", `/api/robots/${robot}/runs`, { inputs: { address: desk.office.url } }),
    ).toMatchObject({ status: 403, body: { code: "robots.owner_only" } });
  });
});

describe("bounds", () => {
  test.each([
    ["http://10.0.0.5", "scheme"],
    ["https://127.0.0.1", "address"],
    ["https://169.254.169.254", "address"],
  ])("a robot for %s is not made", async (address, reason) => {
    const made = await owner.call("POST", "/api/robots", {
      flow: "mall_orders",
      name: "x",
      inputs: { address },
      daily_at: null,
    });
    expect(made).toMatchObject({ status: 422, body: { code: "robots.address_refused", params: { reason } } });
  });

  test("at its time of day it starts once, by whichever process looks first", async () => {
    const robot = await desk.robot(owner, "mall_orders", { daily_at: "23:59" });
    await desk.shop.query("update robots.robot set daily_at = '00:00', last_day = null where robot_id = $1", [robot]);
    await Promise.all([startDue(world().ground), startDue(world().ground), startDue(world().ground)]);
    const runs = await rows<{ run_key: string }>(world().ground, "select run_key from robots.run where robot_id = $1", [
      robot,
    ]);
    expect(runs).toEqual([{ run_key: `daily ${businessDay(world().clock.now(), "Asia/Shanghai")}` }]);
    const [run] = await rows<{ run_id: number; job_id: string }>(
      world().ground,
      "select run_id, job_id from robots.run where robot_id = $1",
      [robot],
    );
    expect((await owner.call("POST", `/api/robots/runs/${run?.run_id}/stop`)).status).toBe(204);
  });

  test("a run that a person stops ends with that sentence, and its browser with it", async () => {
    const robot = await desk.robot(owner, "mall_orders", { patience_seconds: 120 });
    const asked = await owner.call("POST", `/api/robots/${robot}/runs`, {});
    desk.office.dial({ missing: ["export"] });
    const stopping = new AbortController();
    const performing = performRun({
      ground: world().ground,
      job_id: "",
      input: { run_id: asked.body["run_id"] as number },
      signal: stopping.signal,
      cancelled: () => true,
      progress: async () => undefined,
    });
    await expect.poll(() => desk.seen(asked.body["run_id"] as number).then(({ steps }) => steps.length)).toBe(1);
    stopping.abort();
    await performing;
    desk.office.dial(CALM);
    expect((await desk.seen(asked.body["run_id"] as number)).run).toMatchObject({
      state: "stopped",
      failure_code: "robots.stopped",
    });
  });

  test("the key of a request makes one run of it", async () => {
    const robot = await desk.robot(owner, "mall_orders");
    const ask = () =>
      desk.staff.app.inject({
        method: "POST",
        url: `/api/robots/${robot}/runs`,
        headers: { cookie: owner.cookie, "idempotency-key": "once" },
        payload: {},
      });
    const [first, second] = [await ask(), await ask()];
    expect(second.json()).toEqual(first.json());
    expect(await owner.call("POST", `/api/robots/${robot}/runs`, {})).toMatchObject({
      status: 409,
      body: { code: "robots.already_running" },
    });
  });
});
