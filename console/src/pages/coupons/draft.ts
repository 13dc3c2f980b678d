import type { Benefit, Definition } from "./coupons-data.ts";

/** A coupon to begin with: ¥20 off from ¥100. */
export const FRESH: Definition = {
  key: "",
  zh: "",
  en: "",
  currency: "CNY",
  benefit: { kind: "amount", amount_minor: 2_000 },
  scope: { skus: [], categories: [], except_skus: [], except_categories: [] },
  conditions: {
    minimum_minor: 10_000,
    minimum_of: "before",
    quantity_min: null,
    stores: [],
    channels: [],
    tiers: [],
    segments: [],
    weekdays: [],
    hours: null,
  },
  max_discount_minor: null,
  stacking: { priority: 100, group: null, exclusive: false, per_order_max: 1 },
  returns: { give_back: true, grace_days: 0 },
  bearer: { kind: "brand", franchise_percent: 0 },
};

const KINDS: Readonly<Record<Benefit["kind"], Benefit>> = {
  amount: { kind: "amount", amount_minor: 2_000 },
  percent: { kind: "percent", percent_off: 10, of: "remaining" },
  new_price: { kind: "new_price", unit_price_minor: 990, quantity_max: 1 },
  exchange: { kind: "exchange", sku: "", unit_price_minor: 0, quantity_max: 1 },
  free_shipping: { kind: "free_shipping" },
};
export const BENEFIT_KINDS = Object.keys(KINDS) as readonly Benefit["kind"][];

/** The coupon with another kind of benefit; a maximum makes no sense beside an amount. */
export function withKind(coupon: Definition, kind: Benefit["kind"]): Definition {
  if (kind === coupon.benefit.kind) return coupon;
  return { ...coupon, benefit: KINDS[kind], max_discount_minor: kind === "amount" ? null : coupon.max_discount_minor };
}

const KEY = /^[a-z][a-z0-9_]{0,39}$/;

/** Whether the server would take it as a form; whether it makes sense is the server's word. */
export function isComplete(coupon: Definition): boolean {
  const { benefit } = coupon;
  return (
    KEY.test(coupon.key) &&
    coupon.zh.trim() !== "" &&
    coupon.en.trim() !== "" &&
    (benefit.kind !== "exchange" || benefit.sku !== "") &&
    (benefit.kind !== "amount" || benefit.amount_minor > 0) &&
    (benefit.kind !== "percent" || (benefit.percent_off >= 1 && benefit.percent_off <= 100))
  );
}

/** A coupon whose name is not written yet can be tried all the same. */
export const named = (coupon: Definition): Definition => ({
  ...coupon,
  key: KEY.test(coupon.key) ? coupon.key : "draft",
  zh: coupon.zh.trim() === "" ? "草稿" : coupon.zh,
  en: coupon.en.trim() === "" ? "Draft" : coupon.en,
});
