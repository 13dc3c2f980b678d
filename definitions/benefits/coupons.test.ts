import { describe, expect, it } from "vitest";
import { couponProblems } from "../../src/benefits/coupons/definition-lint.ts";
import { evaluateBasket } from "../../src/benefits/coupons/calculate.ts";
import { couponSentences } from "../../src/benefits/coupons/sentence.ts";
import { basketOf, type Basketful, questionOf } from "../../tests/support/basket-examples.ts";
import { FESTIVAL, GOLD_QUARTER, SHIPPED_COUPONS, SNACK, WELCOME } from "./coupons.ts";

const TEA = { amount: 20_000, categories: ["乌龙茶"] };
const POT = { amount: 40_000, categories: ["茶具"] };
const BOX = { amount: 32_800, categories: ["礼盒"] };
const CAKE = { amount: 2_600, sku: "SY-CD-01", categories: ["茶点"] };
const discounts = (lines: Basketful, coupons: typeof SHIPPED_COUPONS) =>
  evaluateBasket(questionOf(basketOf(lines), coupons)).coupons.map((one) =>
    one.outcome === "applied" ? [one.coupon, one.discount_minor] : [one.coupon, one.reason.code],
  );

describe("the coupons that are shipped", () => {
  it.each(SHIPPED_COUPONS.map((coupon) => [coupon.key, coupon] as const))("%s is sound", (_, coupon) => {
    expect(couponProblems(coupon)).toEqual([]);
  });

  it("say themselves", () => {
    expect(SHIPPED_COUPONS.map((coupon) => couponSentences(coupon).zh)).toEqual([
      "减 ¥20.00，满 ¥100.00。",
      "打 88 折，最多减 ¥60.00，茶具除外。",
      "减 ¥50.00，满 ¥300.00，限 礼盒、普洱。",
      "¥1.00 换购 1 件 SY-CD-01，满 ¥150.00，限门店。",
    ]);
  });

  it("do to a basket what their sentences say", () => {
    expect(discounts([TEA, POT], [GOLD_QUARTER])).toEqual([["gold_quarter", 2_400]]);
    expect(discounts([TEA, CAKE], [SNACK])).toEqual([["snack_for_one", 2_500]]);
    expect(discounts([BOX, TEA, CAKE], [WELCOME, FESTIVAL, GOLD_QUARTER, SNACK])).toEqual([
      ["snack_for_one", 2_500],
      ["gold_quarter", 6_000],
      ["festival", 5_000],
      ["welcome", "exclusive_with"],
    ]);
  });
});
