import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { bulkPrice, bulkSql } from "./bulk.ts";
import { PRODUCTS } from "./products.ts";

const UNTIL_DAY = 20_700;
const sql = bulkSql({ members: 20_000, seed: 7, dialect: "duckdb", until_day: UNTIL_DAY });

/** A row whose columns are numbers; a column that is not there is not a number. */
interface Numbers {
  of(column: string): number;
}

async function rows(query: string): Promise<Numbers[]> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const found = (await connection.runAndReadAll(query)).getRowObjectsJS();
  return found.map((row) => ({ of: (column) => Number(row[column]) }));
}

async function one(query: string): Promise<Numbers> {
  const [first] = await rows(query);
  if (first === undefined) throw new Error(`no row: ${query}`);
  return first;
}

describe("the tea house by plain arithmetic", () => {
  it("has six orders a member and three lines an order, most of them with a few members", async () => {
    const counts = await one(
      `select count(*) as orders, count(distinct member) as buyers, sum(lines) as lines from (${sql.orders})`,
    );
    expect(counts.of("orders") / 20_000).toBeGreaterThan(5.9);
    expect(counts.of("orders") / 20_000).toBeLessThan(6.9);
    expect(counts.of("buyers") / 20_000).toBeCloseTo(0.9, 1);
    expect(counts.of("lines") / counts.of("orders")).toBeCloseTo(3, 1);
    const best = await one(
      `select sum(orders) as orders from (select orders from (${sql.members}) order by orders desc limit 4000)`,
    );
    expect(best.of("orders") / counts.of("orders")).toBeGreaterThan(0.55);
  });

  it("has lines that fit their orders and prices", async () => {
    const check = await one(`select count(*) as lines, count(distinct order_id * 8 + line_no) as keys,
      sum(case when net_fen <> gross_fen - discount_fen or net_fen <= 0 or quantity < 1 then 1 else 0 end) as wrong,
      max(product) as product from (${sql.lines})`);
    const orders = await one(`select sum(lines) as lines from (${sql.orders})`);
    expect([check.of("lines"), check.of("keys")]).toEqual([orders.of("lines"), orders.of("lines")]);
    expect(check.of("wrong")).toBe(0);
    expect(check.of("product")).toBe(PRODUCTS.length - 1);
    const prices = await rows(
      `select distinct product, gross_fen / quantity as price from (${sql.lines}) order by product`,
    );
    expect(prices.map((row) => row.of("price"))).toEqual(PRODUCTS.map((_, nth) => bulkPrice(nth)));
  });

  it("lies within its two years, events included", async () => {
    for (const relation of [sql.orders, sql.events]) {
      const span = await one(`select min(day) as first, max(day) as last from (${relation})`);
      expect(span.of("last")).toBeLessThan(UNTIL_DAY);
      expect(span.of("first")).toBeGreaterThanOrEqual(UNTIL_DAY - 730);
    }
  });

  it("follows its seed", async () => {
    const sum = async (seed: number) => {
      const other = bulkSql({ members: 500, seed, dialect: "duckdb", until_day: UNTIL_DAY });
      return (await one(`select sum(net_fen * (order_id % 1000)) as total from (${other.lines})`)).of("total");
    };
    expect(await sum(1)).toBe(await sum(1));
    expect(await sum(1)).not.toBe(await sum(2));
  });
});
