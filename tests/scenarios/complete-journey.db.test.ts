import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { ensureSource, mapImport, runImport, type RunControl, uploadFile } from "../../src/ingest/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { loadConfig } from "../../src/config.ts";
import { withDatabase } from "../support/database.ts";

const FOLDER = join(loadConfig(process.env).datasets_dir, "complete-journey");
const LONG = process.env["HUITOU_LONG"] === "1";
const world = withDatabase();
const quiet: RunControl = {
  signal: new AbortController().signal,
  cancelled: () => false,
  progress: async () => undefined,
};

/** Brings one table in as the guess has it, with what the guess cannot know. */
async function bring(table: string, kind: string, more: Record<string, { value: string }> = {}, as_of?: string) {
  const { ground } = world();
  const { source_id } = await ensureSource(ground, { key: "journey", name: "The Complete Journey", kind: "file" });
  const file_name = `${table}.parquet`;
  const row = await uploadFile(ground, { file_name, stream: createReadStream(join(FOLDER, file_name)), source_id });
  expect(row.guess.record_kind).toBe(kind);
  const options = { currency: "USD", timezone: "America/New_York", ...(as_of === undefined ? {} : { as_of }) };
  await mapImport(ground, row.import_id, { record_kind: kind, mapping: { ...row.guess.mapping, ...more }, options });
  return runImport(ground, row.import_id, quiet);
}

async function one<Row>(text: string): Promise<Row | undefined> {
  return world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.one<Row>(text));
}

async function plainSql(text: string): Promise<unknown[]> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const [row] = (await connection.runAndReadAll(text)).getRows();
  return row ?? [];
}

describe.skipIf(!existsSync(FOLDER))("complete-journey: Parquet taken as it is", () => {
  test("members, coupons and campaigns come in row by row", async () => {
    expect(await bring("demographics", "member")).toMatchObject({ rows: 801, accepted: 801, rejected: 0 });
    expect(await bring("coupon_redemptions", "coupon_use", { stage: { value: "used" } })).toMatchObject({
      rows: 1_232,
      accepted: 1_232,
      rejected: 0,
    });
    expect(await bring("campaigns", "campaign", {}, "2017-01-01")).toMatchObject({
      rows: 6_589,
      accepted: 6_589,
      rejected: 0,
    });
    const [households] = await plainSql(
      `select count(distinct household_id)::int from (select household_id from '${FOLDER}/demographics.parquet'
       union select household_id from '${FOLDER}/coupon_redemptions.parquet' union select household_id from '${FOLDER}/campaigns.parquet')`,
    );
    expect(await one("select count(*)::int as members from catalogue.members")).toEqual({ members: households });
    expect(
      await one("select count(*)::int as n from catalogue.events where kind = 'coupon_use' and stage = 'used'"),
    ).toEqual({ n: 1_232 });
  });

  test.skipIf(!LONG)("products come in row by row", async () => {
    expect(await bring("products", "product")).toMatchObject({ rows: 92_331, accepted: 92_331, rejected: 0 });
    expect(await one("select count(*)::int as n from catalogue.products")).toEqual({ n: 92_331 });
  });

  // 1.1 million lines: part of the long tests.
  test.skipIf(!LONG)("transactions: the sales total is exact to the cent, per household too", async () => {
    const report = await bring("transactions", "order");
    const [lines, idle, total, households, baskets] = await plainSql(
      `select count(*)::int, (count(*) filter (where quantity = 0 and round(sales_value * 100) = 0))::int,
         sum(round(sales_value * 100))::bigint::varchar, count(distinct household_id)::int, count(distinct basket_id)::int
       from '${FOLDER}/transactions.parquet'`,
    );
    expect(report).toMatchObject({
      rows: lines,
      accepted: Number(lines) - Number(idle),
      rejected: idle,
      duplicates: 0,
      people: households,
    });
    const sums = await one<{ net: number; orders: number }>(
      "select sum(line_net_minor)::bigint as net, count(*)::int as orders from catalogue.orders",
    );
    expect(String(sums?.net)).toBe(total);
    expect(sums?.orders).toBeLessThanOrEqual(Number(baskets));
    const ours = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ net: number; n: number }>(
        "select sum(line_net_minor)::bigint as net, count(*)::int as n from catalogue.orders group by member_id order by 1, 2",
      ),
    );
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const theirs = await connection.runAndReadAll(
      `select sum(round(sales_value * 100))::bigint::varchar, count(distinct basket_id) filter (where not (quantity = 0 and round(sales_value * 100) = 0))
       from '${FOLDER}/transactions.parquet' group by household_id
       having count(*) filter (where not (quantity = 0 and round(sales_value * 100) = 0)) > 0 order by sum(round(sales_value * 100)), 2`,
    );
    expect(ours.map((row) => [String(row.net), row.n])).toEqual(theirs.getRows().map(([net, n]) => [net, Number(n)]));
  });
});
