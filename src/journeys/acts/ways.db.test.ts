import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../../tests/support/journey-shop.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { isHeldOut } from "../bucket.ts";
import { journeyProblems } from "../definition-check.ts";
import { experimentsOf } from "../experiments/experiments.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
let crowd: number[] = [];

beforeAll(async () => {
  await shop.open();
  const names = Array.from({ length: 60 }, (_, at) => `ways-${at}`);
  await shop.act("login", names);
  crowd = await Promise.all(names.map((name) => shop.member(name)));
});

const problemsOf = (key: string, nodes: Nodes, start: string) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => journeyProblems(tx, world().ground, journey(key, { start, nodes })));

describe("a jump", () => {
  const nodes: Nodes = {
    say: { kind: "message", template: "hello", next: "rest" },
    rest: { kind: "wait", for: { amount: 1, unit: "days" }, next: "again" },
    again: { kind: "jump", to: "say", times: 2, next: "out" },
    out: { kind: "exit" },
  };

  test("leads back as often as it says and then on", async () => {
    await shop.publish(journey("again", { start: "say", nodes }));
    await shop.enter("again", crowd.slice(0, 2));
    for (let day = 0; day < 6; day += 1) {
      await shop.settle();
      world().clock.advance({ days: 1 });
    }
    expect(await shop.messages("again")).toHaveLength(2 * 3);
    expect((await shop.runs("again")).map(({ ended }) => ended)).toEqual(["finished", "finished"]);
  });

  test("without a wait ends as well, and is no circle without end", async () => {
    const quick: Nodes = {
      say: { kind: "points", points: 1, valid_days: null, next: "again" },
      again: { kind: "jump", to: "say", times: 3, next: "out" },
      out: { kind: "exit" },
    };
    expect(await problemsOf("quick", quick, "say")).toEqual([]);
    await shop.publish(journey("quick", { start: "say", nodes: quick }));
    await shop.enter("quick", crowd.slice(2, 3));
    await shop.settle();
    const lots = await shop.read("select 1 from points.lot where owner = $1", [crowd[2]]);
    expect(lots).toHaveLength(4);
    const round = { ...quick, again: { kind: "jump" as const, to: "out", times: 3, next: "say" } };
    expect((await problemsOf("round", round, "say")).map(({ code }) => code)).toContain("journeys.endless");
  });
});

describe("entering another journey", () => {
  const into = (key: string): Nodes => ({ enter: { kind: "enter", journey: key, next: "out" }, out: { kind: "exit" } });

  test("lets members in as that journey allows, goes on itself, and says whom it did not let in", async () => {
    await shop.publish(journey("inner", { start: "say" }));
    await shop.enter("inner", crowd.slice(10, 11), "before");
    await shop.publish(journey("outer", { start: "enter", nodes: into("inner") }));
    await shop.enter("outer", crowd.slice(10, 13));
    await shop.settle();
    expect((await shop.messages("inner")).map(({ member_id }) => member_id).toSorted((a, b) => a - b)).toEqual(
      crowd.slice(10, 13).toSorted((a, b) => a - b),
    );
    const trouble = await shop.read<{ code: string }>(
      "select code from journeys.trouble join journeys.run using (run_id) where journey = 'outer'",
    );
    expect(trouble).toEqual([{ code: "journeys.not_entered" }]);
    expect((await shop.runs("outer")).map(({ ended }) => ended)).toEqual(Array(3).fill("finished"));
  });

  test("of one that leads back, that is not there, or is not entered over the API is said at its node", async () => {
    expect((await problemsOf("inner", into("outer"), "enter")).map(({ code }) => code)).toEqual([
      "journeys.journey_circle",
    ]);
    expect((await problemsOf("self", into("self"), "enter")).map(({ code }) => code)).toEqual([
      "journeys.journey_circle",
    ]);
    expect((await problemsOf("third", into("nowhere"), "enter")).map(({ code }) => code)).toEqual([
      "journeys.journey_no_entry",
    ]);
    await shop.publish(journey("by_event", { entry: { kind: "event", event: "review" } }));
    expect((await problemsOf("third", into("by_event"), "enter")).map(({ code }) => code)).toEqual([
      "journeys.journey_no_entry",
    ]);
  });
});

describe("an experiment", () => {
  const split = (experiment: string): Nodes => ({
    split: {
      kind: "ab",
      experiment,
      branches: [
        { variant: "warm", percent: 40, next: "say" },
        { variant: "plain", percent: 60, next: "out" },
      ],
    },
    say: { kind: "message", template: "hello", next: "out" },
    out: { kind: "exit" },
  });
  const exposures = (experiment: string) =>
    shop.read<{ member_id: number; variant: string; journey: string }>(
      "select member_id, variant, journey from journeys.exposure where experiment = $1 order by member_id",
      [experiment],
    );

  test("splits members alike in every journey, and keeps whom it showed what, once", async () => {
    await shop.publish(journey("tone_a", { start: "split", nodes: split("tone") }));
    await shop.enter("tone_a", crowd);
    await shop.settle();
    const shown = await exposures("tone");
    expect(shown).toHaveLength(60);
    const warm = shown.filter(({ variant }) => variant === "warm").map(({ member_id }) => member_id);
    expect(warm.length).toBeGreaterThan(12);
    expect(warm.length).toBeLessThan(36);
    const told = async (key: string) =>
      (await shop.messages(key)).map(({ member_id }) => member_id).toSorted((a, b) => a - b);
    expect(await told("tone_a")).toEqual(warm);
    await shop.publish(journey("tone_b", { start: "split", nodes: split("tone") }));
    await shop.enter("tone_b", crowd);
    await shop.settle();
    expect(await told("tone_b")).toEqual(warm);
    expect((await exposures("tone")).every((one) => one.journey === "tone_a")).toBe(true);
    const experiments = await world().ground.store.read(SYSTEM_SCOPE, experimentsOf);
    expect(experiments.find(({ experiment }) => experiment === "tone")).toMatchObject({
      kind: "ab",
      members: 60,
      places: [
        { journey: "tone_a", node: "split" },
        { journey: "tone_b", node: "split" },
      ],
      variants: [
        { variant: "warm", members: warm.length, expected: 24, percent: 40 },
        { variant: "plain", members: 60 - warm.length, expected: 36, percent: 60 },
      ],
      ratio: { mismatch: false },
    });
  });

  test("also a hold-out is one: who was held out and who was not stands there", async () => {
    const definition = journey("held", { hold_out_percent: 30 });
    await shop.publish(definition);
    await shop.enter("held", crowd);
    await shop.settle();
    const shown = await exposures("hold-out held");
    expect(shown.filter(({ variant }) => variant === "held_out").map(({ member_id }) => member_id)).toEqual(
      crowd.filter((one) => isHeldOut(definition, one)).toSorted((a, b) => a - b),
    );
    expect(shown).toHaveLength(60);
    expect(await exposures("hold-out tone_a")).toEqual([]);
  });

  test("without a key, or with two branches of one name, is said at its node", async () => {
    expect((await problemsOf("wrong", split(""), "split")).map(({ code }) => code)).toEqual([
      "journeys.experiment_missing",
    ]);
    const twins = split("twins");
    const { split: node } = twins;
    if (node?.kind !== "ab") throw new Error("no split");
    const alike: Nodes = {
      ...twins,
      split: { ...node, branches: node.branches.map((one) => ({ ...one, variant: "a" })) },
    };
    expect((await problemsOf("wrong", alike, "split")).map(({ code }) => code)).toEqual(["journeys.variants_alike"]);
  });
});
