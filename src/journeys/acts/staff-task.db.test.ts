import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../../tests/support/journey-shop.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { endTask } from "../../tasks/tasks.ts";
import { advance, advanceVersion } from "../advance.ts";
import { journeyProblems } from "../definition-check.ts";
import { movingVersions } from "../journey-store.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
const NAMES = ["task-0", "task-1", "task-2", "task-3"];
let crowd: number[] = [];

const WAITING: Nodes = {
  call: { kind: "staff_task", text: "打电话问候", due_days: 2, next: "thank", otherwise: "remind" },
  thank: { kind: "message", template: "hello", next: "out" },
  remind: { kind: "message", template: "again", next: "out" },
  out: { kind: "exit" },
};

beforeAll(async () => {
  await shop.open();
  await shop.act("member", NAMES, { home_store_code: "S1" });
  await shop.act("login", ["homeless"]);
  crowd = await Promise.all(NAMES.map((name) => shop.member(name)));
});

const tasks = (key: string) =>
  shop.read<{ task_id: number; member_id: number; due_day: string; state: string }>(
    `select t.task_id, t.member_id, t.due_day, t.state from tasks.task t
     join journeys.run r on t.key like 'journey ' || r.version_id || '.' || r.run_id || '.%' where r.journey = $1 order by 2`,
    [key],
  );

describe("a task of staff in a journey", () => {
  test("is given once, whoever works at once or dies", async () => {
    const { ground } = world();
    const nodes: Nodes = { ...WAITING, call: { kind: "staff_task", text: "回访", due_days: 0, next: "out" } };
    const { call, out } = nodes;
    if (call === undefined || out === undefined) throw new Error("no nodes");
    await shop.publish(journey("task_once", { start: "call", nodes: { call, out } }));
    await shop.enter("task_once", crowd);
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
    const given = await tasks("task_once");
    expect(given.map((one) => one.member_id)).toEqual(crowd.toSorted((a, b) => a - b));
    expect((await shop.runs("task_once")).every(({ ended }) => ended === "finished")).toBe(true);
  });

  test("leads on when it is done, by the other way when it is dropped or its day is over", async () => {
    world().clock.set(new Date("2027-03-01T02:00:00Z"));
    await shop.publish(journey("task_wait", { start: "call", nodes: WAITING }));
    await shop.enter("task_wait", crowd);
    await shop.settle();
    const given = await tasks("task_wait");
    expect(given.map(({ due_day }) => due_day)).toEqual(Array(4).fill("2027-03-03"));
    const end = (at: number, state: "done" | "dropped") =>
      shop.write((tx) =>
        endTask(
          tx,
          world().ground,
          given[at]?.task_id ?? 0,
          { state, result: "电话" },
          { person_id: 1, manages: true },
        ),
      );
    world().clock.advance({ hours: 3 });
    await end(0, "done");
    await end(1, "dropped");
    await shop.settle();
    const told = async () =>
      (await shop.messages("task_wait")).map(
        ({ member_id, template }) => `${given.findIndex((one) => one.member_id === member_id)} ${template}`,
      );
    expect((await told()).toSorted()).toEqual(["0 hello", "1 again"]);
    world().clock.set(new Date("2027-03-03T15:59:00Z"));
    await shop.settle();
    expect(await told()).toHaveLength(2);
    // the day ends at midnight in Shanghai
    world().clock.set(new Date("2027-03-03T16:00:00Z"));
    await shop.settle();
    expect((await told()).toSorted()).toEqual(["0 hello", "1 again", "2 again", "3 again"]);
    // what is done after its day moves nobody any more
    await end(2, "done");
    await shop.settle();
    expect(await told()).toHaveLength(4);
  });

  test("that nobody could do stands among what could not be done, and the member goes on", async () => {
    const nodes: Nodes = {
      call: { kind: "staff_task", text: "回访", due_days: 1, next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("task_nobody", { start: "call", nodes }));
    await shop.enter("task_nobody", [await shop.member("homeless")]);
    await shop.settle();
    const trouble = await shop.read<{ code: string }>(
      "select code from journeys.trouble join journeys.run using (run_id) where journey = 'task_nobody'",
    );
    expect(trouble).toEqual([{ code: "tasks.nobody" }]);
    expect((await shop.runs("task_nobody")).map(({ ended }) => ended)).toEqual(["finished"]);
  });

  test("without words, or in a circle without a wait, is said at its node", async () => {
    const { ground } = world();
    const problems = (nodes: Nodes) =>
      ground.store.read(SYSTEM_SCOPE, (tx) => journeyProblems(tx, ground, journey("bad", { start: "call", nodes })));
    const blank: Nodes = { call: { kind: "staff_task", text: "", due_days: 1, next: "out" }, out: { kind: "exit" } };
    expect(await problems(blank)).toMatchObject([{ path: "/nodes/call/text", code: "journeys.text_missing" }]);
    const round: Nodes = {
      call: { kind: "staff_task", text: "问", due_days: 1, next: "ask" },
      ask: {
        kind: "random",
        branches: [
          { percent: 50, next: "call" },
          { percent: 50, next: "out" },
        ],
      },
      out: { kind: "exit" },
    };
    expect((await problems(round)).map(({ code }) => code)).toEqual(["journeys.endless", "journeys.endless"]);
    expect(
      await problems({
        ...round,
        call: { kind: "staff_task", text: "问", due_days: 1, next: "ask", otherwise: "out" },
      }),
    ).toEqual([]);
  });
});
