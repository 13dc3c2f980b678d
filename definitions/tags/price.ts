import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import { YES_NO, named, one, ordersYear, valid, year } from "./shared.ts";

const today = "2026-11-22";
const sales = { owner: "operations", family: "consumption", privacy: "L2" } as const;
const last365 = { window_zh: "近 365 天", window_en: "Last 365 days" } as const;

const order = (
  order_id: number,
  business_day: string,
  more: Readonly<Record<string, string | number | boolean>> = {},
) => ({
  order_id,
  member_id: 1,
  placed_at: `${business_day} 02:00:00+00`,
  business_day,
  hour: 10,
  is_valid: true,
  ...more,
});
const inYear = { where: valid, window: year };
const discount = q.sum("orders", "discount_minor", inYear);
const gross = q.sum("orders", "gross_minor", inYear);
const refund = q.sum("orders", "refund_minor", inYear);
const netBefore = q.sum("orders", "line_net_minor", inYear);
const lines = q.count("order_lines", inYear);
const promoted = q.count("order_lines", { where: q.and(valid, q.column("is_promotion")), window: year });
const couponOrders = q.count("orders", {
  where: q.and(valid, q.compare(q.column("coupon_minor"), ">", 0)),
  window: year,
});

/** Discounts are the shop's price; points and gift cards are the member's money. */
const unitPrice = q.ratio(
  q.subtract(
    q.sum("order_lines", "gross_minor", { where: valid, window: year }),
    q.sum("order_lines", "discount_minor", { where: valid, window: year }),
  ),
  q.sum("order_lines", "quantity", { where: valid, window: year }),
  0,
);

/** 消费行为: what price and promotion mean to the member. */
export const PRICE_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...sales,
    ...last365,
    key: "discount_share",
    profiling: true,
    zh: "优惠占比",
    en: "Discount share",
    sentence_zh: "近 365 天有效订单中优惠金额占原价的比例。",
    sentence_en: "Discounts as a share of gross in the valid orders of the last 365 days.",
    unit: "share",
    freshness: "event",
    expression: q.ratio(discount, gross, 4),
    reason: {
      zh: "优惠 {discount} ÷ 原价 {gross}。",
      en: "{discount} of discounts over {gross} gross.",
      parts: { discount: { expression: discount, unit: "minor" }, gross: { expression: gross, unit: "minor" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        orders: [
          order(1, "2026-05-01", { gross_minor: 20000, discount_minor: 5000 }),
          order(2, "2026-06-01", { gross_minor: 10000, discount_minor: 0 }),
        ],
      },
      value: "0.1667",
      zh: "50 元 ÷ 300 元。",
    },
  }),
  defineTag({
    ...sales,
    ...last365,
    owner: "analytics",
    freshness: "event",
    key: "price_band",
    profiling: true,
    zh: "价格带",
    en: "Price band",
    sentence_zh: "近 365 天平均每件成交价（优惠后、积分与礼品卡抵扣前）所在的价格带。",
    sentence_en:
      "The band of the price per item in the last 365 days, after discounts and before points and gift cards.",
    values: [
      named("entry", "入门", "Entry", "每件不到 50 元", "Below 50 an item"),
      named("middle", "中档", "Middle", "每件 50 至 200 元", "50 to below 200 an item"),
      named("upper", "高档", "Upper", "每件 200 元及以上", "200 and more an item"),
    ],
    expression: q.bands(
      unitPrice,
      [
        [5000, "entry"],
        [20000, "middle"],
      ],
      "upper",
    ),
    reason: {
      zh: "平均每件 {price}。",
      en: "{price} an item.",
      parts: { price: { expression: unitPrice, unit: "minor" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        order_lines: [
          {
            order_id: 1,
            line_key: "1",
            member_id: 1,
            business_day: "2026-05-01",
            is_valid: true,
            sku: "T1",
            gross_minor: 12000,
            discount_minor: 2000,
            net_minor: 9000,
            quantity: "2",
          },
        ],
      },
      value: "middle",
      zh: "（120 − 20）元 ÷ 2 件，每件正好 50 元；积分抵扣的 10 元照算。",
    },
  }),
  defineTag({
    ...sales,
    ...last365,
    key: "coupon_sensitivity",
    profiling: true,
    zh: "用券敏感度",
    en: "Coupon sensitivity",
    sentence_zh: "近 365 天有效订单中用券订单的比例所在的区间。",
    sentence_en: "The share of the last 365 days' valid orders that used a coupon, in bands.",
    values: [
      named("low", "低", "Low", "用券订单不到 20%", "Below 20 % of orders"),
      named("middle", "中", "Middle", "用券订单 20% 至 60%", "20 % to below 60 %"),
      named("high", "高", "High", "用券订单 60% 及以上", "60 % and more"),
    ],
    freshness: "event",
    expression: q.bands(
      q.ratio(couponOrders, ordersYear, 4),
      [
        ["0.2", "low"],
        ["0.6", "middle"],
      ],
      "high",
    ),
    reason: {
      zh: "{orders} 笔订单中 {coupons} 笔用券。",
      en: "{coupons} of {orders} orders used a coupon.",
      parts: {
        orders: { expression: ordersYear, unit: "number" },
        coupons: { expression: couponOrders, unit: "number" },
      },
    },
    example: {
      today,
      rows: {
        ...one(),
        orders: [1, 2, 3, 4, 5].map((id) => order(id, "2026-05-01", { coupon_minor: id === 1 ? 500 : 0 })),
      },
      value: "middle",
      zh: "5 笔中 1 笔用券，正好 20%。",
    },
  }),
  defineTag({
    ...sales,
    ...last365,
    key: "promotion_only_buyer",
    profiling: true,
    zh: "只买促销",
    en: "Promotion-only buyer",
    sentence_zh: "近 365 天至少 3 行有效明细，且每一行都是促销或折扣购买。",
    sentence_en: "At least 3 valid lines in the last 365 days, and every one bought on promotion or at a discount.",
    values: YES_NO("每次都买促销", "Buys on promotion only", "也按原价购买", "Also buys at full price"),
    freshness: "event",
    expression: q.choose([
      [q.and(q.atLeast(lines, 3), q.compare(promoted, "=", lines)), "yes"],
      [q.atLeast(lines, 3), "no"],
    ]),
    reason: {
      zh: "{lines} 行明细中 {promoted} 行为促销。",
      en: "{promoted} of {lines} lines were promotions.",
      parts: { lines: { expression: lines, unit: "number" }, promoted: { expression: promoted, unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        order_lines: [1, 2, 3].map((id) => ({
          order_id: id,
          line_key: "1",
          member_id: 1,
          business_day: "2026-05-01",
          is_valid: true,
          is_promotion: true,
        })),
      },
      value: "yes",
      zh: "三行都是促销。",
    },
  }),
  defineTag({
    ...sales,
    ...last365,
    key: "return_rate",
    zh: "退货率",
    en: "Return rate",
    sentence_zh: "近 365 天有效订单的退款金额占退款前净额的比例。",
    sentence_en: "Refunds as a share of net before refunds, over the valid orders of the last 365 days.",
    unit: "share",
    freshness: "event",
    expression: q.ratio(refund, netBefore, 4),
    reason: {
      zh: "退款 {refund} ÷ 净额 {net}。",
      en: "{refund} refunded of {net}.",
      parts: { refund: { expression: refund, unit: "minor" }, net: { expression: netBefore, unit: "minor" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        orders: [
          order(1, "2026-05-01", { line_net_minor: 10000, refund_minor: 2500 }),
          order(2, "2026-06-01", { line_net_minor: 10000, refund_minor: 0 }),
        ],
      },
      value: "0.1250",
      zh: "25 元 ÷ 200 元。",
    },
  }),
];
