import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { edgeOf } from "./edge.ts";
import { accept, ensureSource } from "./index.ts";
import type { ClearRecord } from "./record.ts";

const world = withDatabase();

afterEach(() => edgeOf(world().ground).committer.writer?.abort());

function search(key: string): ClearRecord {
  return {
    kind: "search",
    key,
    occurred_at: "2026-11-22T09:30:00+08:00",
    identities: [{ kind: "phone", value: "13812345678" }],
    body: { keyword: `乌龙 ${key}` },
  };
}

const source = (key: string) => ensureSource(world().ground, { key, name: key, kind: "rest" });

/** Sends batches at once until a thread writes. */
async function load(key: string) {
  const shop = await source(key);
  const { committer } = edgeOf(world().ground);
  for (let round = 0; committer.writer?.ready !== true; round += 1) {
    expect(round).toBeLessThan(500);
    await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(async (nth) => {
        // not in one turn: groups form behind each other
        for (let turn = 0; turn < nth; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        return accept(world().ground, shop, [search(`${key}-warm-${round}-${nth}`)], { protocol: "rest" });
      }),
    );
  }
  return shop;
}

async function storedOf(source_id: number, prefix: string): Promise<number> {
  const { rows } = await world().ground.store.pool.query<{ n: number }>(
    `select count(*)::int as n from ingest.record r join ingest.inbox i using (inbox_id)
     where i.source_id = $1 and r.body->>'keyword' like $2`,
    [source_id, `乌龙 ${prefix}%`],
  );
  return rows[0]?.n ?? 0;
}

test("under load a thread writes: each record once, and every answer says so", async () => {
  const shop = await load("threaded");
  const results = await Promise.all(
    Array.from({ length: 60 }, (_, call) =>
      // every record comes in three calls
      accept(
        world().ground,
        shop,
        Array.from({ length: 20 }, (_, nth) => search(`t-${(call % 20) * 20 + nth}`)),
        { protocol: "rest" },
      ),
    ),
  );
  expect(await storedOf(shop.source_id, "t-")).toBe(400);
  expect(results.reduce((sum, result) => sum + result.accepted, 0)).toBe(400);
  expect(results.reduce((sum, result) => sum + result.duplicates, 0)).toBe(800);
  const fresh = results.flatMap(({ outcomes }) => outcomes.filter(({ status }) => status === "accepted"));
  expect(new Set(fresh.map(({ record_id }) => record_id)).size).toBe(400);
});

test("rejects and sealed values arrive whole through the thread", async () => {
  const shop = await load("sealed-thread");
  const result = await accept(
    world().ground,
    shop,
    [search("s-1"), { ...search("s-2"), kind: "nonsense" }, search("s-3")],
    { protocol: "rest" },
  );
  expect(result.outcomes.map(({ status }) => status)).toEqual(["accepted", "rejected", "accepted"]);
  const { rows } = await world().ground.store.pool.query<{ original_sealed: Buffer; sealed_key: string }>(
    "select original_sealed, sealed_key from ingest.reject where inbox_id = $1",
    [result.inbox_id],
  );
  const key = await world().ground.vault.namedKey(rows[0]?.sealed_key ?? "");
  const opened = key.decrypt(rows[0]?.original_sealed ?? Buffer.alloc(0), `ingest|${shop.source_id}`);
  expect(JSON.parse(opened.toString())).toMatchObject({ protocol: "rest" });
});

test("what PostgreSQL refuses keeps its code and constraint on the way back", async () => {
  const shop = await load("refused-thread");
  const spool_id = randomUUID();
  await accept(world().ground, shop, [search("r-1")], { protocol: "rest", spool_id });
  await expect(accept(world().ground, shop, [search("r-2")], { protocol: "rest", spool_id })).rejects.toMatchObject({
    code: "23505",
    constraint: "inbox_spool_id_key",
  });
});

test("a thread that ends fails what it was writing; sent again, nothing is lost or doubled", async () => {
  const shop = await load("ended-thread");
  const { committer } = edgeOf(world().ground);
  const calls = Array.from({ length: 40 }, (_, call) => [search(`e-${call}`), search(`e-${call + 40}`)]);
  const send = () =>
    Promise.allSettled(calls.map((records) => accept(world().ground, shop, records, { protocol: "rest" })));
  const first = send();
  await new Promise((resolve) => setTimeout(resolve, 3));
  await committer.writer?.abort();
  const answered = (await first).filter(({ status }) => status === "fulfilled").length;
  expect(await storedOf(shop.source_id, "e-")).toBeGreaterThanOrEqual(2 * answered);
  const again = await send();
  expect(again.every(({ status }) => status === "fulfilled")).toBe(true);
  expect(await storedOf(shop.source_id, "e-")).toBe(80);
});
