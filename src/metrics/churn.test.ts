import { beforeAll, expect, test } from "vitest";
import { churnTerms } from "../../definitions/metrics/loyalty.ts";
import { bought, PARAMETERS, person } from "../../definitions/metrics/shared.ts";
import { wholeCatalogue } from "../../tests/support/whole-catalogue.ts";
import { bindParameters, type Catalogue, checkedTree, evaluate, type Expression } from "../query/index.ts";
import type { LostRule } from "../tags/index.ts";

let catalogue: Catalogue;
const TODAY = "2026-11-21";

/** 180 days before TODAY, 364 and 365; each is kept at the month's start unless its days had passed by then. */
const DAYS = { 1: "2026-05-25", 2: "2025-11-22", 3: "2025-11-21", 4: "2026-05-25" } as const;
const rows = {
  members: [1, 2, 3, 4].map((id) => person(id, "2024-01-01")),
  purchase_days: Object.entries(DAYS).map(([id, day]) => bought(Number(id), day)),
  order_categories: Object.entries(DAYS).map(([id, business_day]) => ({
    member_id: Number(id),
    order_id: Number(id),
    business_day,
    placed_at: `${business_day} 02:00:00+00`,
    category_1: id === "4" ? "茶叶" : "茶具",
    net_minor: 100,
  })),
};

function sides(rules: readonly LostRule[]) {
  const { numerator, denominator } = churnTerms(rules);
  const members = (terms: typeof numerator) => {
    const where = terms[0]?.total.where as Expression;
    const tree = checkedTree(
      bindParameters(where, {
        currency: { node: "text", value: PARAMETERS.currency },
        month_start: { node: "date", value: PARAMETERS.month_start },
      }),
      catalogue,
    );
    return [1, 2, 3, 4].filter((id) => evaluate(tree, rows, catalogue, id, TODAY) === true);
  };
  return { lost: members(numerator), kept_at_start: members(denominator) };
}

beforeAll(async () => {
  catalogue = await wholeCatalogue();
});

test("the churn rate follows the days of a category: of teaware by 365 days only who reached day 365", () => {
  expect(sides([])).toEqual({ lost: [1, 4], kept_at_start: [1, 4] });
  expect(sides([{ category: "茶具", lost_after_days: 365 }])).toEqual({ lost: [3, 4], kept_at_start: [1, 2, 3, 4] });
});
