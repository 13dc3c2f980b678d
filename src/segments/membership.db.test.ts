import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { catalogueData } from "../../tests/support/catalogue-data.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { id, record, rows, send } from "../../tests/support/member-records.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { ensureSource, type Source } from "../ingest/index.ts";
import { build as q, checkedTree, evaluate, type Expression } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { bookOf, settleTags } from "../tags/index.ts";
import { todayOf } from "./count.ts";
import { withoutSegments } from "./condition.ts";
import { checkSegment, followMembers, settleMembership } from "./membership.ts";
import { movementDays, movementPage } from "./movement-store.ts";
import { segmentConditions, stuckSegments } from "./segment-store.ts";
import { removeSegment, saveSegment } from "./segments.ts";
import { removeSnapshot, takeSnapshot } from "./snapshots.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
const DAY_MS = 86_400_000;
const editor = { person_id: null, name: "Test" };
const valid = q.column("is_valid");
let source: Source;
let owner: OwnerSession;
const kept: Record<string, number> = {};

const CONDITIONS: Record<string, (ids: Record<string, number>) => Expression> = {
  buyers: () => q.atLeast(q.count("orders", { where: valid, window: q.lastDays(3) }), 1),
  spenders: () => q.atLeast(q.tag("spend_365d"), 5000),
  silent: () => q.atLeast(q.tag("days_since_last_purchase"), 2),
  women: () => q.equals(q.tag("gender"), "female"),
  readers: () =>
    q.and(
      q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "browse"), window: q.lastDays(2) }), 1),
      q.not(q.atLeast(q.count("orders", { where: valid, window: q.calendar("month") }), 1)),
    ),
  both: (ids) => q.and(q.segment(ids["buyers"] ?? 0), q.not(q.segment(ids["women"] ?? 0))),
  above: (ids) => q.or(q.segment(ids["both"] ?? 0), q.segment(ids["silent"] ?? 0)),
};

async function settle(): Promise<void> {
  const { ground } = world();
  for (;;) {
    await deliverAll(world());
    const tags = await settleTags(ground, bookOf(ground));
    await deliverAll(world());
    const moved = await settleMembership(ground);
    if (tags === 0 && moved === 0) return;
  }
}

async function membership(): Promise<Map<number, number[]>> {
  const found = await rows<{ segment_id: number; member_id: number }>(
    world().ground,
    "select segment_id, member_id from segments.member order by 1, 2",
  );
  return new Map(
    Object.values(kept).map((segment_id) => [
      segment_id,
      found.filter((row) => row.segment_id === segment_id).map((row) => row.member_id),
    ]),
  );
}

/** What the naive evaluator says of every kept condition, with tags by their definitions. */
async function truth(): Promise<Map<number, number[]>> {
  const { ground } = world();
  const data = await catalogueData(ground);
  const segments = await ground.store.read(SYSTEM_SCOPE, segmentConditions);
  const ids = (data["members"] ?? []).map((row) => Number(row["member_id"])).sort((a, b) => a - b);
  return new Map(
    Object.values(kept).map((segment_id) => {
      const condition = withoutSegments(segments.get(segment_id)?.condition as Expression, segments);
      const tree = checkedTree(condition, ground.catalogue, bookOf(ground).references);
      return [
        segment_id,
        ids.filter((member) => evaluate(tree, data, ground.catalogue, member, todayOf(ground)) === true),
      ];
    }),
  );
}

/** Membership as whoever only hears the outbox has it. */
async function replayed(): Promise<Map<number, number[]>> {
  const events = await rows<{ type: string; payload: { segment_id: number; member_ids: number[] } }>(
    world().ground,
    "select type, payload from store.outbox where type in ('segments.entered', 'segments.left') order by transaction_id, event_id",
  );
  const sets = new Map(Object.values(kept).map((segment_id) => [segment_id, new Set<number>()]));
  for (const { type, payload } of events) {
    for (const member of payload.member_ids) {
      const set = sets.get(payload.segment_id);
      if (type === "segments.entered") {
        expect(set?.has(member), "nobody enters twice").not.toBe(true);
        set?.add(member);
      } else expect(set?.delete(member), "nobody leaves who was not in").not.toBe(false);
    }
  }
  return new Map([...sets].map(([segment_id, set]) => [segment_id, [...set].sort((a, b) => a - b)]));
}

async function expectTruth(): Promise<void> {
  const held = await membership();
  expect(held).toEqual(await truth());
  expect(await replayed()).toEqual(held);
  const sizes = await rows<{ segment_id: number; members: number }>(
    world().ground,
    "select segment_id, members from segments.segment order by 1",
  );
  for (const { segment_id, members } of sizes)
    expect([segment_id, members]).toEqual([segment_id, held.get(segment_id)?.length]);
}

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(NOW);
  await seedWorld(ground, { members: 40, seed: 5, until: NOW });
  await deliverAll(world());
  await settleTags(ground, bookOf(ground));
  source = await ensureSource(ground, { key: "test", name: "Test", kind: "rest" });
  owner = await signInOwner(world());
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    const draft = { name, description: "", condition: condition(kept) };
    kept[name] = (await saveSegment(ground, draft, editor)).segment_id;
  }
  await settle();
});
afterAll(async () => {
  await owner.app.close();
});

const phones = ["13900000001", "13900000002", "13900000003"];
const unions = ["o-segment-test-union-1", "o-segment-test-union-2"];
let number = 0;

function order(day: string, value: string, net_minor: number) {
  number += 1;
  return record("order", day, [id("phone", value)], {
    order_no: `S${number}`,
    status: "paid",
    channel: "store",
    store_code: "S01",
    currency: "CNY",
    lines: [{ line_no: "1", sku: "X", quantity: "1", net_minor }],
  });
}

describe("kept segments follow their members", () => {
  beforeEach(async () => {
    await settle();
  });

  test("from the first filling on, also segments over segments", async () => {
    expect((await membership()).get(kept["women"] ?? 0)?.length).toBeGreaterThan(0);
    await expectTruth();
  });

  test("a record moves its member at once, a join moves both, a split gives both back", async () => {
    const { ground } = world();
    await send(ground, source, [order("2026-11-22", "13955550001", 90_000)]);
    await settle();
    await expectTruth();
    await send(ground, source, [record("login", "2026-11-22", [id("unionid", "o-segment-join-1")])]);
    await settle();
    await send(ground, source, [
      record("login", "2026-11-22", [id("phone", "13955550001"), id("unionid", "o-segment-join-1")]),
    ]);
    await settle();
    await expectTruth();
    const joins = (await owner.get("/api/joins?state=standing")).body as { items: { join_id: number }[] };
    const newest = joins.items.toSorted((a, b) => b.join_id - a.join_id)[0];
    expect((await owner.post(`/api/joins/${newest?.join_id}/undo`, { reason: "two people" })).status).toBe(200);
    await settle();
    await expectTruth();
  });

  test("a tag moves its member although another transaction writes for long and the outbox stands still", async () => {
    const { ground } = world();
    const rounds = async () => {
      while ((await followMembers(ground)).taken > 0) continue;
    };
    const spenders = async () => (await membership()).get(kept["spenders"] ?? 0)?.length ?? 0;
    const before = await spenders();
    const other = await ground.store.pool.connect();
    try {
      await other.query("begin; select pg_current_xact_id()");
      await send(ground, source, [order(todayOf(ground), "13955550009", 90_000)]);
      await rounds();
      expect(await spenders()).toBe(before);
      await settleTags(ground, bookOf(ground));
      await rounds();
      expect(await spenders()).toBe(before + 1);
    } finally {
      await other.query("rollback");
      other.release();
    }
  });

  test("a relative date moves members when the day turns although nothing happens", async () => {
    const { ground, clock } = world();
    await send(ground, source, [order("2026-11-22", "13955550002", 90_000)]);
    await settle();
    const before = (await membership()).get(kept["buyers"] ?? 0)?.length ?? 0;
    expect(before).toBeGreaterThan(0);
    for (let day = 1; day <= 4; day++) {
      clock.set(new Date(NOW.getTime() + day * DAY_MS));
      await settle();
      await expectTruth();
    }
    expect((await membership()).get(kept["buyers"] ?? 0)).toEqual([]);
  });

  test("a round that is killed before its end leaves nothing behind and is done again", async () => {
    const { ground } = world();
    const day = todayOf(ground);
    await send(ground, source, [order(day, "13955550003", 90_000)]);
    const held = await membership();
    const dying = {
      ...ground,
      store: {
        ...ground.store,
        write: (scope: typeof SYSTEM_SCOPE, run: (tx: never) => Promise<never>) =>
          ground.store.write(scope, async (tx) => {
            await run(tx as never);
            throw new Error("killed");
          }),
      },
    } as typeof ground;
    await expect(followMembers(dying)).rejects.toThrow("killed");
    expect(await membership()).toEqual(held);
    expect(await replayed()).toEqual(held);
    await settle();
    await expectTruth();
    expect(await membership()).not.toEqual(held);
  });

  test("a changed condition moves whoever it concerns, in dependent segments too", async () => {
    const { ground } = world();
    const draft = { name: "women", description: "", condition: q.equals(q.tag("gender"), "male") };
    await saveSegment(ground, draft, editor, kept["women"]);
    await settle();
    await expectTruth();
  });

  test("after any records, joins and days the membership is what the evaluator says, and a full check finds nothing", async () => {
    const { ground, clock } = world();
    const step = fc.oneof(
      fc.record({ act: fc.constant("order" as const), who: fc.nat(2), net: fc.integer({ min: 1, max: 90_000 }) }),
      fc.record({ act: fc.constant("browse" as const), who: fc.nat(2) }),
      fc.record({ act: fc.constant("join" as const), who: fc.nat(2), union: fc.nat(1) }),
      fc.record({ act: fc.constant("day" as const), days: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ act: fc.constant("round" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        for (const one of steps) {
          const day = todayOf(ground);
          const phone = id("phone", phones["who" in one ? one.who : 0] ?? "");
          if (one.act === "order") await send(ground, source, [order(day, phone.value, one.net)]);
          if (one.act === "browse") {
            number += 1;
            await send(ground, source, [{ ...record("browse", day, [phone], { sku: "X" }), key: `b${number}` }]);
          }
          if (one.act === "join") {
            const union = id("unionid", unions[one.union] ?? "");
            number += 1;
            await send(ground, source, [{ ...record("login", day, [phone, union]), key: `l${number}` }]);
          }
          if (one.act === "day") clock.set(new Date(clock.now().getTime() + one.days * DAY_MS));
          if (one.act === "round") await followMembers(ground);
        }
        await settle();
        await expectTruth();
        for (const segment_id of Object.values(kept)) expect(await checkSegment(ground, segment_id)).toBe(0);
      }),
      { numRuns: process.env["HUITOU_LONG"] === "1" ? 40 : 4 },
    );
  });

  test("what was lost without a trace is found by the check, counted and mended", async () => {
    const { ground } = world();
    const [wrong] = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query<{ segment_id: number }>(
        `delete from segments.member where (segment_id, member_id) in (select segment_id, member_id from segments.member order by 1, 2 limit 1)
         returning segment_id`,
      ),
    );
    expect(await checkSegment(ground, wrong?.segment_id ?? 0)).toBe(1);
    expect(await membership()).toEqual(await truth());
  });

  test("people who see some stores see the movements of their members only, counted by day and one by one", async () => {
    const { ground } = world();
    const data = (await catalogueData(ground))["members"] ?? [];
    const stores = [...new Set(data.flatMap((row) => row["home_store_code"] ?? []))].map(String);
    expect(stores.length).toBeGreaterThan(1);
    const segment_id = kept["silent"] ?? 0;
    const seen = async (some: "all" | readonly string[]) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const days = await movementDays(tx, segment_id, "2026-01-01", some);
        const page = await movementPage(tx, segment_id, { stores: some, limit: 10_000 });
        return { days, page };
      });
    const all = (await seen("all")).page;
    let narrowed = 0;
    for (const some of [...stores.map((store) => [store]), stores.slice(0, 2), []]) {
      const own = new Set(
        data.filter((row) => some.includes(String(row["home_store_code"]))).map((row) => row["member_id"]),
      );
      const { days, page } = await seen(some);
      const expected = all.filter(({ member_id }) => own.has(member_id));
      expect(page).toEqual(expected);
      if (expected.length > 0 && expected.length < all.length) narrowed += 1;
      const counted = days.reduce(
        (sum, { entered, left, filled }) => sum + Number(entered) + Number(left) + Number(filled),
        0,
      );
      expect([some, counted]).toEqual([some, expected.length]);
    }
    expect(narrowed).toBeGreaterThan(0);
  });

  test("a segment that does not follow any more is called stuck", async () => {
    const { ground } = world();
    const now = ground.clock.now();
    const stuck = (later_ms: number) =>
      ground.store.read(SYSTEM_SCOPE, (tx) => stuckSegments(tx, new Date(now.getTime() + later_ms)));
    expect(await stuck(0)).toBe(0);
    await send(ground, source, [order(todayOf(ground), "13955550004", 1)]);
    expect(await stuck(0)).toBe(0);
    expect(await stuck(DAY_MS)).toBe(Object.keys(kept).length);
    await settle();
    expect(await stuck(DAY_MS)).toBe(0);
  });
});

test("a snapshot keeps the members of its moment, can be asked for, and is protected while it is", async () => {
  const { ground } = world();
  const name = "before the sale";
  const snapshot = await takeSnapshot(ground, { name, segment_id: kept["women"] }, editor);
  const then = (await membership()).get(kept["women"] ?? 0) ?? [];
  expect(snapshot.members).toBe(then.length);
  const draft = {
    name: "was in",
    description: "",
    condition: q.and(snapshot.expression, q.not(q.segment(kept["women"] ?? 0))),
  };
  const asking = await saveSegment(ground, draft, editor);
  expect(asking.count).toBe(0);
  await expect(takeSnapshot(ground, { name, segment_id: kept["women"] }, editor)).rejects.toMatchObject({
    code: "segments.name_taken",
  });
  await expect(removeSnapshot(ground, snapshot.snapshot_id)).rejects.toMatchObject({
    code: "segments.snapshot_in_use",
  });
  await removeSegment(ground, asking.segment_id);
  await removeSnapshot(ground, snapshot.snapshot_id);
});
