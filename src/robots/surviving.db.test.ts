import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALM, ordersOf } from "../../examples/mall-office/office.ts";
import { withDatabase } from "../../tests/support/database.ts";
import type { PersonSession } from "../../tests/support/people.ts";
import { RobotDesk } from "../../tests/support/robot-desk.ts";
import { addDays, businessDay } from "../platform/index.ts";

const world = withDatabase();
let desk: RobotDesk;
let owner: PersonSession;

beforeAll(async () => {
  desk = await RobotDesk.open(world());
  ({ owner } = desk.staff);
});
afterAll(() => desk.close());

const yesterday = () => addDays(businessDay(world().clock.now(), "Asia/Shanghai"), -1);

describe("yesterday's orders", () => {
  test.each([
    ["a log-out in the middle", { log_out_after: 1 }],
    ["a slow page", { slow_ms: 1_500 }],
    ["new words on its buttons", { words: "new" }],
    ["words that nobody expected", { words: "strange" }],
    ["strange words and no ids for tests", { words: "strange", test_ids: false }],
  ] as const)("survive %s", async (_, dials) => {
    const robot = await desk.robot(owner, "mall_orders");
    desk.office.dial(dials);
    const run = await desk.run(owner, robot);
    desk.office.dial(CALM);
    expect(run).toMatchObject({ state: "done", failure_zh: null });
    expect(run.outputs).toMatchObject({ rejected: 0, rows: ordersOf(yesterday()).length });
    if ("log_out_after" in dials) {
      const { steps } = await desk.seen(run.run_id);
      expect(steps.filter(({ outcome }) => outcome === "again")).toHaveLength(1);
      expect(steps.filter(({ en }) => en === "Sign in")).toHaveLength(2);
    }
  });
});
