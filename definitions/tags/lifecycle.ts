import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import { isLost, type LostRule, rulingCategory, SILENT_DAYS } from "../../src/tags/lost-days.ts";
import type { Expression } from "../../src/query/index.ts";
import {
  daysSinceLastPurchase,
  firstPurchase,
  lastPurchase,
  named,
  one,
  purchaseDay,
  purchaseDaysYear,
} from "./shared.ts";

const today = "2026-11-22";
const sales = { owner: "operations", family: "consumption", privacy: "L2", freshness: "day" } as const;

const always = { window_zh: "全部历史", window_en: "All history" } as const;
const stage = q.tag("lifecycle_stage");
const overdue = q.tag("overdue_ratio");

const STAGES = [
  named(
    "never_bought",
    "未购",
    "Never bought",
    "没有净消费大于零的营业日",
    "No business day with net spend above zero",
  ),
  named("new", "新客", "New", "首次购买在 30 天之内", "The first purchase is at most 30 days ago"),
  named(
    "growing",
    "成长",
    "Growing",
    "90 天之内买过，首购超过 30 天，近 365 天不到 4 个购买日",
    "Bought within 90 days, first more than 30 days ago, fewer than 4 purchase days in 365",
  ),
  named(
    "mature",
    "成熟",
    "Mature",
    "90 天之内买过，首购超过 30 天，近 365 天至少 4 个购买日",
    "Bought within 90 days, first more than 30 days ago, 4 purchase days or more in 365",
  ),
  named("silent", "沉默", "Silent", "最近一次购买在 90 至 179 天前", "The last purchase was 90 to 179 days ago"),
  named("lost", "流失", "Lost", "最近一次购买在 180 天前或更早", "The last purchase was 180 days ago or earlier"),
];

const RISKS = [
  named("low", "低", "Low", "还在惯常节奏之内", "Still within the own rhythm"),
  named("middle", "中", "Middle", "明显晚于惯常节奏，或消费下降", "Clearly later than usual, or spending less"),
  named("high", "高", "High", "沉默，或远晚于惯常节奏", "Silent, or far later than usual"),
  named("lost", "已流失", "Lost", "最近一次购买在 180 天前或更早", "The last purchase was 180 days ago or earlier"),
];

export const LIFECYCLE_STAGE = "lifecycle_stage";

/** The stage of a member. @param rules of categories whose members are lost after other days than all others. */
export const lifecycleExpression = (rules: readonly LostRule[]): Expression =>
  q.choose(
    [
      [q.not(q.isKnown(lastPurchase)), "never_bought"],
      [isLost(daysSinceLastPurchase, rulingCategory(), rules), "lost"],
      [q.atLeast(daysSinceLastPurchase, SILENT_DAYS), "silent"],
      [q.compare(q.daysSince(firstPurchase), "<=", 30), "new"],
      [q.atLeast(purchaseDaysYear, 4), "mature"],
    ],
    "growing",
  );

/** 消费行为: where the member stands on the way from the first purchase to the last one. */
export const LIFECYCLE_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...sales,
    key: LIFECYCLE_STAGE,
    profiling: true,
    zh: "生命周期阶段",
    en: "Lifecycle stage",
    sentence_zh: "按购买日判断会员处在未购、新客、成长、成熟、沉默、流失中的哪一个阶段，每位会员都有且只有一个。",
    sentence_en:
      "Where the member stands by purchase days: never bought, new, growing, mature, silent or lost; everyone has exactly one.",
    window_zh: "全部历史；成熟看近 365 天",
    window_en: "All history; mature by the last 365 days",
    values: STAGES,
    expression: lifecycleExpression([]),
    reason: {
      zh: "首次购买 {first}，最近一次 {last}（{since} 天前），近 365 天 {days} 个购买日。",
      en: "First purchase {first}, last one {last} ({since} days ago), {days} purchase days in the last 365.",
      parts: {
        first: { expression: firstPurchase },
        last: { expression: lastPurchase },
        since: { expression: daysSinceLastPurchase, unit: "number" },
        days: { expression: purchaseDaysYear, unit: "number" },
      },
    },
    example: {
      today,
      rows: {
        ...one(),
        purchase_days: [
          purchaseDay("2025-11-22", 100),
          purchaseDay("2026-01-01", 100),
          purchaseDay("2026-06-01", 100),
          purchaseDay("2026-08-25", 100),
          purchaseDay("2026-11-20", 0),
        ],
      },
      value: "growing",
      zh: "最近购买在 89 天前；2025-11-22 刚好在 365 天之外，11 月 20 日净消费为零，近一年只有 3 个购买日。",
    },
  }),
  defineTag({
    ...sales,
    ...always,
    key: "churn_risk",
    profiling: true,
    zh: "流失风险",
    en: "Churn risk",
    sentence_zh:
      "按规则判断：已流失单列；沉默，或超过惯常间隔 3 倍且 30 天未购为高；超过 1.5 倍、消费下降，或单次购买后 60 天未再购为中；其余买过的为低。",
    sentence_en:
      "By rule: lost apart; high when silent, or past 3 times the own interval and 30 days; middle past 1.5 times, with falling spend, or 60 days after a single purchase; low for all others who bought.",
    values: RISKS,
    expression: q.choose([
      [q.equals(stage, "lost"), "lost"],
      [
        q.or(
          q.equals(stage, "silent"),
          q.and(q.atLeast(overdue, q.decimal("3.00")), q.atLeast(daysSinceLastPurchase, 30)),
        ),
        "high",
      ],
      [
        q.or(
          q.atLeast(overdue, q.decimal("1.50")),
          q.equals(q.tag("spend_trend"), "falling"),
          q.and(q.not(q.isKnown(overdue)), q.atLeast(daysSinceLastPurchase, 60)),
        ),
        "middle",
      ],
      [q.isKnown(lastPurchase), "low"],
    ]),
    reason: {
      zh: "{since} 天未购买，是惯常间隔的 {overdue} 倍；阶段 {stage}，消费趋势 {trend}。",
      en: "{since} days without a purchase, {overdue} times the own interval; stage {stage}, spend {trend}.",
      parts: {
        since: { expression: daysSinceLastPurchase, unit: "number" },
        overdue: { expression: overdue, unit: "number" },
        stage: { expression: stage },
        trend: { expression: q.tag("spend_trend") },
      },
    },
    example: {
      today,
      rows: { ...one(), purchase_days: ["2026-10-03", "2026-10-13", "2026-10-23"].map((day) => purchaseDay(day, 100)) },
      value: "high",
      zh: "惯常间隔 10 天，已 30 天未购买，正好 3 倍。",
    },
  }),
];
