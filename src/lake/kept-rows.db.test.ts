import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { eraseNow } from "../../tests/support/erase-member.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { accept, drainPipeline, ensureSource } from "../ingest/index.ts";
import { closeLake, followRows, lakeEngine, refreshLake, rowsKept, rowsTable, wantRows } from "./index.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
const occurred_at = "2026-11-21T03:00:00Z";
const phone = { kind: "phone" as const, value: "13955550001" };
const union = { kind: "unionid" as const, value: "o-kept-rows-test-union-1" };
const WANTED = {
  orders: ["channel", "store_code", "net_minor", "items", "is_valid"],
  order_lines: ["category_1", "sku", "quantity", "net_minor", "is_valid", "order_id"],
  events: ["kind", "channel", "rating", "counterpart_member_id"],
};

const order = (order_no: string, identity: typeof phone | typeof union, at = occurred_at) => ({
  kind: "order",
  key: order_no,
  occurred_at: at,
  identities: [identity],
  body: {
    order_no,
    status: "paid",
    channel: "mall",
    currency: "CNY",
    lines: [{ line_no: "1", sku: 'X "1"', quantity: "1", net_minor: 100 }],
  },
});

async function take(records: Parameters<typeof accept>[2]): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "rows", name: "Rows", kind: "rest" });
  await accept(ground, source, records, { protocol: "rest" });
  await drainPipeline(ground);
  await deliverAll(world());
}

/** Brings lake and memory up to date and compares every relation with its files. @returns rows in memory by relation. */
async function expectSame(): Promise<Record<string, number>> {
  const { ground } = world();
  const { batch_id } = await refreshLake(ground);
  expect(rowsKept(ground, batch_id).columns.size).toBe(0);
  await followRows(ground);
  const kept = rowsKept(ground, batch_id).columns;
  expect([...kept.keys()].sort()).toEqual(Object.keys(WANTED).sort());
  const sizes: Record<string, number> = {};
  for (const [relation, columns] of kept) {
    const list = [...columns].map((column) => `"${column}"`).join(", ");
    const rows = async (source: string) => {
      const sql = `select ${list}, count(*) as times from ${source} where member_id is not null group by all order by all`;
      return (await lakeEngine(ground).query(sql)).rows;
    };
    const held = await rows(rowsTable(relation));
    expect(held).toEqual(await rows(`catalogue.${relation}`));
    sizes[relation] = held.length;
  }
  return sizes;
}

describe("rows kept in memory", () => {
  let owner: OwnerSession;

  beforeAll(async () => {
    const { ground, clock } = world();
    clock.set(NOW);
    await seedWorld(ground, { members: 40, seed: 6, until: NOW });
    await deliverAll(world());
    owner = await signInOwner(world());
    for (const [relation, columns] of Object.entries(WANTED)) wantRows(ground, relation, columns);
  });
  afterAll(async () => {
    await owner.app.close();
  });

  test("are those of the files, without columns of other members", async () => {
    const sizes = await expectSame();
    expect(Math.min(...Object.values(sizes))).toBeGreaterThan(20);
    const { batch_id } = await refreshLake(world().ground);
    await followRows(world().ground);
    expect(rowsKept(world().ground, batch_id).columns.get("events")?.has("counterpart_member_id")).toBe(false);
  });

  test("follow new rows, rows of old months, joins, splits and erasures", async () => {
    await take([order("K1", phone, "2026-03-01T03:00:00Z"), order("K2", union)]);
    await expectSame();
    await take([{ kind: "login", key: "K3", occurred_at, identities: [phone, union], body: {} }]);
    await expectSame();
    const joins = (await owner.get("/api/joins?state=standing")).body as { items: { join_id: number }[] };
    const newest = joins.items.toSorted((a, b) => b.join_id - a.join_id)[0];
    expect((await owner.post(`/api/joins/${newest?.join_id}/undo`, { reason: "two people" })).status).toBe(200);
    await take([]);
    await expectSame();
    const { rows } = await lakeEngine(world().ground).query(
      "select member_id from catalogue.orders where order_no = 'K2'",
    );
    await eraseNow(world().ground, Number(rows[0]?.["member_id"]));
    await take([]);
    const { orders } = await expectSame();
    expect(orders).toBeGreaterThan(20);
  });

  test("take in a column that is asked for later", async () => {
    const { ground } = world();
    wantRows(ground, "orders", ["hour"]);
    await followRows(ground);
    const { batch_id } = await refreshLake(ground);
    await followRows(ground);
    expect(rowsKept(ground, batch_id).columns.get("orders")?.has("hour")).toBe(true);
    await expectSame();
  });

  test("are read anew after the engine was closed", async () => {
    await closeLake(world().ground);
    await expectSame();
  });
});
