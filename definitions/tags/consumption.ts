import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import {
  YES_NO,
  daysSinceLastPurchase,
  lastPurchase,
  named,
  one,
  ordersYear,
  purchaseDay as day,
  purchased,
  spendYear,
  valid,
  year,
} from "./shared.ts";

const today = "2026-11-22";
const sales = { owner: "operations", family: "consumption", privacy: "L2" } as const;
const last365 = { window_zh: "近 365 天", window_en: "Last 365 days" } as const;
const always = { window_zh: "全部历史", window_en: "All history" } as const;

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
const days = { where: purchased };
const firstDay = q.nthDay("purchase_days", 1, days);
const secondDay = q.nthDay("purchase_days", 2, days);
const spend90 = q.sum("purchase_days", "net_minor", { window: q.lastDays(90) });
const spendBefore = q.sum("purchase_days", "net_minor", { window: q.lastDays(90, 90) });
const bought = q.or(q.compare(spend90, ">", 0), q.compare(spendBefore, ">", 0));
const inYear = { where: valid, window: year };
const medianGap = q.gaps("purchase_days", "median", days);

/** 消费行为: how much, how often, how lately. */
export const CONSUMPTION_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...sales,
    ...always,
    key: "first_purchase_date",
    zh: "首购日期",
    en: "First purchase date",
    sentence_zh: "会员第一个净消费大于零的营业日。",
    sentence_en: "The first business day on which the member's net spend was above zero.",
    freshness: "event",
    expression: firstDay,
    reason: { zh: "最早的购买日是 {value}。", en: "The earliest purchase day is {value}." },
    example: {
      today,
      rows: { ...one(), purchase_days: [day("2025-01-02", 0), day("2025-02-03", 4900), day("2026-01-01", 100)] },
      value: "2025-02-03",
      zh: "1 月 2 日当天全部退款，不算购买。",
    },
  }),
  defineTag({
    ...sales,
    ...always,
    key: "days_since_last_purchase",
    zh: "距上次购买天数",
    en: "Days since last purchase",
    sentence_zh: "从最近一个购买日到今天的天数。",
    sentence_en: "The days from the latest purchase day to today.",
    unit: "days",
    freshness: "day",
    expression: daysSinceLastPurchase,
    reason: {
      zh: "最近一次购买在 {last}。",
      en: "The latest purchase was on {last}.",
      parts: { last: { expression: lastPurchase } },
    },
    example: {
      today,
      rows: { ...one(), purchase_days: [day("2026-11-01", 100), day("2026-11-20", -100)] },
      value: "21",
      zh: "11 月 20 日是退货，不算购买。",
    },
  }),
  defineTag({
    ...sales,
    ...last365,
    key: "orders_365d",
    zh: "近一年订单数",
    en: "Orders, 365 days",
    sentence_zh: "近 365 天的有效订单数，含今天。",
    sentence_en: "Valid orders in the last 365 days, today included.",
    unit: "times",
    freshness: "event",
    expression: ordersYear,
    reason: { zh: "近 365 天有 {value} 笔有效订单。", en: "{value} valid orders in the last 365 days." },
    example: {
      today,
      rows: {
        ...one(),
        orders: [
          order(1, "2025-11-22"),
          order(2, "2025-11-23"),
          order(3, "2026-11-22"),
          order(4, "2026-05-01", { is_valid: false }),
        ],
      },
      value: "2",
      zh: "2025-11-22 刚好在 365 天之外；无效订单不算。",
    },
  }),
  defineTag({
    ...sales,
    ...last365,
    key: "spend_365d",
    zh: "近一年消费",
    en: "Spend, 365 days",
    sentence_zh: "近 365 天的净消费，已扣退款。",
    sentence_en: "Net spend of the last 365 days, refunds deducted.",
    unit: "minor",
    freshness: "event",
    expression: spendYear,
    reason: { zh: "近 365 天净消费 {value}。", en: "Net spend of {value} in the last 365 days." },
    example: {
      today,
      rows: { ...one(), purchase_days: [day("2025-11-22", 9900), day("2026-03-01", 12050), day("2026-04-01", -2050)] },
      value: "10000",
      zh: "窗口外的一天不算，退款已扣。",
    },
  }),
  defineTag({
    ...sales,
    ...always,
    key: "lifetime_spend",
    zh: "累计消费",
    en: "Lifetime spend",
    sentence_zh: "有记录以来的净消费，已扣退款。",
    sentence_en: "Net spend since records began, refunds deducted.",
    unit: "minor",
    freshness: "event",
    expression: q.sum("purchase_days", "net_minor"),
    reason: {
      zh: "{days} 个购买日合计净消费 {value}。",
      en: "Net spend of {value} on {days} purchase days.",
      parts: { days: { expression: q.count("purchase_days", days), unit: "number" } },
    },
    example: {
      today,
      rows: { ...one(), purchase_days: [day("2020-01-01", 5000), day("2026-01-01", 2500)] },
      value: "7500",
      zh: "两天合计 75 元。",
    },
  }),
  defineTag({
    ...sales,
    ...last365,
    key: "average_order_value",
    zh: "客单价",
    en: "Average order value",
    sentence_zh: "近 365 天净消费除以有效订单数，四舍五入到分。",
    sentence_en: "Net spend of the last 365 days by valid orders, rounded to a fen.",
    unit: "minor",
    freshness: "event",
    expression: q.ratio(spendYear, ordersYear, 0),
    reason: {
      zh: "净消费 {spend} ÷ {orders} 笔有效订单。",
      en: "{spend} net over {orders} valid orders.",
      parts: { spend: { expression: spendYear, unit: "minor" }, orders: { expression: ordersYear, unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        orders: [order(1, "2026-05-01"), order(2, "2026-05-01"), order(3, "2026-06-01")],
        purchase_days: [day("2026-05-01", 6000), day("2026-06-01", 4000)],
      },
      value: "3333",
      zh: "100 元 ÷ 3 笔 = 33.33 元。",
    },
  }),
  defineTag({
    ...sales,
    ...last365,
    key: "items_per_order",
    zh: "连带件数",
    en: "Items per order",
    sentence_zh: "近 365 天平均每笔有效订单的件数，一位小数。",
    sentence_en: "Items per valid order in the last 365 days, one decimal.",
    unit: "number",
    freshness: "event",
    expression: q.ratio(q.sum("orders", "items", inYear), ordersYear, 1),
    reason: {
      zh: "{orders} 笔订单平均每笔 {value} 件。",
      en: "{value} items each over {orders} orders.",
      parts: { orders: { expression: ordersYear, unit: "number" } },
    },
    example: {
      today,
      rows: { ...one(), orders: [order(1, "2026-05-01", { items: "2" }), order(2, "2026-06-01", { items: "3" })] },
      value: "2.5",
      zh: "5 件 ÷ 2 笔。",
    },
  }),
  defineTag({
    ...sales,
    ...always,
    key: "median_purchase_interval",
    zh: "购买间隔中位数",
    en: "Median purchase interval",
    sentence_zh: "相邻购买日间隔天数的中位数（最近秩法），至少两个购买日。",
    sentence_en: "The median (nearest rank) of the days between consecutive purchase days; needs two of them.",
    unit: "days",
    freshness: "event",
    expression: medianGap,
    reason: {
      zh: "{gaps} 个购买间隔的中位数。",
      en: "The median of {gaps} intervals.",
      parts: { gaps: { expression: q.gaps("purchase_days", "count", days), unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        purchase_days: [
          day("2026-01-01", 1),
          day("2026-01-11", 1),
          day("2026-02-10", 1),
          day("2026-02-14", 1),
          day("2026-03-01", 1),
        ],
      },
      value: "10",
      zh: "间隔 10、30、4、15，第 2 小的是 10。",
    },
  }),
  defineTag({
    ...sales,
    ...always,
    key: "overdue_ratio",
    zh: "逾期倍数",
    en: "Overdue ratio",
    sentence_zh: "距上次购买的天数是自己惯常间隔的几倍，两位小数。",
    sentence_en: "Days since the last purchase as a multiple of the member's own interval, two decimals.",
    unit: "number",
    freshness: "day",
    expression: q.ratio(q.tag("days_since_last_purchase"), q.tag("median_purchase_interval"), 2),
    reason: {
      zh: "已 {since} 天未购买，惯常间隔 {gap} 天。",
      en: "{since} days without a purchase; the usual interval is {gap} days.",
      parts: {
        since: { expression: daysSinceLastPurchase, unit: "number" },
        gap: { expression: medianGap, unit: "number" },
      },
    },
    example: {
      today,
      rows: { ...one(), purchase_days: [day("2026-10-01", 1), day("2026-10-31", 1)] },
      value: "0.73",
      zh: "22 天 ÷ 30 天。",
    },
  }),
  defineTag({
    ...sales,
    ...always,
    key: "repurchase_90d",
    zh: "90 天复购",
    en: "90-day repurchase",
    sentence_zh: "首购之后 90 天内是否再次购买；首购未满 90 天且未复购的暂不判断。",
    sentence_en:
      "Whether the member bought again within 90 days of the first purchase; open while the 90 days still run.",
    values: YES_NO(
      "首购后 90 天内复购",
      "Bought again within 90 days",
      "首购后 90 天内没有复购",
      "Did not buy again within 90 days",
    ),
    freshness: "day",
    expression: q.choose([
      [q.compare(q.daysBetween(firstDay, secondDay), "<=", 90), "yes"],
      [q.compare(q.daysSince(firstDay), ">", 90), "no"],
    ]),
    reason: {
      zh: "首购 {first}，第二个购买日 {second}。",
      en: "First purchase {first}, second purchase day {second}.",
      parts: { first: { expression: firstDay }, second: { expression: secondDay } },
    },
    example: {
      today,
      rows: { ...one(), purchase_days: [day("2026-01-01", 1), day("2026-04-01", 1)] },
      value: "yes",
      zh: "相隔正好 90 天。",
    },
  }),
  defineTag({
    ...sales,
    key: "spend_trend",
    profiling: true,
    zh: "消费趋势",
    en: "Spend trend",
    sentence_zh: "近 90 天净消费与再前 90 天相比的走向，相差 20% 以内为平稳。",
    sentence_en: "Net spend of the last 90 days against the 90 days before; within 20 % it is steady.",
    window_zh: "近 90 天对前 90 天",
    window_en: "Last 90 days against the 90 before",
    values: [
      named("rising", "上升", "Rising", "比前 90 天多 20% 以上", "More than 20 % above"),
      named("steady", "平稳", "Steady", "相差在 20% 以内", "Within 20 %"),
      named("falling", "下降", "Falling", "比前 90 天少 20% 以上", "More than 20 % below"),
    ],
    freshness: "day",
    expression: q.choose([
      [q.and(bought, q.compare(q.multiply(spend90, 5), ">", q.multiply(spendBefore, 6))), "rising"],
      [q.and(bought, q.compare(q.multiply(spend90, 5), "<", q.multiply(spendBefore, 4))), "falling"],
      [bought, "steady"],
    ]),
    reason: {
      zh: "近 90 天 {now}，前 90 天 {before}。",
      en: "{now} in the last 90 days, {before} in the 90 before.",
      parts: { now: { expression: spend90, unit: "minor" }, before: { expression: spendBefore, unit: "minor" } },
    },
    example: {
      today,
      rows: { ...one(), purchase_days: [day("2026-08-24", 10000), day("2026-08-25", 12000)] },
      value: "steady",
      zh: "120 元对 100 元，正好 20%，算平稳。",
    },
  }),
];
