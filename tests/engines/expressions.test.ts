import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { build as q, checkedTree, type CheckedTree, type Expression, spark, wakeTree } from "../../src/query/index.ts";
import { type Engines, openEngines } from "../support/engines.ts";
import { expressions } from "../support/expressions.ts";
import { shopData, smallShop, TODAY } from "../support/small-shop.ts";
import { SparkTables } from "../support/spark-tables.ts";

const { url, missing } = inject("spark");
const RUNS = 24;

describe.skipIf(missing !== "")(`the expression tree on Spark${missing === "" ? "" : ` (skipped: ${missing})`}`, () => {
  let tables: SparkTables;
  let engines: Engines;

  beforeAll(async () => {
    tables = await SparkTables.open(url, smallShop);
    engines = await openEngines(inject("postgres").admin_url, smallShop, tables);
  });
  afterAll(async () => {
    await engines?.close();
    await tables?.close();
  });

  test("any expression over any data gives the rows that PostgreSQL, DuckDB and the naive evaluator give", async () => {
    const trees = fc.array(expressions(smallShop), { minLength: 8, maxLength: 16 });
    const today = fc.constantFrom(TODAY, "2026-03-01", "2024-02-29", "2025-12-31");
    await fc.assert(
      fc.asyncProperty(shopData, trees, today, async (data, list, day) => {
        const outputs: Record<string, CheckedTree> = {};
        for (const [index, tree] of list.entries()) {
          const checked = checkedTree(tree, smallShop);
          outputs[`t${index}`] = checked;
          const wake = wakeTree(checked, smallShop, day);
          if (wake !== undefined) outputs[`w${index}`] = wake;
        }
        await engines.load(data);
        const found = await engines.run(outputs, day, { as: "text", spark_given: true });
        expect(found.postgresql, found.sql.postgresql).toEqual(found.evaluator);
        expect(found.duckdb, found.sql.duckdb).toEqual(found.evaluator);
        expect(found.spark, found.sql.spark).toEqual(found.evaluator);
        expect(found.spark_given).toEqual(found.evaluator);
      }),
      { numRuns: RUNS },
    );
  });

  const texts = ["it's", "a\\b", "\\u0041 \\", "${spark.master}", "${system:java.version}", '`x` "y" -- z', "😀茶", ""];
  test.each(texts)("the text %j arrives as it is", async (text) => {
    const rows = await tables.rows(`select ${spark.text(text)} as text`);
    expect(rows).toEqual([{ text }]);
  });

  test("the median of many rows is the exact one", async () => {
    const value = "(id * 7919) % 200003";
    const [row] = await tables.rows(`select ${spark.median(value, "")} as median from range(200003)`);
    expect(row).toEqual({ median: 100_001 });
  });

  test.each<[string, Expression, string | null]>([
    ["half up at the 64-bit border", q.ratio(q.sum("orders", "net_minor"), 2, 0), "4503599627370497"],
    ["a negative share of many digits", q.ratio(-1, q.sum("orders", "net_minor"), 6), "0.000000"],
    ["the median of an even number of days", q.median("orders", "business_day"), "2026-01-31"],
    ["the greatest text by code point", q.maximum("orders", "store_code"), "😀"],
    [
      "the last row of an order downwards with missing values",
      q.last("orders", "store_code", { by: q.column("hour") }),
      "｡",
    ],
  ])("%s", async (_, expression, expected) => {
    const order = (order_id: number, business_day: string, more: Readonly<Record<string, string | number>>) => ({
      order_id,
      member_id: 1,
      placed_at: `${business_day} 10:00:00+00`,
      business_day,
      ...more,
    });
    await engines.load({
      members: [{ member_id: 1 }],
      orders: [
        order(1, "2026-01-31", { store_code: "😀", net_minor: Number.MAX_SAFE_INTEGER }),
        order(2, TODAY, { store_code: "｡", net_minor: 1, hour: 3 }),
        order(3, TODAY, { store_code: "z", net_minor: 1, hour: 2 }),
        order(4, "2025-12-31", { store_code: "a" }),
      ],
    });
    const found = await engines.run({ value: checkedTree(expression, smallShop) }, TODAY, {
      as: "text",
      spark_given: true,
    });
    for (const engine of ["evaluator", "postgresql", "duckdb", "spark", "spark_given"] as const) {
      expect(found[engine]?.[0]?.["value"], `${engine}\n${found.sql.spark}`).toBe(expected);
    }
  });
});
