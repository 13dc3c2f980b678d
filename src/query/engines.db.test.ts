import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Engines, openEngines } from "../../tests/support/engines.ts";
import { expressions } from "../../tests/support/expressions.ts";
import { shopData, smallShop, TODAY } from "../../tests/support/small-shop.ts";
import { build as q, checkedTree, type CheckedTree, type Expression, wakeTree } from "./index.ts";

const runs = process.env["HUITOU_SOAK"] === "1" ? 2_000 : process.env["HUITOU_LONG"] === "1" ? 1_000 : 40;
const today = fc.constantFrom(TODAY, "2026-03-01", "2024-02-29", "2025-12-31");
let engines: Engines;

beforeAll(async () => {
  engines = await openEngines(inject("postgres").admin_url, smallShop);
});
afterAll(async () => {
  await engines.close();
});

test("any expression over any data gives the same rows on PostgreSQL, DuckDB and the naive evaluator", async () => {
  const trees = fc.array(expressions(smallShop), { minLength: 1, maxLength: 12 });
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
      const found = await engines.run(outputs, day);
      expect(found.postgresql, found.sql.postgresql).toEqual(found.evaluator);
      expect(found.postgresql_given).toEqual(found.evaluator);
      expect(found.duckdb, found.sql.duckdb).toEqual(found.evaluator);
    }),
    { numRuns: runs },
  );
});

const order = (order_id: number, business_day: string, more: Readonly<Record<string, string | number | null>>) => ({
  order_id,
  member_id: 1,
  placed_at: `${business_day} 10:00:00+00`,
  business_day,
  ...more,
});

test.each<[string, Expression, string | null]>([
  ["mode: of equal weights the latest day", q.mode("orders", "store_code"), "b"],
  [
    "mode: of equal weights and days the smallest by code point",
    q.mode("orders", "store_code", { window: q.lastDays(1) }),
    "B",
  ],
  ["mode: by weight", q.mode("orders", "store_code", { weight: q.column("net_minor") }), "a"],
  ["last: of equal instants the smallest key", q.last("orders", "store_code"), "b"],
  [
    "last by a column: missing ones do not come first",
    q.last("orders", "store_code", { by: q.column("net_minor") }),
    "a",
  ],
  ["median of four: the second", q.median("orders", "gross_minor"), "2"],
  ["half up: 5 ÷ 2 to 0 digits", q.ratio(5, 2, 0), "3"],
  ["half up away from zero: −5 ÷ 2", q.ratio(-5, 2, 0), "-3"],
  ["by nothing", q.ratio(1, q.count("events"), 2), null],
  ["window of one day is today", q.count("orders", { window: q.lastDays(1) }), "2"],
  ["what is not equal to a missing value", q.compare(q.member("gender"), "!=", "female"), "false"],
  ["and its negation", q.not(q.equals(q.member("gender"), "female")), "true"],
  ["second distinct day", q.nthDay("orders", 2), "2026-01-31"],
  [
    "born on 29 February, on the 28th",
    q.fullYears(q.member("birth_year"), q.member("birth_month"), q.member("birth_day")),
    "25",
  ],
])("%s", async (_, expression, expected) => {
  await engines.load({
    members: [{ member_id: 1, gender: null, birth_year: 2000, birth_month: 2, birth_day: 29 }],
    orders: [
      order(1, "2026-01-31", { store_code: "a", net_minor: 900, gross_minor: 1 }),
      order(2, TODAY, { store_code: "b", net_minor: 5, gross_minor: 2 }),
      order(3, TODAY, { store_code: "B", net_minor: null, gross_minor: 3 }),
      order(4, "2026-01-31", { store_code: "b", net_minor: 1, gross_minor: 4 }),
      order(5, "2026-01-30", { store_code: "a", net_minor: 1, gross_minor: null }),
      order(6, "2026-03-09", { store_code: "a", net_minor: 1, gross_minor: 9 }),
    ],
  });
  const found = await engines.run({ value: checkedTree(expression, smallShop) }, TODAY);
  for (const engine of ["evaluator", "postgresql", "postgresql_given", "duckdb"] as const) {
    expect(
      found[engine][0]?.["value"] ?? null,
      `${engine}\n${found.sql[engine === "duckdb" ? "duckdb" : "postgresql"]}`,
    ).toBe(expected);
  }
});
