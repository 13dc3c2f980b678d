import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { id, memberOf, rows, send } from "../../tests/support/member-records.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { ensureSource, type Source } from "../ingest/index.ts";
import { build as q } from "../query/index.ts";
import { saveSegment, settleMembership } from "../segments/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { advance, advanceVersion } from "./advance.ts";
import { isAmong } from "./bucket.ts";
import type { JourneyDefinition } from "./definition.ts";
import { enterByApi, enterPresent } from "./enter.ts";
import { movingVersions } from "./journey-store.ts";
import { changeState, publishJourney, saveJourney } from "./journeys.ts";
import { placeOf } from "./plan.ts";

const world = withDatabase();
const START = new Date("2026-11-20T02:00:00Z");
const nobody = { person_id: null };
let source: Source;
type Nodes = JourneyDefinition["nodes"];

const write = <T>(work: (tx: Tx) => Promise<T>) => world().ground.store.write(SYSTEM_SCOPE, work);
const read = <Row>(text: string, values: readonly unknown[] = []) => rows<Row>(world().ground, text, values);

beforeAll(async () => {
  source = await ensureSource(world().ground, { key: "mall", name: "Mall", kind: "rest" });
  await write((tx) =>
    tx.query(`insert into channels.template (template, channel, category, made_at) values
      ('hello', 'inbox', 'service', now()), ('again', 'inbox', 'service', now())`),
  );
});

const identity = (name: string) => [id("mall_id", name)];
const member = (name: string) => memberOf(world().ground, source, "mall_id", name);

/** Something that people of these names do now. */
async function act(kind: string, names: readonly string[], body: Record<string, unknown> = {}): Promise<void> {
  const occurred_at = world().clock.now().toISOString();
  await send(world().ground, source, names.map((name) => ({ kind, occurred_at, identities: identity(name), body })));
}

const journey = (key: string, more: Partial<JourneyDefinition>): JourneyDefinition => ({
  key,
  zh: key,
  en: key,
  entry: { kind: "api" },
  reentry: { kind: "once" },
  goal: null,
  hold_out_percent: 0,
  start: "say",
  nodes: { say: { kind: "message", template: "hello", next: "out" }, out: { kind: "exit" } },
  ...more,
});

async function publish(definition: JourneyDefinition, running: "stay" | "move" = "stay") {
  const { ground } = world();
  await write((tx) => saveJourney(tx, ground, definition, nobody));
  return write((tx) => publishJourney(tx, ground, definition.key, { ...nobody, running }));
}

const enter = (key: string, member_ids: readonly number[], cause = "test") =>
  write((tx) => enterByApi(tx, world().ground, key, { member_ids, key: cause }));

async function settle(): Promise<void> {
  await deliverAll(world());
  while ((await enterPresent(world().ground)) || (await advance(world().ground)) > 0) continue;
}

const messages = (key: string) =>
  read<{ member_id: number; template: string }>(
    `select m.member_id, m.template from channels.message m join journeys.run r on m.effect_key like r.version_id || '.' || r.run_id || '.%'
     where r.journey = $1 order by m.message_id`,
    [key],
  );
const runs = (key: string) =>
  read<{ member_id: number; node: number; ended: string | null; trail: number[]; version_id: number }>(
    "select member_id, node, ended, trail, version_id from journeys.run where journey = $1 order by run_id",
    [key],
  );

describe("an event", () => {
  test("lets its member in; a wait for another event ends by it, or by its time", async () => {
    world().clock.set(START);
    await publish(
      journey("cart_left", {
        entry: { kind: "event", event: "cart" },
        start: "wait",
        nodes: {
          wait: { kind: "wait_until", event: "like", within: { amount: 2, unit: "hours" }, then: "out", otherwise: "say" },
          say: { kind: "message", template: "hello", next: "out" },
          out: { kind: "exit" },
        },
      }),
    );
    await act("cart", ["an", "bo"], { sku: "TEA" });
    await settle();
    expect((await runs("cart_left")).map(({ ended }) => ended)).toEqual([null, null]);
    world().clock.advance({ minutes: 30 });
    await act("like", ["an"], { target_id: "p-1" });
    await settle();
    world().clock.advance({ hours: 2 });
    await settle();
    expect(await messages("cart_left")).toEqual([{ member_id: await member("bo"), template: "hello" }]);
    expect((await runs("cart_left")).map(({ ended }) => ended)).toEqual(["finished", "finished"]);
  });

  test("that happened long ago lets nobody in", async () => {
    world().clock.advance({ days: 3 });
    const body = { kind: "cart", occurred_at: START.toISOString(), identities: identity("late"), body: { sku: "TEA" } };
    await send(world().ground, source, [body]);
    expect((await runs("cart_left")).length).toBe(2);
  });
});

describe("entering", () => {
  test("once is once; anew is after so many days, one at a time; each record has its own way", async () => {
    const [an, bo] = [await member("an"), await member("bo")];
    await publish(journey("once", {}));
    expect(await enter("once", [an, bo, an])).toBe(2);
    await settle();
    expect(await enter("once", [an, bo], "later")).toBe(0);

    const slow: Nodes = { wait: { kind: "wait", for: { amount: 10, unit: "days" }, next: "out" }, out: { kind: "exit" } };
    await publish(journey("anew", { reentry: { kind: "again", after_days: 5 }, start: "wait", nodes: slow }));
    expect(await enter("anew", [an], "1")).toBe(1);
    world().clock.advance({ days: 6 });
    expect(await enter("anew", [an], "2")).toBe(0);
    world().clock.advance({ days: 5 });
    await settle();
    expect(await enter("anew", [an], "3")).toBe(1);
    expect(await enter("anew", [an], "3")).toBe(0);

    await publish(journey("each", { entry: { kind: "event", event: "cart", each: "record" }, start: "wait", nodes: slow }));
    await act("cart", ["an", "an", "bo"], { sku: "TEA" });
    expect((await runs("each")).length).toBe(3);
  });

  test("whoever is in the segment when it is published, and whoever comes in afterwards", async () => {
    const { ground } = world();
    const bought = q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "share") }), 1);
    await act("share", ["an"]);
    const { segment_id } = await saveSegment(ground, { name: "sharers", condition: bought }, { person_id: null, name: "Test" });
    await settleMembership(ground);
    await publish(
      journey("sharers", { entry: { kind: "segment", segment_id, movement: "entered", present: true } }),
    );
    await settle();
    expect((await runs("sharers")).map((run) => run.member_id)).toEqual([await member("an")]);
    await act("share", ["bo"]);
    await deliverAll(world());
    await settleMembership(ground);
    await settle();
    expect((await messages("sharers")).map((one) => one.member_id)).toEqual([await member("an"), await member("bo")]);
  });
});

describe("the way", () => {
  let crowd: number[] = [];
  beforeAll(async () => {
    const names = Array.from({ length: 400 }, (_, at) => `crowd-${at}`);
    await act("login", names);
    crowd = await Promise.all(names.map(member));
  });

  test("splits by chance in the parts that were said, the same for the same member; held out get nothing and are compared with", async () => {
    const nodes: Nodes = {
      split: { kind: "random", branches: [{ percent: 30, next: "say" }, { percent: 70, next: "out" }] },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await publish(journey("split", { start: "split", nodes, hold_out_percent: 10 }));
    await enter("split", crowd);
    await settle();
    const ended = await runs("split");
    const held = ended.filter((run) => run.ended === "hold_out");
    expect(held.map((run) => run.member_id).sort()).toEqual(crowd.filter((one) => isAmong("hold-out split", one, 10)).sort());
    expect(held.length / crowd.length).toBeGreaterThan(0.05);
    const told = (await messages("split")).map((one) => one.member_id);
    expect(told.some((one) => held.some((run) => run.member_id === one))).toBe(false);
    expect(told.length / (crowd.length - held.length)).toBeGreaterThan(0.2);
    expect(told.length / (crowd.length - held.length)).toBeLessThan(0.4);
    // counts of edges are what the trails say
    const counted = await read<{ edge: number; members: number }>(
      "select edge, sum(members)::int as members from journeys.edge_count c join journeys.version v using (version_id) where v.journey = 'split' group by edge order by edge",
    );
    const walked = new Map<number, number>();
    for (const { trail } of ended) for (const edge of trail) walked.set(edge, (walked.get(edge) ?? 0) + 1);
    expect(new Map(counted.map((row) => [row.edge, row.members]))).toEqual(walked);
    expect([...walked.keys()].map((edge) => placeOf(edge).place).sort()).toEqual([0, 0, 1]);
  });

  test("parts by a condition on what is known now", async () => {
    await act("share", ["crowd-0", "crowd-7"]);
    const condition = q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "share") }), 1);
    const nodes: Nodes = {
      ask: { kind: "condition", condition, then: "say", otherwise: "out" },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await publish(journey("asks", { start: "ask", nodes }));
    await enter("asks", crowd.slice(0, 20));
    await settle();
    expect((await messages("asks")).map((one) => one.member_id)).toEqual([crowd[0], crowd[7]]);
  });

  test("waits days to a time of day, and for the hours in which one may be spoken to", async () => {
    world().clock.set(new Date("2026-12-04T15:30:00Z"));
    const nodes: Nodes = {
      wait: { kind: "wait", for: { amount: 2, unit: "days" }, at: "10:00", next: "open" },
      open: { kind: "window", from: "09:00", until: "18:00", weekdays: [1, 2, 3, 4, 5], next: "say" },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await publish(journey("patient", { start: "wait", nodes }));
    await enter("patient", crowd.slice(0, 1));
    await settle();
    // two days after Friday 23:30 is Sunday 23:30; 10:00 is on Monday
    world().clock.set(new Date("2026-12-07T01:59:00Z"));
    await settle();
    expect(await messages("patient")).toEqual([]);
    world().clock.set(new Date("2026-12-07T02:00:00Z"));
    await settle();
    expect((await messages("patient")).length).toBe(1);
  });

  test("gives points once; what the ledger refuses is kept with its reason, and the member goes on", async () => {
    const nodes: Nodes = {
      give: { kind: "points", points: 50, valid_days: 30, next: "poor" },
      poor: { kind: "points", points: 50, valid_days: null, budget: "nothing in it", next: "say" },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    };
    await publish(journey("gives", { start: "give", nodes }));
    await enter("gives", crowd.slice(0, 3));
    await settle();
    const lots = await read<{ active: number }>("select active from points.lot where owner = any($1) order by lot_id", [
      crowd.slice(0, 3),
    ]);
    expect(lots.map((lot) => lot.active)).toEqual([50, 50, 50]);
    expect((await messages("gives")).length).toBe(3);
    const trouble = await read<{ code: string }>("select code from journeys.trouble");
    expect(trouble.map((row) => row.code)).toEqual(Array(3).fill("points.budget_unknown"));
  });

  test("of whoever reaches the goal ends there; a way to it is no way past it", async () => {
    const nodes: Nodes = { wait: { kind: "wait", for: { amount: 3, unit: "days" }, next: "say" }, say: { kind: "message", template: "hello", next: "out" }, out: { kind: "exit" } };
    await publish(journey("goal", { goal: { event: "share", exit: true }, start: "wait", nodes }));
    await enter("goal", crowd.slice(10, 12));
    await settle();
    await act("share", ["crowd-10"]);
    world().clock.advance({ days: 4 });
    await settle();
    expect((await messages("goal")).map((one) => one.member_id)).toEqual([crowd[11]]);
    expect((await runs("goal")).map((run) => run.ended)).toEqual(["goal", "finished"]);
  });
});

describe("exactly once", () => {
  test("two workers at once, and one that dies after it wrote: each message is asked for once", async () => {
    const { ground } = world();
    const crowd = (await read<{ member_id: number }>("select member_id from catalogue.members order by 1")).map((row) => row.member_id);
    const nodes: Nodes = {
      first: { kind: "message", template: "hello", next: "wait" },
      wait: { kind: "wait", for: { amount: 1, unit: "hours" }, next: "second" },
      second: { kind: "message", template: "again", next: "out" },
      out: { kind: "exit" },
    };
    await publish(journey("twice", { start: "first", nodes }));
    await enter("twice", crowd);
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
    await settle();
    const told = await messages("twice");
    expect(told.length).toBe(2 * crowd.length);
    expect(new Set(told.map((one) => `${one.member_id} ${one.template}`)).size).toBe(2 * crowd.length);
  });
});

describe("a journey", () => {
  test("that is published anew: who is under way stays on its version, or goes on at the node of the same name", async () => {
    const crowd = (await read<{ member_id: number }>("select member_id from catalogue.members order by 1 limit 2")).map((row) => row.member_id);
    const nodes = (template: string): Nodes => ({
        wait: { kind: "wait", for: { amount: 1, unit: "days" }, next: "say" },
        say: { kind: "message", template, next: "out" },
        out: { kind: "exit" },
      });
    await publish(journey("renewed", { start: "wait", nodes: nodes("hello") }));
    await enter("renewed", crowd.slice(0, 1));
    await settle();
    await publish(journey("renewed", { start: "wait", nodes: nodes("again") }));
    await enter("renewed", crowd.slice(1));
    await settle();
    world().clock.advance({ days: 1 });
    await settle();
    expect((await messages("renewed")).map((one) => one.template)).toEqual(["hello", "again"]);

    await publish(journey("moved", { start: "wait", nodes: nodes("hello") }));
    await enter("moved", crowd.slice(0, 1));
    await settle();
    const { moved } = await publish(journey("moved", { start: "wait", nodes: nodes("again") }), "move");
    expect(moved).toBe(1);
    world().clock.advance({ days: 1 });
    await settle();
    expect((await messages("moved")).map((one) => one.template)).toEqual(["again"]);
  });

  test("that is paused stands still and catches up; one that is ended lets everybody go", async () => {
    const crowd = (await read<{ member_id: number }>("select member_id from catalogue.members order by 1 limit 2")).map((row) => row.member_id);
    const nodes: Nodes = { wait: { kind: "wait", for: { amount: 1, unit: "hours" }, next: "say" }, say: { kind: "message", template: "hello", next: "wait2" }, wait2: { kind: "wait", for: { amount: 1, unit: "hours" }, next: "out" }, out: { kind: "exit" } };
    await publish(journey("held", { start: "wait", nodes }));
    await enter("held", crowd);
    await settle();
    await write((tx) => changeState(tx, "held", "paused"));
    world().clock.advance({ hours: 3 });
    await settle();
    expect(await messages("held")).toEqual([]);
    await write((tx) => changeState(tx, "held", "live"));
    await settle();
    expect((await messages("held")).length).toBe(2);
    await write((tx) => changeState(tx, "held", "ended"));
    world().clock.advance({ hours: 3 });
    await settle();
    expect((await runs("held")).map((run) => run.ended)).toEqual(["stopped", "stopped"]);
    await expect(enter("held", crowd)).rejects.toMatchObject({ code: "journeys.no_api_entry" });
  });

  test("with problems is not published, and each is told at its place", async () => {
    const { ground } = world();
    const nodes: Nodes = {
      split: { kind: "random", branches: [{ percent: 30, next: "say" }, { percent: 60, next: "nowhere" }] },
      say: { kind: "message", template: "no_such", next: "split" },
      alone: { kind: "exit" },
    };
    const broken = journey("broken", { start: "split", nodes, entry: { kind: "event", event: "no_such_event" } });
    await write((tx) => saveJourney(tx, ground, broken, nobody));
    const failed = await write((tx) => publishJourney(tx, ground, "broken", nobody)).catch((error: unknown) => error);
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
