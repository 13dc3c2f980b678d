import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../tests/support/journey-shop.ts";
import { changeState, publishJourney, saveJourney } from "./journeys.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
beforeAll(async () => {
  await shop.open();
  await shop.act("login", ["an", "bo"]);
});

describe("a journey", () => {
  test("that is published anew: who is under way stays on its version, or goes on at the node of the same name", async () => {
    const crowd = (
      await shop.read<{ member_id: number }>("select member_id from catalogue.members order by 1 limit 2")
    ).map((row) => row.member_id);
    const nodes = (template: string): Nodes => ({
      wait: { kind: "wait", for: { amount: 1, unit: "days" }, next: "say" },
      say: { kind: "message", template, next: "out" },
      out: { kind: "exit" },
    });
    await shop.publish(journey("renewed", { start: "wait", nodes: nodes("hello") }));
    await shop.enter("renewed", crowd.slice(0, 1));
    await shop.settle();
    await shop.publish(journey("renewed", { start: "wait", nodes: nodes("again") }));
    await shop.enter("renewed", crowd.slice(1));
    await shop.settle();
    world().clock.advance({ days: 1 });
    await shop.settle();
    expect((await shop.messages("renewed")).map((one) => one.template)).toEqual(["hello", "again"]);

    await shop.publish(journey("moved", { start: "wait", nodes: nodes("hello") }));
    await shop.enter("moved", crowd.slice(0, 1));
    await shop.settle();
    const { moved } = await shop.publish(journey("moved", { start: "wait", nodes: nodes("again") }), "move");
    expect(moved).toBe(1);
    world().clock.advance({ days: 1 });
    await shop.settle();
    expect((await shop.messages("moved")).map((one) => one.template)).toEqual(["again"]);
  });

  test("that is paused stands still and catches up; one that is ended lets everybody go", async () => {
    const crowd = (
      await shop.read<{ member_id: number }>("select member_id from catalogue.members order by 1 limit 2")
    ).map((row) => row.member_id);
    const nodes: Nodes = {
      wait: { kind: "wait", for: { amount: 1, unit: "hours" }, next: "say" },
      say: { kind: "message", template: "hello", next: "wait2" },
      wait2: { kind: "wait", for: { amount: 10, unit: "hours" }, next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("held", { start: "wait", nodes }));
    await shop.enter("held", crowd);
    await shop.settle();
    await shop.write((tx) => changeState(tx, world().ground, "held", "paused"));
    world().clock.advance({ hours: 3 });
    await shop.settle();
    expect(await shop.messages("held")).toEqual([]);
    await shop.write((tx) => changeState(tx, world().ground, "held", "live"));
    await shop.settle();
    expect((await shop.messages("held")).length).toBe(2);
    await shop.write((tx) => changeState(tx, world().ground, "held", "ended"));
    world().clock.advance({ hours: 3 });
    await shop.settle();
    expect((await shop.runs("held")).map((run) => run.ended)).toEqual(["stopped", "stopped"]);
    await expect(shop.enter("held", crowd)).rejects.toMatchObject({ code: "journeys.no_api_entry" });
  });

  test("with problems is not published, and each is told at its place", async () => {
    const { ground } = world();
    const nodes: Nodes = {
      split: {
        kind: "random",
        branches: [
          { percent: 30, next: "say" },
          { percent: 60, next: "nowhere" },
        ],
      },
      say: { kind: "message", template: "no_such", next: "split" },
      alone: { kind: "exit" },
    };
    const broken = journey("broken", { start: "split", nodes, entry: { kind: "event", event: "no_such_event" } });
    await shop.write((tx) => saveJourney(tx, ground, broken, { person_id: null }));
    const failed = await shop
      .write((tx) => publishJourney(tx, ground, "broken", { person_id: null }))
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "journeys.not_sound" });
    const problems = (failed as { errors: { path: string; code: string }[] }).errors;
    expect(problems.map(({ path, code }) => `${path} ${code.slice(9)}`).sort()).toEqual([
      "/entry/event event_unknown",
      "/nodes/alone node_unreached",
      "/nodes/say endless",
      "/nodes/say/template template_unknown",
      "/nodes/split endless",
      "/nodes/split node_missing",
      "/nodes/split/branches percents",
    ]);
  });
});
