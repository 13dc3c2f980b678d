import { describe, expect, test } from "vitest";
import { smallShop, TODAY } from "../../tests/support/small-shop.ts";
import * as q from "./builder.ts";
import { checkedTree, duckdb, type Expression, planOutputs, postgresql, printPlan, spark } from "./index.ts";

const trees: Record<string, Expression> = {
  orders_90d: q.count("orders", { window: q.lastDays(90), where: q.column("is_valid") }),
  spend_365d: q.sum("orders", "net_minor", { window: q.lastDays(365) }),
  discount_share: q.ratio(q.sum("orders", "discount_minor"), q.sum("orders", "gross_minor"), 4),
  favourite_store: q.mode("orders", "store_code", { weight: q.column("net_minor") }),
  median_gap: q.gaps("orders", "median"),
  repurchase: q.compare(q.daysBetween(q.nthDay("orders", 1), q.nthDay("orders", 2)), "<=", 90),
  last_store: q.last("orders", "store_code"),
  shared_then_visited: q.atLeast(
    q.sequence({ relation: "events", where: q.equals(q.column("kind"), "share") }, { relation: "orders" }, 7),
    1,
  ),
  referral_value: q.sum("orders", "net_minor", { via: { relation: "events", column: "counterpart_member_id" } }),
  not_female: q.not(q.equals(q.member("gender"), "female")),
  age: q.fullYears(q.member("birth_year"), q.member("birth_month"), q.member("birth_day")),
};

describe.each([postgresql, duckdb, spark])("statements of $name are reviewed as text", (dialect) => {
  test.each(Object.keys(trees))("%s", async (key) => {
    const tree = checkedTree(trees[key], smallShop);
    const plan = planOutputs([{ name: key, tree }], smallShop, TODAY);
    const population =
      dialect.name === "postgresql" ? ({ kind: "given", array: "$1::bigint[]" } as const) : ({ kind: "all" } as const);
    await expect(`${printPlan(plan, dialect, population)}\n`).toMatchFileSnapshot(
      `__snapshots__/${dialect.name}/${key}.sql`,
    );
  });
});

test("several trees over one relation read it once", () => {
  const outputs = ["orders_90d", "spend_365d", "discount_share", "last_store"].map((name) => ({
    name,
    tree: checkedTree(trees[name], smallShop),
  }));
  const sql = printPlan(planOutputs(outputs, smallShop, TODAY), duckdb, { kind: "all" });
  expect(sql.match(/from catalogue\."orders"/g)).toHaveLength(1);
});
