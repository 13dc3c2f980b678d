import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../tests/support/journey-shop.ts";
import { build as q } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { advance, advanceVersion } from "./advance.ts";
import { isAmong } from "./bucket.ts";
import { movingVersions } from "./journey-store.ts";
import { placeOf } from "./plan.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
beforeAll(() => shop.open());

describe("the way", () => {
  let crowd: number[] = [];
  beforeAll(async () => {
    const names = Array.from({ length: 400 }, (_, at) => `crowd-${at}`);
    await shop.act("login", names);
    crowd = await Promise.all(names.map((name) => shop.member(name)));
  });

  test("splits by chance in the parts that were said, the same for the same member; held out get nothing and are compared with", async () => {
    const nodes: Nodes = {
      split: {
        kind: "random",
        branches: [
          { percent: 30, next: "say" },
          { percent: 70, next: "out" },
        ],
      },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("split", { start: "split", nodes, hold_out_percent: 10 }));
    await shop.enter("split", crowd);
    await shop.settle();
    const ended = await shop.runs("split");
    const held = ended.filter((run) => run.ended === "hold_out");
    expect(held.map((run) => run.member_id).sort()).toEqual(
      crowd.filter((one) => isAmong("hold-out split", one, 10)).sort(),
    );
    expect(held.length / crowd.length).toBeGreaterThan(0.05);
    const told = (await shop.messages("split")).map((one) => one.member_id);
    expect(told.some((one) => held.some((run) => run.member_id === one))).toBe(false);
    expect(told.length / (crowd.length - held.length)).toBeGreaterThan(0.2);
    expect(told.length / (crowd.length - held.length)).toBeLessThan(0.4);
    // counts of edges are what the trails say
    const counted = await shop.read<{ edge: number; members: number }>(
      "select edge, sum(members)::int as members from journeys.edge_count c join journeys.version v using (version_id) where v.journey = 'split' group by edge order by edge",
    );
    const walked = new Map<number, number>();
    for (const { trail } of ended) for (const edge of trail) walked.set(edge, (walked.get(edge) ?? 0) + 1);
    expect(new Map(counted.map((row) => [row.edge, row.members]))).toEqual(walked);
    expect([...walked.keys()].map((edge) => placeOf(edge).place).sort()).toEqual([0, 0, 1]);
  });

  test("parts by a condition on what is known now", async () => {
    await shop.act("share", ["crowd-0", "crowd-7"]);
    const condition = q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "share") }), 1);
    const nodes: Nodes = {
      ask: { kind: "condition", condition, then: "say", otherwise: "out" },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("asks", { start: "ask", nodes }));
    await shop.enter("asks", crowd.slice(0, 20));
    await shop.settle();
    expect((await shop.messages("asks")).map((one) => one.member_id)).toEqual([crowd[0], crowd[7]]);
  });

  test("waits days to a time of day, and for the hours in which one may be spoken to", async () => {
    world().clock.set(new Date("2026-12-04T15:30:00Z"));
    const nodes: Nodes = {
      wait: { kind: "wait", for: { amount: 2, unit: "days" }, at: "10:00", next: "open" },
      open: { kind: "window", from: "09:00", until: "18:00", weekdays: [1, 2, 3, 4, 5], next: "say" },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("patient", { start: "wait", nodes }));
    await shop.enter("patient", crowd.slice(0, 1));
    await shop.settle();
    // two days after Friday 23:30 is Sunday 23:30; 10:00 is on Monday
    world().clock.set(new Date("2026-12-07T01:59:00Z"));
    await shop.settle();
    expect(await shop.messages("patient")).toEqual([]);
    world().clock.set(new Date("2026-12-07T02:00:00Z"));
    await shop.settle();
    expect((await shop.messages("patient")).length).toBe(1);
  });

  test("gives points once; what the ledger refuses is kept with its reason, and the member goes on", async () => {
    const nodes: Nodes = {
      give: { kind: "points", points: 50, valid_days: 30, next: "poor" },
      poor: { kind: "points", points: 50, valid_days: null, budget: "nothing in it", next: "say" },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("gives", { start: "give", nodes }));
    await shop.enter("gives", crowd.slice(0, 3));
    await shop.settle();
    const lots = await shop.read<{ active: number }>(
      "select active from points.lot where owner = any($1) order by lot_id",
      [crowd.slice(0, 3)],
    );
    expect(lots.map((lot) => lot.active)).toEqual([50, 50, 50]);
    expect((await shop.messages("gives")).length).toBe(3);
    const trouble = await shop.read<{ code: string }>("select code from journeys.trouble");
    expect(trouble.map((row) => row.code)).toEqual(Array(3).fill("points.budget_unknown"));
  });

  test("of whoever reaches the goal ends there; a way to it is no way past it", async () => {
    const nodes: Nodes = {
      wait: { kind: "wait", for: { amount: 3, unit: "days" }, next: "say" },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("goal", { goal: { event: "share", exit: true }, start: "wait", nodes }));
    await shop.enter("goal", crowd.slice(10, 12));
    await shop.settle();
    await shop.act("share", ["crowd-10"]);
    world().clock.advance({ days: 4 });
    await shop.settle();
    expect((await shop.messages("goal")).map((one) => one.member_id)).toEqual([crowd[11]]);
    expect((await shop.runs("goal")).map((run) => run.ended)).toEqual(["goal", "finished"]);
  });
});

describe("exactly once", () => {
  test("two workers at once, and one that dies after it wrote: each message is asked for once", async () => {
    const { ground } = world();
    const crowd = (await shop.read<{ member_id: number }>("select member_id from catalogue.members order by 1")).map(
      (row) => row.member_id,
    );
    const nodes: Nodes = {
      first: { kind: "message", template: "hello", next: "wait" },
      wait: { kind: "wait", for: { amount: 1, unit: "hours" }, next: "second" },
      second: { kind: "message", template: "again", next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("twice", { start: "first", nodes }));
    await shop.enter("twice", crowd);
    const dies = async () => {
      for (const version of await ground.store.read(SYSTEM_SCOPE, movingVersions))
        await ground.store
          .write(SYSTEM_SCOPE, async (tx) => {
            await advanceVersion(tx, ground, version, 7);
            throw new Error("killed");
          })
          .catch(() => undefined);
    };
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([advance(ground, 1), dies(), advance(ground, 2)]);
      world().clock.advance({ minutes: 61 });
    }
    await shop.settle();
    const told = await shop.messages("twice");
    expect(told.length).toBe(2 * crowd.length);
    expect(new Set(told.map((one) => `${one.member_id} ${one.template}`)).size).toBe(2 * crowd.length);
  });
});

test("whoever is joined while they wait goes on as the member they are now", async () => {
  await shop.act("login", ["joined-a", "joined-b"]);
  const [whole, part] = [await shop.member("joined-a"), await shop.member("joined-b")];
  const nodes: Nodes = {
    wait: { kind: "wait", for: { amount: 1, unit: "hours" }, next: "say" },
    say: { kind: "message", template: "hello", next: "out" },
    out: { kind: "exit" },
  };
  await shop.publish(journey("joined", { start: "wait", nodes }));
  await shop.enter("joined", [part]);
  await shop.settle();
  // a join changes whom parties belong to, and nothing else
  await shop.write((tx) => tx.query("update members.party set member_id = $1 where member_id = $2", [whole, part]));
  world().clock.advance({ minutes: 61 });
  await shop.settle();
  expect(await shop.messages("joined")).toEqual([{ member_id: whole, template: "hello" }]);
});
