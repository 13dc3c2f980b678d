import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Engines, type MemberRow, openEngines } from "../../tests/support/engines.ts";
import { shopData, smallShop, TODAY } from "../../tests/support/small-shop.ts";
import { addDays } from "../platform/index.ts";
import {
  bindParameters,
  build as q,
  Catalogue,
  checkTotal,
  checkTree,
  duckdb,
  evaluateTotal,
  type Expression,
  postgresql,
  printMemberTotals,
  printRowTotals,
  type Relation,
  type Total,
} from "./index.ts";

const runs = process.env["HUITOU_LONG"] === "1" ? 500 : 12;

/** The small shop with a column that stands for a store on both relations: any text will do. */
const scoped: Readonly<Record<string, Partial<Relation>>> = {
  orders: { scope: { store: "store_code" } },
  members: { scope: { store: "gender" } },
};
const shop = new Catalogue(smallShop.all().map((relation) => ({ ...relation, ...scoped[relation.name] })));
let engines: Engines;

beforeAll(async () => {
  engines = await openEngines(inject("postgres").admin_url, shop);
});
afterAll(() => engines.close());

const wheres: fc.Arbitrary<Expression | undefined> = fc.constantFrom(
  undefined,
  q.column("is_valid"),
  q.and(q.column("is_valid"), q.compare(q.column("net_minor"), ">", 0)),
  q.not(q.isKnown(q.column("member_id"))),
  q.isIn(q.column("store_code"), ["乌龙茶", "it's"]),
);
const rowTotal: fc.Arbitrary<Total> = fc
  .record({
    by: fc.constantFrom("row", "member"),
    name: fc.constantFrom("count", "sum", "count_members"),
    where: wheres,
  })
  .filter(({ by, name }) => by === "member" || name !== "count_members")
  .map(({ by, name, where }) => ({
    of: "rows",
    by: by as "row",
    relation: "orders",
    function: name as "sum",
    ...(name === "sum" ? { value: q.column("net_minor") } : {}),
    ...(where === undefined ? {} : { where }),
  }));
const memberTotal: fc.Arbitrary<Total> = fc.constantFrom<Total>(
  { of: "members", function: "count", where: q.atLeast(q.count("orders", { window: q.lastDays(30) }), 1) },
  { of: "members", function: "count" },
  { of: "members", function: "sum", value: q.sum("orders", "net_minor"), where: q.isKnown(q.member("join_day")) },
  { of: "members", function: "count", where: q.compare(q.member("join_day"), "<=", q.today) },
);

function checked(total: Total) {
  const result = checkTotal(total, shop);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.total;
}
/** Parts with their totals; what is 0 everywhere may be absent. */
const byPart = (rows: readonly MemberRow[], slot: string, day?: string) =>
  new Map(
    rows
      .filter((row) => row[slot] !== "0" && (day === undefined || row["day"]?.slice(0, 10) === day))
      .map((row) => [row["part"] === "all" ? "all" : `${row["part"]}:${row["code"]}`, row[slot]]),
  );
const texts = (totals: ReadonlyMap<string, bigint>) =>
  new Map([...totals].filter(([, value]) => value !== 0n).map(([key, value]) => [key, String(value)]));
const sorted = (map: ReadonlyMap<string, unknown>) => [...map].toSorted();

test("totals over rows and over members are the same on PostgreSQL, DuckDB and the naive evaluator", async () => {
  const today = fc.constantFrom(TODAY, "2026-03-01", "2025-12-31");
  await fc.assert(
    fc.asyncProperty(
      shopData,
      fc.array(fc.oneof(rowTotal, memberTotal), { minLength: 1, maxLength: 6 }),
      today,
      async (data, list, day) => {
        await engines.load(data);
        const month = { kind: "calendar", unit: "month" } as const;
        for (const by of ["row", "member", "members"]) {
          const totals = list.filter((total) => (total.of === "members" ? "members" : total.by) === by).map(checked);
          if (totals.length === 0) continue;
          const print = (dialect: typeof postgresql) => {
            const members = totals.flatMap((total) => ("tree" in total ? [total] : []));
            const rows = totals.flatMap((total) => ("tree" in total ? [] : [total]));
            return rows.length > 0
              ? printRowTotals(rows, dialect, shop, day, { period: month })
              : printMemberTotals(members, dialect, shop, day);
          };
          const sql = { postgresql: print(postgresql), duckdb: print(duckdb) };
          const found = await engines.ask(sql);
          for (const [i, total] of totals.entries()) {
            const meant = sorted(texts(evaluateTotal(total, data, shop, day, month)));
            expect(sorted(byPart(found.postgresql, `t${i}`)), sql.postgresql).toEqual(meant);
            expect(sorted(byPart(found.duckdb, `t${i}`)), sql.duckdb).toEqual(meant);
          }
        }
      },
    ),
    { numRuns: runs },
  );
});

test("days counted in one pass are what each day gives by itself", async () => {
  const from = addDays(TODAY, -9);
  await fc.assert(
    fc.asyncProperty(shopData, rowTotal, async (data, one) => {
      await engines.load(data);
      const total = checked(one);
      if ("tree" in total) return;
      const print = (dialect: typeof postgresql) =>
        printRowTotals([total], dialect, shop, TODAY, {
          period: { kind: "days", days: 1 },
          by_day: { from, to: TODAY },
        });
      const found = await engines.ask({ postgresql: print(postgresql), duckdb: print(duckdb) });
      for (let day = from; day <= TODAY; day = addDays(day, 1)) {
        const meant = sorted(texts(evaluateTotal(total, data, shop, day, { kind: "days", days: 1 })));
        expect(sorted(byPart(found.duckdb, "t0", day))).toEqual(meant);
        expect(sorted(byPart(found.postgresql, "t0", day))).toEqual(meant);
      }
    }),
    { numRuns: Math.ceil(runs / 2) },
  );
});

test("a total that does not add up over stores, or asks for a parameter nobody gave, is refused", () => {
  const refused = (total: Total) => {
    const result = checkTotal(total, shop);
    return result.ok ? [] : result.problems.map((problem) => problem.code);
  };
  expect(refused({ of: "rows", by: "row", relation: "orders", function: "count_members" })).toEqual([
    "query.wrong_relation",
  ]);
  expect(refused({ of: "rows", by: "row", relation: "events", function: "count" })).toEqual(["query.wrong_relation"]);
  expect(refused({ of: "rows", by: "row", relation: "orders", function: "sum" })).toEqual(["query.not_a_node"]);
  expect(
    refused({ of: "rows", by: "row", relation: "orders", function: "sum", value: q.column("store_code") }),
  ).toEqual(["query.wrong_type"]);
  const asks = q.equals(q.column("store_code"), q.parameter("store"));
  const total: Total = { of: "rows", by: "row", relation: "orders", function: "count", where: asks };
  expect(refused(total)).toEqual(["query.unknown_node"]);
  expect(refused(bindParameters(total, { store: { node: "text", value: "a" } }))).toEqual([]);
  expect(checkTree(q.parameter("store"), shop).ok).toBe(false);
});
