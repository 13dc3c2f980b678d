import { type Basket, momentOf } from "../../src/benefits/coupons/basket.ts";
import type { Question } from "../../src/benefits/coupons/calculate.ts";
import { type Candidate, STACKING_DEFAULT } from "../../src/benefits/coupons/candidate.ts";
import type { CouponDefinition } from "../../src/benefits/coupons/definition.ts";

interface ExampleLine {
  readonly amount: number;
  readonly unit?: number;
  readonly quantity?: number;
  readonly sku?: string;
  readonly categories?: string[];
  readonly floor?: number;
}
/** Lines by their amount alone, or with more about them. */
export type Basketful = readonly (number | ExampleLine)[];

export function basketOf(lines: Basketful): Basket {
  return {
    currency: "CNY",
    store_code: "S1",
    channel: "store",
    freight_minor: 0,
    lines: lines.map((given, i) => {
      const line: ExampleLine = typeof given === "number" ? { amount: given } : given;
      const quantity = line.quantity ?? 1;
      return {
        line_id: `L${i + 1}`,
        sku: line.sku ?? `SKU${i + 1}`,
        categories: line.categories ?? [],
        quantity,
        unit_price_minor: line.unit ?? Math.ceil(line.amount / quantity),
        amount_minor: line.amount,
        floor_minor: line.floor ?? 0,
      };
    }),
  };
}

export function candidateOf(definition: CouponDefinition, ref = "1"): Candidate {
  return {
    ref,
    definition,
    state: "usable",
    owner_fits: true,
    needs_member: false,
    first_day: null,
    last_day: null,
    batch_id: null,
  };
}

/** Asked at noon of a Sunday, without a member. */
export function questionOf(basket: Basket, coupons: readonly CouponDefinition[]): Question {
  return {
    basket,
    member: null,
    at: momentOf(new Date("2026-11-22T04:00:00Z"), "Asia/Shanghai"),
    coupons: coupons.map((definition, i) => candidateOf(definition, String(i + 1))),
    rules: STACKING_DEFAULT,
  };
}
