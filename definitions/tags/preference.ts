import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import { named, one, valid, year } from "./shared.ts";

const today = "2026-11-22";
const taste = {
  owner: "analytics",
  family: "consumption",
  privacy: "L2",
  freshness: "event",
  window_zh: "近 365 天",
  window_en: "Last 365 days",
} as const;
const known = (name: string) => ({ where: q.and(valid, q.isKnown(q.column(name))), window: year });
const orderDays = (value: ReturnType<typeof q.column>) => q.mode("orders", value, { where: valid, window: year });

const line = (order_id: number, business_day: string, more: Readonly<Record<string, string | number | boolean>>) => ({
  order_id,
  line_key: `${order_id}-${String(more["sku"] ?? more["category_1"])}`,
  member_id: 1,
  business_day,
  is_valid: true,
  quantity: "1",
  ...more,
});
const order = (order_id: number, business_day: string, more: Readonly<Record<string, string | number | boolean>>) => ({
  order_id,
  member_id: 1,
  placed_at: `${business_day} 02:00:00+00`,
  business_day,
  is_valid: true,
  ...more,
});
const hour = q.column("hour");
const daypart = q.choose(
  [
    [q.compare(hour, "<", 6), "night"],
    [q.compare(hour, "<", 11), "morning"],
    [q.compare(hour, "<", 14), "noon"],
    [q.compare(hour, "<", 18), "afternoon"],
  ],
  "evening",
);
const WEEKDAYS = [
  ["周一", "Monday"],
  ["周二", "Tuesday"],
  ["周三", "Wednesday"],
  ["周四", "Thursday"],
  ["周五", "Friday"],
  ["周六", "Saturday"],
  ["周日", "Sunday"],
] as const;
const channelKind = q.choose([
  [q.equals(q.column("channel"), "store"), "store"],
  [q.isKnown(q.column("channel")), "online"],
]);
const breadth = q.countDistinct("order_lines", "category_1", known("category_1"));
/** 消费行为: what, where and when. Ties go to the later day, then to the smaller text. */
export const PREFERENCE_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...taste,
    key: "favourite_category",
    profiling: true,
    zh: "偏好品类",
    en: "Favourite category",
    sentence_zh: "近 365 天购买件数最多的一级品类，并列时取最近购买的。",
    sentence_en: "The first-level category of which most items were bought in the last 365 days; of equals the latest.",
    expression: q.mode("order_lines", "category_1", { ...known("category_1"), weight: q.column("quantity") }),
    reason: {
      zh: "在 {breadth} 个买过的品类中件数最多。",
      en: "Most items of {breadth} categories bought.",
      parts: { breadth: { expression: breadth, unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        order_lines: [
          line(1, "2026-05-01", { category_1: "乌龙茶", quantity: "2" }),
          line(2, "2026-06-01", { category_1: "绿茶", quantity: "1" }),
          line(3, "2026-07-01", { category_1: "绿茶", quantity: "1" }),
        ],
      },
      value: "绿茶",
      zh: "各两件，绿茶买得更近。",
    },
  }),
  defineTag({
    ...taste,
    key: "favourite_series",
    profiling: true,
    zh: "偏好系列",
    en: "Favourite series",
    sentence_zh: "近 365 天购买件数最多的系列；没有系列时用品牌。",
    sentence_en: "The series of which most items were bought in the last 365 days; the brand where there is no series.",
    expression: q.firstKnown(
      q.mode("order_lines", "series", { ...known("series"), weight: q.column("quantity") }),
      q.mode("order_lines", "brand", { ...known("brand"), weight: q.column("quantity") }),
    ),
    reason: { zh: "近 365 天{value}系列的件数最多。", en: "Most items of the last 365 days were of {value}." },
    example: {
      today,
      rows: {
        ...one(),
        order_lines: [
          line(1, "2026-05-01", { series: "山场", sku: "T1" }),
          line(2, "2026-05-02", { series: "日常", sku: "T2", quantity: "3" }),
        ],
      },
      value: "日常",
      zh: "日常 3 件，山场 1 件。",
    },
  }),
  defineTag({
    ...taste,
    key: "favourite_sku",
    profiling: true,
    zh: "偏好单品",
    en: "Favourite SKU",
    codes: "products",
    sentence_zh: "近 365 天购买件数最多的单品，并列时取最近购买的。",
    sentence_en: "The SKU of which most items were bought in the last 365 days; of equals the latest.",
    expression: q.mode("order_lines", "sku", { ...known("sku"), weight: q.column("quantity") }),
    reason: {
      zh: "单品 {value}（{name}）的件数最多。",
      en: "Most items were of {value} ({name}).",
      parts: {
        name: {
          expression: q.mode("order_lines", "product_name", { ...known("product_name"), weight: q.column("quantity") }),
        },
      },
    },
    example: {
      today,
      rows: { ...one(), order_lines: [line(1, "2026-05-01", { sku: "T2" }), line(2, "2026-05-01", { sku: "T1" })] },
      value: "T1",
      zh: "件数与日期都相同，取编码较小的。",
    },
  }),
  defineTag({
    ...taste,
    key: "favourite_store",
    profiling: true,
    zh: "偏好门店",
    en: "Favourite store",
    codes: "stores",
    sentence_zh: "近 365 天有效订单最多的门店，并列时取最近去的。",
    sentence_en: "The store with most valid orders in the last 365 days; of equals the latest.",
    expression: q.mode("orders", "store_code", known("store_code")),
    reason: { zh: "近 365 天在 {value} 的订单最多。", en: "Most orders of the last 365 days were in {value}." },
    example: {
      today,
      rows: {
        ...one(),
        orders: [
          order(1, "2026-05-01", { store_code: "S02" }),
          order(2, "2026-06-01", { store_code: "S01" }),
          order(3, "2026-07-01", { store_code: "S02" }),
        ],
      },
      value: "S02",
      zh: "S02 两笔，S01 一笔。",
    },
  }),
  defineTag({
    ...taste,
    key: "favourite_channel",
    profiling: true,
    zh: "偏好渠道",
    en: "Favourite channel",
    sentence_zh: "近 365 天有效订单更多发生在门店还是线上。",
    sentence_en: "Whether more of the last 365 days' valid orders were made in stores or online.",
    values: [
      named("store", "门店", "Store", "门店订单较多", "More orders in stores"),
      named(
        "online",
        "线上",
        "Online",
        "商城、小程序或平台订单较多",
        "More orders in mall, mini program or marketplace",
      ),
    ],
    expression: orderDays(channelKind),
    reason: {
      zh: "门店 {store} 笔，线上 {online} 笔。",
      en: "{store} orders in stores, {online} online.",
      parts: {
        store: {
          expression: q.count("orders", { where: q.and(valid, q.equals(q.column("channel"), "store")), window: year }),
          unit: "number",
        },
        online: {
          expression: q.count("orders", {
            where: q.and(valid, q.isKnown(q.column("channel")), q.compare(q.column("channel"), "!=", "store")),
            window: year,
          }),
          unit: "number",
        },
      },
    },
    example: {
      today,
      rows: {
        ...one(),
        orders: [
          order(1, "2026-05-01", { channel: "store" }),
          order(2, "2026-05-02", { channel: "mall" }),
          order(3, "2026-05-03", { channel: "mini_program" }),
        ],
      },
      value: "online",
      zh: "商城与小程序合计两笔线上。",
    },
  }),
  defineTag({
    ...taste,
    key: "preferred_daypart",
    profiling: true,
    zh: "偏好时段",
    en: "Preferred daypart",
    sentence_zh: "近 365 天下单最多的时段。",
    sentence_en: "The part of the day in which most of the last 365 days' valid orders were placed.",
    values: [
      named("night", "深夜", "Night", "0 至 6 点", "0 to 6 h"),
      named("morning", "上午", "Morning", "6 至 11 点", "6 to 11 h"),
      named("noon", "中午", "Noon", "11 至 14 点", "11 to 14 h"),
      named("afternoon", "下午", "Afternoon", "14 至 18 点", "14 to 18 h"),
      named("evening", "晚上", "Evening", "18 至 24 点", "18 to 24 h"),
    ],
    expression: orderDays(daypart),
    reason: { zh: "近 365 天{value}下单最多。", en: "Most orders of the last 365 days came in the {value}." },
    example: {
      today,
      rows: {
        ...one(),
        orders: [
          order(1, "2026-05-01", { hour: 13 }),
          order(2, "2026-05-02", { hour: 14 }),
          order(3, "2026-05-03", { hour: 17 }),
        ],
      },
      value: "afternoon",
      zh: "13 点属中午，14 与 17 点属下午。",
    },
  }),
  defineTag({
    ...taste,
    key: "preferred_weekday",
    profiling: true,
    zh: "偏好星期",
    en: "Preferred weekday",
    sentence_zh: "近 365 天下单最多的是星期几。",
    sentence_en: "The weekday with most valid orders in the last 365 days.",
    values: WEEKDAYS.map(([zh, en], index) => ({
      value: String(index + 1),
      zh,
      en,
      meaning_zh: `${zh}的订单最多`,
      meaning_en: `Most orders on ${en}`,
    })),
    expression: q.bands(
      q.mode("orders", "weekday", { where: valid, window: year }),
      [2, 3, 4, 5, 6, 7].map((border) => [border, String(border - 1)] as const),
      "7",
    ),
    reason: {
      zh: "近 365 天{value}的订单最多。",
      en: "Most orders of the last 365 days fell on {value}.",
    },
    example: {
      today,
      rows: {
        ...one(),
        orders: [
          order(1, "2026-05-02", { weekday: 6 }),
          order(2, "2026-05-09", { weekday: 6 }),
          order(3, "2026-05-04", { weekday: 1 }),
        ],
      },
      value: "6",
      zh: "两笔在周六。",
    },
  }),
  defineTag({
    ...taste,
    key: "category_breadth",
    profiling: true,
    zh: "品类宽度",
    en: "Category breadth",
    sentence_zh: "近 365 天买过的一级品类数。",
    sentence_en: "How many first-level categories were bought in the last 365 days.",
    unit: "kinds",
    expression: breadth,
    reason: { zh: "近 365 天买过 {value} 个品类。", en: "{value} categories in the last 365 days." },
    example: {
      today,
      rows: {
        ...one(),
        order_lines: [
          line(1, "2026-05-01", { category_1: "绿茶" }),
          line(2, "2026-05-02", { category_1: "绿茶" }),
          line(3, "2026-05-02", { category_1: "茶具" }),
        ],
      },
      value: "2",
      zh: "绿茶与茶具。",
    },
  }),
  defineTag({
    ...taste,
    key: "new_product_adopter",
    profiling: true,
    zh: "尝新",
    en: "New-product adopter",
    sentence_zh: "近 365 天在上市 30 天内购买的新品数所在的区间。",
    sentence_en: "How many products were bought within 30 days of their launch in the last 365 days, in bands.",
    values: [
      named("none", "不尝新", "None", "没有买过上市 30 天内的新品", "Bought no product within 30 days of its launch"),
      named("some", "偶尔尝新", "Some", "买过 1 至 2 个新品", "Bought 1 or 2"),
      named("keen", "爱尝新", "Keen", "买过 3 个及以上新品", "Bought 3 or more"),
    ],
    expression: q.choose([
      [
        q.atLeast(q.count("order_lines", { where: valid, window: year }), 1),
        q.bands(
          newProducts(),
          [
            [1, "none"],
            [3, "some"],
          ],
          "keen",
        ),
      ],
    ]),
    reason: {
      zh: "买过 {count} 个上市 30 天内的新品。",
      en: "{count} products within 30 days of their launch.",
      parts: { count: { expression: newProducts(), unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        order_lines: [
          line(1, "2026-05-31", { sku: "N1", launched_on: "2026-05-01" }),
          line(2, "2026-06-01", { sku: "N2", launched_on: "2026-05-01" }),
        ],
      },
      value: "some",
      zh: "第 30 天算新品，第 31 天不算。",
    },
  }),
];

function newProducts() {
  const age = q.daysBetween(q.column("launched_on"), q.column("business_day"));
  return q.countDistinct("order_lines", "sku", {
    where: q.and(valid, q.atLeast(age, 0), q.compare(age, "<=", 30)),
    window: year,
  });
}
