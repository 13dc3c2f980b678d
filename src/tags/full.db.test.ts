import { beforeAll, describe, expect, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { accept, drainPipeline, ensureSource } from "../ingest/index.ts";
import { refreshLake } from "../lake/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { settleTags } from "./compute.ts";
import { computeAll, type FullProgress } from "./full.ts";
import { bookOf } from "./registry.ts";
import { dirtyCount } from "./dirty-store.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T04:00:00Z");
const HOUR_MS = 3_600_000;
const quiet: FullProgress = { signal: new AbortController().signal, progress: async () => {} };

interface Row {
  readonly member_id: number;
  readonly value: Readonly<Record<string, string>>;
  readonly wake_day: string | null;
}

const stored = () =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<Row>("select member_id, value, wake_day from tags.current order by member_id"),
  );
const write = (sql: string) => world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(sql));
const full = (at = quiet) => computeAll(world().ground, bookOf(world().ground), at);

const member = (key: string, phone: string, join_channel: string) => ({
  kind: "member",
  key,
  occurred_at: "2026-11-20T03:00:00Z",
  identities: [{ kind: "phone" as const, value: phone }],
  body: { gender: "female", join_channel },
});
const order = (key: string, phone: string, net_minor: number) => ({
  kind: "order",
  key,
  occurred_at: "2026-11-21T03:00:00Z",
  identities: [{ kind: "phone" as const, value: phone }],
  body: {
    order_no: key,
    status: "paid",
    channel: "mall",
    currency: "CNY",
    lines: [{ line_no: "1", sku: "X", quantity: "1", net_minor }],
  },
});

async function take(...records: Parameters<typeof accept>[2][number][]): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "full", name: "Full", kind: "rest" });
  await accept(ground, source, records, { protocol: "rest" });
  await drainPipeline(ground);
  await deliverAll(world());
  await settleTags(ground, bookOf(ground));
}

describe("the full computation", () => {
  beforeAll(async () => {
    const { ground, clock } = world();
    clock.set(NOW);
    await seedWorld(ground, { members: 30, seed: 5, until: NOW });
    await deliverAll(world());
    await take(
      member("m1", "13944440001", 'a "quoted" \\ channel\twith\u0001signs'),
      member("m2", "13944440002", "门店"),
      order("F1", "13944440001", 100),
    );
    await full();
    clock.set(new Date(NOW.getTime() + HOUR_MS));
    await refreshLake(ground);
  });

  test("finds nothing in values that are right, whatever signs they have", async () => {
    const result = await full();
    expect(result).toMatchObject({ engine: "duckdb", difference: 0, members: (await stored()).length });
    // only signs that the two engines write in different ways in JSON are looked at twice
    expect(result.lagging).toBeLessThanOrEqual(1);
  });

  test("counts and mends every planted wrong value, whole rows that are missing too", async () => {
    const before = await stored();
    await write(`update tags.current set value = value || '{"gender": "other"}' where member_id in (
      select member_id from tags.current where value ->> 'gender' = 'female' and member_id > (select min(member_id) from tags.current)
        order by member_id limit 2)`);
    await write(
      `update tags.current set value = value - 'orders_365d' where member_id = (select max(member_id) from tags.current)`,
    );
    await write("delete from tags.current where member_id = (select min(member_id) from tags.current)");
    const result = await full();
    expect(result.difference).toBe(3);
    expect(result.difference_by_tag).toEqual({ gender: 2, orders_365d: 1 });
    expect(await stored()).toEqual(before);
    expect(await full()).toMatchObject({ difference: 0 });
  });

  test("takes first values from the lake: the same as those from the records, wake-up days too", async () => {
    const before = await stored();
    world().clock.set(new Date(NOW.getTime() + 2 * HOUR_MS));
    await refreshLake(world().ground);
    await write("delete from tags.current");
    await write("update tags.state set full_at = null");
    const notes: (string | undefined)[] = [];
    const at = {
      ...quiet,
      progress: async (_done: number, _total: number | null, note?: string) => void notes.push(note),
    };
    expect(await full(at)).toMatchObject({ engine: "duckdb", members: before.length });
    expect(await stored()).toEqual(before);
    // nobody was left to be computed one by one
    expect(notes).toEqual(["lake"]);
    expect((await world().ground.store.read(SYSTEM_SCOPE, dirtyCount)).marks).toBe(0);
  });

  test("keeps what the records said after the lake was written", async () => {
    const { ground } = world();
    await take(order("F2", "13944440001", 4321), member("m3", "13944440003", "online"));
    const before = await stored();
    await write("update tags.state set definitions_hash = 'others'");
    await write(`update tags.current set value = value || '{"city": "nowhere"}' where value ->> 'city' is not null`);
    expect(await full()).toMatchObject({ engine: "duckdb", difference: 0 });
    expect(await stored()).toEqual(before);
    expect(before.filter(({ value }) => value["lifetime_spend"] === "4421")).toHaveLength(1);
    expect(await full()).toMatchObject({ difference: 0, lagging: 1 });
    await refreshLake(ground);
    expect((await full()).lagging).toBeLessThanOrEqual(1);
  });

  test("is not fed by a lake that is too old to be told from the newest records", async () => {
    const { ground, clock } = world();
    clock.set(new Date(NOW.getTime() + 30 * HOUR_MS));
    await write("update tags.state set full_at = null");
    expect(await full()).toMatchObject({ engine: "postgresql" });
    await refreshLake(ground);
  });

  test("stops when it is cancelled, and leaves what is stored as it was", async () => {
    const before = await stored();
    const stop = new AbortController();
    stop.abort();
    await expect(full({ ...quiet, signal: stop.signal })).rejects.toThrow();
    await write("update tags.state set full_at = null");
    await expect(full({ ...quiet, signal: stop.signal })).rejects.toThrow();
    expect(await stored()).toEqual(before);
    expect(await full()).toMatchObject({ engine: "duckdb" });
  });
});
