import { type CouponDefinition, defineCoupon } from "../../src/benefits/index.ts";

/** ¥20 off the first order from ¥100; one in a life. */
export const WELCOME = defineCoupon({
  key: "welcome",
  zh: "入会礼券",
  en: "Welcome coupon",
  benefit: { kind: "amount", amount_minor: 2_000 },
  conditions: { minimum_minor: 10_000 },
  stacking: { group: "amount_off", priority: 200 },
  returns: { give_back: true, grace_days: 7 },
});

/** Gold members' coupon of each quarter: 12 % off, ¥60 at most, not on tea ware. */
export const GOLD_QUARTER = defineCoupon({
  key: "gold_quarter",
  zh: "金卡季度券",
  en: "Gold members' quarterly coupon",
  benefit: { kind: "percent", percent_off: 12, of: "remaining" },
  scope: { except_categories: ["茶具"] },
  max_discount_minor: 6_000,
  returns: { give_back: true, grace_days: 14 },
});

/** The festival's: a box of tea at ¥50 off from ¥300, in stores, franchised ones bear a third. */
export const FESTIVAL = defineCoupon({
  key: "festival",
  zh: "岁末礼盒券",
  en: "Year's end gift box coupon",
  benefit: { kind: "amount", amount_minor: 5_000 },
  scope: { categories: ["礼盒", "普洱"] },
  conditions: { minimum_minor: 30_000 },
  stacking: { group: "amount_off", priority: 150 },
  bearer: { kind: "franchise_share", franchise_percent: 33 },
});

/** Snacks go along: one for ¥1 with ¥150 of anything else. */
export const SNACK = defineCoupon({
  key: "snack_for_one",
  zh: "一元换茶点",
  en: "A snack for ¥1",
  benefit: { kind: "exchange", sku: "SY-CD-01", unit_price_minor: 100, quantity_max: 1 },
  conditions: { minimum_minor: 15_000, channels: ["store"] },
});

export const SHIPPED_COUPONS: readonly CouponDefinition[] = [WELCOME, GOLD_QUARTER, FESTIVAL, SNACK];
