import type { CouponDefinition } from "./definition.ts";

/** What makes a well-formed coupon one that nobody can mean: where, and what to do. */
export interface CouponProblem {
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

interface Rule {
  readonly code: string;
  readonly path: string;
  readonly zh: string;
  readonly en: string;
  readonly broken: (coupon: CouponDefinition) => boolean;
}

const overlaps = (a: readonly string[], b: readonly string[]) => a.some((one) => b.includes(one));
const isWholeOrder = ({ scope }: CouponDefinition) => scope.skus.length === 0 && scope.categories.length === 0;

/** Addresses of the interface beside those of coupons. */
const RESERVED = new Set([
  "stacking",
  "check",
  "try",
  "evaluate",
  "redemptions",
  "returns",
  "batches",
  "issuances",
  "new",
]);

const RULES: readonly Rule[] = [
  {
    code: "key_reserved",
    path: "/key",
    zh: "这个编码是接口保留的，请换一个。",
    en: "This key is reserved: choose another one.",
    broken: ({ key }) => RESERVED.has(key),
  },
  {
    code: "name_blank",
    path: "/zh",
    zh: "中文和英文名称都要填写。",
    en: "Give it a name in Chinese and in English.",
    broken: ({ zh, en }) => zh.trim() === "" || en.trim() === "",
  },
  {
    code: "new_price_for_all",
    path: "/scope",
    zh: "一口价要指定商品或品类，否则每件商品都卖这个价。",
    en: "A new price needs products or categories, or everything would sell at it.",
    broken: (coupon) => coupon.benefit.kind === "new_price" && isWholeOrder(coupon),
  },
  {
    code: "order_for_nothing",
    path: "/max_discount_minor",
    zh: "整单全免必须设最高优惠金额。",
    en: "A whole order for nothing needs a maximum discount.",
    broken: (coupon) =>
      coupon.benefit.kind === "percent" &&
      coupon.benefit.percent_off === 100 &&
      isWholeOrder(coupon) &&
      coupon.max_discount_minor === null,
  },
  {
    code: "amount_above_minimum",
    path: "/conditions/minimum_minor",
    zh: "减的金额大于门槛金额，请检查是否多写或少写了位数。",
    en: "It takes off more than its minimum: check the digits of both.",
    broken: ({ benefit, conditions }) =>
      benefit.kind === "amount" && conditions.minimum_minor !== null && benefit.amount_minor > conditions.minimum_minor,
  },
  {
    code: "maximum_without_effect",
    path: "/max_discount_minor",
    zh: "金额券减的就是它的金额，最高优惠请留空。",
    en: "A coupon of an amount gives that amount: leave its maximum empty.",
    broken: ({ benefit, max_discount_minor }) => benefit.kind === "amount" && max_discount_minor !== null,
  },
  {
    code: "hours_empty",
    path: "/conditions/hours",
    zh: "可用时段的开始和结束相同，没有时间可用。",
    en: "The hours begin where they end: it could never be used.",
    broken: ({ conditions: { hours } }) => hours !== null && hours.from === hours.to,
  },
  {
    code: "named_twice",
    path: "/conditions",
    zh: "同一门店、渠道、等级、人群或星期写了两次。",
    en: "A store, channel, tier, segment or weekday is named twice.",
    broken: ({ conditions }) =>
      [conditions.stores, conditions.channels, conditions.tiers, conditions.segments, conditions.weekdays].some(
        (list) => new Set<string | number>(list).size < list.length,
      ),
  },
  {
    code: "in_and_out",
    path: "/scope",
    zh: "同一商品或品类既在适用范围又在排除范围。",
    en: "A product or category is both included and excluded.",
    broken: ({ scope }) =>
      overlaps(scope.skus, scope.except_skus) || overlaps(scope.categories, scope.except_categories),
  },
  {
    code: "exclusive_and_several",
    path: "/stacking/per_order_max",
    zh: "独用券每单只能用一张。",
    en: "An exclusive coupon is one in an order.",
    broken: ({ stacking }) => stacking.exclusive && stacking.per_order_max > 1,
  },
  {
    code: "franchise_share",
    path: "/bearer/franchise_percent",
    zh: "加盟分摊请填 1 到 100 的比例；品牌或门店承担时比例为 0。",
    en: "A franchise share is 1 to 100 per cent, and 0 where the brand or the store bears all.",
    broken: ({ bearer }) => (bearer.kind === "franchise_share") !== bearer.franchise_percent > 0,
  },
];

/** @returns every problem of a definition that has the right shape; empty: it may be published */
export function couponProblems(coupon: CouponDefinition): CouponProblem[] {
  return RULES.filter(({ broken }) => broken(coupon)).map(({ code, path, zh, en }) => ({ path, code, zh, en }));
}
