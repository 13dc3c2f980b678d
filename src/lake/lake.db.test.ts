import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { accept, type ClearRecord, drainPipeline, ensureSource } from "../ingest/index.ts";
import type { Relation } from "../query/index.ts";
import { emit, SYSTEM_SCOPE } from "../store/index.ts";
import { domain } from "./domain.ts";
import { isFiled } from "./layout.ts";
import { closeLake, eraseFromLake, lakeEngine, refreshLake } from "./index.ts";
import { currentFiles, dirtyDays } from "./manifest-store.ts";
import { filesOnDisk } from "./refresh.ts";
import { differingDays } from "./verification.ts";
import { lakeFolders } from "./writer.ts";

const world = withDatabase();

function order(
  order_no: string,
  occurred_at: string,
  card_no: string | null,
  change: Record<string, unknown> = {},
): ClearRecord {
  const identities = card_no === null ? [] : [{ kind: "card_no" as const, value: card_no }];
  const lines = [
    { sku: "tea", product_name: 'Tea, "spring"', quantity: "2", unit_price: "19.90" },
    { sku: "cup", quantity: "0.345", unit_price: "10", discount_minor: 5 },
  ];
  return {
    kind: "order",
    key: `${order_no}@${occurred_at}`,
    occurred_at,
    identities,
    body: { order_no, store_code: "S1", channel: "store", lines, ...change },
  };
}

const records: ClearRecord[] = [
  order("A1", "2026-03-01T03:00:00Z", "C1"),
  order("A2", "2026-03-01T17:00:00Z", "C2", { coupon_code: "" }),
  order("A3", "2026-04-09T03:00:00.123Z", null),
  order("A4", "2026-04-10T03:00:00Z", "C1", { status: "placed" }),
  {
    kind: "return",
    key: "R1",
    occurred_at: "2026-04-11T00:00:00Z",
    identities: [],
    body: { return_no: "R1", original_order_no: "A1", lines: [{ sku: "tea", quantity: "1", refund_minor: 1990 }] },
  },
  {
    kind: "search",
    key: "E1",
    occurred_at: "2026-04-11T01:00:00Z",
    identities: [{ kind: "card_no", value: "C2" }],
    body: { keyword: "oolong\n\\N 乌龙" },
  },
  {
    kind: "member",
    key: "M1",
    occurred_at: "2026-02-01T00:00:00Z",
    identities: [{ kind: "card_no", value: "C1" }],
    body: { gender: "female", city: "上海", joined_at: "2026-02-01T00:00:00Z" },
  },
];

async function take(list: readonly ClearRecord[]): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "till", name: "Till", kind: "rest" });
  const { outcomes } = await accept(ground, source, list, { protocol: "rest" });
  expect(outcomes.map((outcome) => outcome.status)).not.toContain("rejected");
  await drainPipeline(ground);
  await deliverAll(world());
}

const root = () => lakeFolders(world().ground.config.data_dir).root;

async function onRecordStore(sql: string) {
  return world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query(sql));
}

async function onLake(sql: string) {
  return (await lakeEngine(world().ground).query(sql)).rows;
}

function everyRow({ name, columns, key }: Relation): string {
  return `select ${columns.map((column) => `"${column.name}"`).join(", ")} from catalogue.${name} order by ${key.join(", ")}`;
}

beforeAll(async () => {
  await take(records);
  await refreshLake(world().ground, { compression: "uncompressed" });
});
afterAll(() => closeLake(world().ground));

describe("the lake holds what the record store holds", () => {
  test("every relation gives the same rows on PostgreSQL and DuckDB", async () => {
    const relations = world()
      .ground.catalogue.all()
      .filter((relation) => relation.lake !== false);
    expect(relations.map((relation) => relation.name)).toEqual(
      expect.arrayContaining(["orders", "order_lines", "returns", "events", "members", "purchase_days"]),
    );
    for (const relation of relations) {
      const sql = everyRow(relation);
      const [stored, lake] = [await onRecordStore(sql), await onLake(sql)];
      expect(lake, relation.name).toEqual(stored);
    }
    expect(await onLake("select count(*) as rows from catalogue.order_lines")).toEqual([{ rows: 8 }]);
  });

  test("parameters carry their types", async () => {
    const { rows } = await lakeEngine(world().ground).query(
      "select order_no, items from catalogue.orders where business_day <= $1::date and net_minor > $2 and placed_at < $3 and order_no in (select unnest($4))",
      ["2026-03-02", 1, new Date("2026-03-01T18:00:00Z"), ["A2", "A9"]],
    );
    expect(rows).toEqual([{ order_no: "A2", items: "2.345000" }]);
  });

  test("rows come in portions, and more than the limit are refused by name", async () => {
    const engine = lakeEngine(world().ground);
    let count = 0;
    for await (const rows of engine.stream("select range as n from range(10000)")) count += rows.length;
    expect(count).toBe(10_000);
    await expect(engine.query("select range from range(10000)", [], { rows_max: 100 })).rejects.toMatchObject({
      code: "lake.too_many_rows",
    });
  });

  test("a query that is cancelled stops", async () => {
    const signal = AbortSignal.timeout(50);
    const endless = "select count(*) from range(1000000) a, range(1000000) b where a.range * b.range % 7 = 3";
    await expect(lakeEngine(world().ground).query(endless, [], { signal })).rejects.toMatchObject({
      code: "lake.cancelled",
    });
  });

  test("SQL reaches nothing outside the lake", async () => {
    const place = join(world().ground.config.data_dir, "secret.csv");
    await writeFile(place, "a\n1\n");
    await expect(lakeEngine(world().ground).query(`select * from read_csv('${place}')`)).rejects.toMatchObject({
      code: "lake.query_failed",
    });
    await expect(lakeEngine(world().ground).query("set enable_external_access = true")).rejects.toMatchObject({
      code: "lake.query_failed",
    });
  });

  test("no file holds a personal column", async () => {
    for (const path of await filesOnDisk(root())) {
      const bytes = await readFile(join(root(), path));
      expect(bytes.includes("gender"), path).toBe(false);
      expect(bytes.includes("birth_day"), path).toBe(false);
    }
    expect(await onLake("select gender from catalogue.members where gender is not null")).toEqual([
      { gender: "female" },
    ]);
  });
});

describe("a refresh", () => {
  test("writes the months that changed and leaves the others", async () => {
    const before = await paths("orders");
    await take([order("A5", "2026-04-20T03:00:00Z", "C1")]);
    expect((await world().ground.store.read(SYSTEM_SCOPE, dirtyDays)).map((d) => d.relation)).toEqual(
      expect.arrayContaining(["events", "order_lines", "orders"]),
    );
    await refreshLake(world().ground);
    const after = await paths("orders");
    expect(after.filter((path) => before.includes(path)).map((path) => path.slice(0, 14))).toEqual(["orders/2026-03"]);
    expect(await world().ground.store.read(SYSTEM_SCOPE, dirtyDays)).toEqual([]);
    expect(await onLake("select order_no from catalogue.orders where order_no = 'A5'")).toEqual([{ order_no: "A5" }]);
  });

  test("is asked for at the start when an update gave a relation another form", async () => {
    const { ground } = world();
    const asked = () =>
      ground.store.read(SYSTEM_SCOPE, (tx) => tx.query("select 1 from store.job where kind = 'lake.refresh'"));
    await domain.ready?.(ground);
    expect(await asked()).toHaveLength(0);
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update lake.file set form = 'older' where relation = 'members'"),
    );
    for (let start = 0; start < 2; start += 1) await domain.ready?.(ground);
    expect(await asked()).toHaveLength(1);
    await refreshLake(ground);
    const files = await ground.store.read(SYSTEM_SCOPE, currentFiles);
    expect(files.filter(({ form }) => form === "older")).toEqual([]);
  });

  test("that is stopped leaves the batch before it, and its orphans are swept by the next", async () => {
    await take([order("A6", "2026-04-21T03:00:00Z", "C2")]);
    const stop = new AbortController();
    const progress = async (done: number) => {
      if (done === 3) stop.abort(new Error("stopped"));
    };
    const known = new Set(await filesOnDisk(root()));
    await expect(refreshLake(world().ground, { signal: stop.signal, progress })).rejects.toThrow();
    const orphans = (await filesOnDisk(root())).filter((path) => !known.has(path));
    expect(orphans.length).toBeGreaterThan(0);
    expect(await onLake("select order_no from catalogue.orders where order_no = 'A6'")).toEqual([]);
    await refreshLake(world().ground);
    expect(await onLake("select order_no from catalogue.orders where order_no = 'A6'")).toEqual([{ order_no: "A6" }]);
    const left = new Set(await filesOnDisk(root()));
    expect(orphans.filter((path) => left.has(path))).toEqual([]);
  });

  test("leaves no copies on their way behind", async () => {
    expect((await readdir(root())).filter((name) => name === "spool")).toEqual([]);
  });

  test("two at once: the second is told so", async () => {
    const results = await Promise.allSettled([refreshLake(world().ground), refreshLake(world().ground)]);
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find((result) => result.status === "rejected")?.reason).toMatchObject({
      code: "lake.refresh_running",
    });
  });

  test("a change that nobody marked is found by comparing day by day", async () => {
    expect(await differingDays(world().ground)).toEqual([]);
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update trade.sales_order set line_net_minor = line_net_minor + 1 where order_no = 'A2'"),
    );
    expect(await differingDays(world().ground)).toEqual([{ relation: "orders", business_day: "2026-03-02" }]);
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update trade.sales_order set line_net_minor = line_net_minor - 1 where order_no = 'A2'"),
    );
  });
});

describe("a member's rows", () => {
  test("follow a join without a file of history being written", async () => {
    const files = await paths("orders");
    const before = await onLake("select distinct member_id from catalogue.orders where member_id is not null");
    expect(before).toHaveLength(2);
    const link = { kind: "identity_link", key: "L1", occurred_at: "2026-05-01T00:00:00Z", body: {} };
    await take([
      {
        ...link,
        identities: [
          { kind: "card_no", value: "C1" },
          { kind: "phone", value: "13912345678" },
        ],
      },
    ]);
    await take([
      {
        ...link,
        key: "L2",
        identities: [
          { kind: "card_no", value: "C2" },
          { kind: "phone", value: "13912345678" },
        ],
      },
    ]);
    await refreshLake(world().ground);
    const sql = "select order_no, member_id from catalogue.orders order by order_no";
    expect(await onLake(sql)).toEqual(await onRecordStore(sql));
    expect(await paths("orders")).toEqual(files);
  });

  test("are in no byte of any file after an erasure", async () => {
    const marker = "oolong";
    await refreshLake(world().ground, {
      compression: "uncompressed",
      also: [{ relation: "events", business_day: "2026-04-11" }],
    });
    expect(await filesHolding(marker)).not.toEqual([]);
    const rows = (await onRecordStore("select party_id from catalogue.events where kind = 'search'")) as {
      party_id: number;
    }[];
    const party_id = rows[0]?.party_id ?? 0;
    await world().ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await tx.query("delete from members.event where party_id = $1", [party_id]);
      await emit(tx, "members.erased", [{ party_ids: [party_id] }]);
    });
    await deliverAll(world());
    const jobs = await onRecordStore("select input from store.job where kind = 'lake.erase'");
    expect(jobs).toEqual([{ input: { party_ids: [party_id] } }]);
    await eraseFromLake(world().ground, [party_id], { compression: "uncompressed" });
    expect(await filesHolding(marker)).toEqual([]);
    for (const relation of ["events", "orders", "order_lines"]) {
      expect(await onLake(`select count(*) as rows from catalogue.${relation} where party_id = ${party_id}`)).toEqual([
        { rows: 0 },
      ]);
    }
    expect(await onLake("select order_no, member_id from catalogue.orders where order_no = 'A2'")).toEqual([
      { order_no: "A2", member_id: null },
    ]);
  });
});

async function paths(relation: string): Promise<string[]> {
  const files = await world().ground.store.read(SYSTEM_SCOPE, currentFiles);
  const filed = new Set(
    world()
      .ground.catalogue.all()
      .filter(isFiled)
      .map((r) => r.name),
  );
  expect(filed.has(relation)).toBe(true);
  return files.filter((file) => file.relation === relation).map((file) => file.path);
}

/** Every file below the data folder of this test, whatever its kind. */
async function filesHolding(text: string): Promise<string[]> {
  const held: string[] = [];
  for (const entry of await readdir(root(), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const place = join(entry.parentPath, entry.name);
    if ((await readFile(place)).includes(text)) held.push(place);
  }
  return held;
}
