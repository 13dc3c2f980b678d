import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Engines, openEngines } from "../../tests/support/engines.ts";
import { expressions } from "../../tests/support/expressions.ts";
import { shopData, smallShop, TODAY } from "../../tests/support/small-shop.ts";
import { checkedTree, type CheckedTree, wakeTree } from "./index.ts";

const runs = process.env["HUITOU_LONG"] === "1" ? 2000 : 100;
const today = fc.constantFrom(TODAY, "2026-03-01", "2024-02-29", "2025-12-31");
let engines: Engines;

beforeAll(async () => {
  engines = await openEngines(inject("postgres").admin_url, smallShop);
});
afterAll(async () => {
  await engines.close();
});

test("any expression over any data gives the same rows on PostgreSQL, DuckDB and the naive evaluator", async () => {
  const trees = fc.array(expressions(smallShop), { minLength: 1, maxLength: 6 });
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
