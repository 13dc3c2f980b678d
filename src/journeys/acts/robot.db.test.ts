import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../../tests/support/journey-shop.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { phoneOf, RobotDesk } from "../../../tests/support/robot-desk.ts";
import { startErrands } from "../../robots/errands.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { advance, advanceVersion } from "../advance.ts";
import { journeyProblems } from "../definition-check.ts";
import { movingVersions } from "../journey-store.ts";
import { nodeSentences } from "../sentence.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
const NAMES = ["robot-0", "robot-1", "robot-2"];
let desk: RobotDesk;
let robot_id: number;
let crowd: number[] = [];

beforeAll(async () => {
  await shop.open();
  desk = await RobotDesk.open(world());
  robot_id = await desk.robot(desk.staff.owner, "member_gifts");
  await shop.phones(NAMES.map((name) => [name, phoneOf(name)] as const));
  await shop.act("login", ["no-phone"]);
  crowd = await Promise.all(NAMES.map((name) => shop.member(name)));
});
afterAll(() => desk.close());

const nodesOf = (more: object = {}): Nodes => ({
  ask: { kind: "robot", robot_id, inputs: { gift: "中秋礼盒" }, next: "out", ...more },
  out: { kind: "exit" },
});
const orders = () => desk.office.office.gifts.map(({ phone, gift }) => `${phone} ${gift}`).toSorted();

describe("a robot in a journey", () => {
  test("is asked once for each member, whoever works at once or dies, and enters each order once", async () => {
    const { ground } = world();
    await shop.publish(journey("robot_once", { start: "ask", nodes: nodesOf() }));
    await shop.enter("robot_once", [...crowd, await shop.member("no-phone")]);
    const dies = async () => {
      for (const version of await ground.store.read(SYSTEM_SCOPE, movingVersions))
        await ground.store
          .write(SYSTEM_SCOPE, async (tx) => {
            await advanceVersion(tx, ground, version, 7);
            throw new Error("killed");
          })
          .catch(() => undefined);
    };
    await Promise.all([advance(ground, 1), dies(), advance(ground, 2), dies()]);
    await shop.settle();
    expect((await shop.runs("robot_once")).every(({ ended }) => ended === "finished")).toBe(true);
    const asked = await shop.read<{ member_id: number }>("select member_id from robots.errand");
    expect(asked).toHaveLength(4);

    expect(await startErrands(ground)).toBe(1);
    expect(await startErrands(ground), "one run for all of them").toBe(0);
    await runQueuedJobs(world());
    expect(orders()).toEqual(NAMES.map((name) => `${phoneOf(name)} 中秋礼盒`).toSorted());
    const items = (await desk.items(robot_id)).body["items"] as { state: string; reason_zh: string | null }[];
    expect(items.map(({ state }) => state).toSorted()).toEqual(["done", "done", "done", "failed"]);
    expect(items.find(({ state }) => state === "failed")?.reason_zh).toContain("没有手机号");
    expect(await startErrands(ground), "what was refused waits for a person").toBe(0);
  });

  test("that is paused keeps what it is asked until it is on again", async () => {
    const { ground } = world();
    const { owner } = desk.staff;
    await owner.call("PATCH", `/api/robots/${robot_id}`, { on: false });
    await shop.publish(journey("robot_paused", { start: "ask", nodes: nodesOf({ inputs: { gift: "元宵灯" } }) }));
    await shop.enter("robot_paused", crowd.slice(0, 1));
    await shop.settle();
    expect(await startErrands(ground)).toBe(0);
    await owner.call("PATCH", `/api/robots/${robot_id}`, { on: true });
    expect(await startErrands(ground)).toBe(1);
    await runQueuedJobs(world());
    expect(orders().filter((one) => one.endsWith("元宵灯"))).toHaveLength(1);
  });

  test("that is gone stands among what could not be done, and the member goes on", async () => {
    const gone = await desk.robot(desk.staff.owner, "member_gifts");
    await shop.publish(journey("robot_gone", { start: "ask", nodes: nodesOf({ robot_id: gone }) }));
    await desk.staff.owner.call("DELETE", `/api/robots/${gone}`);
    await shop.enter("robot_gone", crowd.slice(0, 1));
    await shop.settle();
    const trouble = await shop.read<{ code: string }>(
      "select code from journeys.trouble join journeys.run using (run_id) where journey = 'robot_gone'",
    );
    expect(trouble).toEqual([{ code: "robots.unknown" }]);
    expect((await shop.runs("robot_gone")).map(({ ended }) => ended)).toEqual(["finished"]);
  });

  test("is told in a sentence; one that does nothing for members, or has not such an input, is said at its node", async () => {
    const { ground } = world();
    const problems = (nodes: Nodes) =>
      ground.store.read(SYSTEM_SCOPE, (tx) => journeyProblems(tx, ground, journey("bad", { start: "ask", nodes })));
    expect(await problems(nodesOf())).toEqual([]);
    const orders_robot = await desk.robot(desk.staff.owner, "mall_orders");
    const path = "/nodes/ask/robot_id";
    expect(await problems(nodesOf({ robot_id: orders_robot, inputs: {} }))).toMatchObject([
      { path, code: "journeys.robot_unfit" },
    ]);
    expect(await problems(nodesOf({ inputs: { address: "https://elsewhere.example" } }))).toMatchObject([
      { path, code: "journeys.robot_unfit" },
    ]);
    expect(await problems(nodesOf({ robot_id: 0 }))).toMatchObject([{ path, code: "journeys.robot_missing" }]);
    const said = await ground.store.read(SYSTEM_SCOPE, (tx) => nodeSentences(tx, ground, { nodes: nodesOf() }));
    expect(said["ask"]).toMatchObject({ zh: "请机器人「member_gifts」办：中秋礼盒" });
  });
});
