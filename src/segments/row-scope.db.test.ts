import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Engines, openEngines } from "../../tests/support/engines.ts";
import { TODAY } from "../../tests/support/small-shop.ts";
import { Catalogue, checkedTree } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { scopeCondition } from "./condition.ts";

const runs = process.env["HUITOU_LONG"] === "1" ? 1_000 : 60;
const shop = new Catalogue([
  {
    name: "members",
    zh: "会员",
    en: "Members",
    grain_zh: "会员",
    grain_en: "Members",
    per_member: "one",
    key: ["member_id"],
    lake: { partition: null },
    columns: [
      { name: "member_id", type: "integer", zh: "编号", en: "Id" },
      { name: "home_store_code", type: "text", zh: "门店", en: "Store" },
    ],
  },
]);
let engines: Engines;
beforeAll(async () => {
  engines = await openEngines(inject("postgres").admin_url, shop);
});
afterAll(async () => engines.close());

/** Codes that look alike, and such as try to leave the quotes. */
const code = fc.constantFrom("HZ01", "hz01", "HZ01 ", "HZ1", "杭州01", "", "O'Brien", "') or ('1'='1", "null", "%");

test("the rows of a person's stores are the same on PostgreSQL, DuckDB and the naive evaluator, and those stores' only", async () => {
  const homes = fc.array(fc.option(code, { nil: null }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(homes, fc.uniqueArray(code, { maxLength: 5 }), async (list, stores) => {
      const members = list.map((home_store_code, at) => ({ member_id: at + 1, home_store_code }));
      await engines.load({ members });
      const condition = scopeCondition({ ...SYSTEM_SCOPE, stores });
      if (condition === undefined) throw new Error("a scope of stores without a condition");
      const found = await engines.run({ seen: checkedTree(condition, shop) }, TODAY);
      const seen = (rows: readonly Readonly<Record<string, string | null>>[]) =>
        rows.filter((row) => row["seen"] === "true").map((row) => row["member_id"]);
      const wanted = members
        .filter(({ home_store_code }) => home_store_code !== null && stores.includes(home_store_code))
        .map((member) => String(member.member_id));
      // nobody's store is the empty code: a person without any sees nothing
      const real = stores.length === 0 ? [] : wanted;
      for (const engine of ["evaluator", "postgresql", "postgresql_given", "duckdb"] as const) {
        expect([engine, seen(found[engine])]).toEqual([engine, real]);
      }
    }),
    { numRuns: runs },
  );
});
