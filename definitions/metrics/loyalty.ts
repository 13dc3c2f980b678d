import * as q from "../../src/query/builder.ts";
import { defineMetric, type MetricDefinition } from "../../src/metrics/definition.ts";
import { isLost, type LostRule, rulingCategory } from "../../src/tags/lost-days.ts";
import { bought, membersWho, ownCurrency, PARAMETERS, person, purchased } from "./shared.ts";

const today = "2026-11-21";
const base = { owner: "analytics", family: "loyalty", good: "up", stores: "home" } as const;
const share = { unit: "share", scale: 4 } as const;
const example = { today, parameters: PARAMETERS } as const;

const year = q.lastDays(365);
const yearBefore = q.lastDays(365, 365);
const inYear = q.count("purchase_days", { where: purchased, window: year });
const inYearBefore = q.count("purchase_days", { where: purchased, window: yearBefore });
const inMonth = q.count("purchase_days", { where: purchased, window: q.calendar("month") });
const ever = q.count("purchase_days", { where: purchased });
const spendYear = q.sum("purchase_days", "net_minor", { where: ownCurrency, window: year });

export const CHURN_RATE = "churn_rate";
const monthStart = q.parameter("month_start");
const beforeMonth = q.compare(q.column("business_day"), "<", monthStart);
const lastBefore = q.maximum("purchase_days", "business_day", { where: q.and(purchased, beforeMonth) });
const lastPurchase = q.maximum("purchase_days", "business_day", { where: purchased });
const daysAtStart = q.daysBetween(lastBefore, q.shiftDays(monthStart, -1));

/**
 * Both sides of the churn rate. At the month's start the category is that of the last order before it.
 * @param rules of categories whose members are lost after other days (measures.md, lifecycle).
 */
export function churnTerms(rules: readonly LostRule[]): Required<Pick<MetricDefinition, "numerator" | "denominator">> {
  const lostAtStart = isLost(daysAtStart, rulingCategory(beforeMonth), rules);
  const keptAtStart = q.and(q.isKnown(lastBefore), q.not(lostAtStart));
  return {
    numerator: membersWho(q.and(keptAtStart, isLost(q.daysSince(lastPurchase), rulingCategory(), rules))),
    denominator: membersWho(keptAtStart),
  };
}
const people = (...ids: number[]) => ids.map((id) => person(id, "2024-01-01"));

/** 忠诚: who buys again, who stays, who is lost, who is worth most. */
export const LOYALTY_METRICS: readonly MetricDefinition[] = [
  defineMetric({
    ...base,
    ...share,
    key: "repurchase_rate",
    zh: "复购率",
    en: "Repurchase rate",
    sentence_zh: "近 365 天有至少 2 个购买日的会员，占有至少 1 个购买日的会员的比例。",
    sentence_en: "Members with at least 2 purchases in the last 365 days by those with at least 1.",
    period: "rolling",
    population_zh: "近 365 天买过的会员",
    population_en: "Members with a purchase in the last 365 days",
    window_zh: "截至当日的 365 天",
    window_en: "The 365 days to the day",
    formula_zh: "购买日 ≥ 2 的会员数 ÷ 购买日 ≥ 1 的会员数",
    formula_en: "Members with ≥ 2 purchases ÷ members with ≥ 1",
    numerator: membersWho(q.atLeast(inYear, 2)),
    denominator: membersWho(q.atLeast(inYear, 1)),
    example: {
      ...example,
      rows: {
        members: people(1, 2, 3),
        purchase_days: [
          bought(1, "2025-11-22"),
          bought(1, today),
          bought(2, "2025-11-21"),
          bought(2, today),
          bought(3, "2026-02-01"),
        ],
      },
      numerator: 1,
      denominator: 3,
      value: 3_333,
      zh: "会员 2 的第一次刚好在 365 天之外，只有会员 1 复购，33.33%。",
    },
  }),
  defineMetric({
    ...base,
    key: "monthly_repurchasers",
    zh: "月复购会员",
    en: "Monthly repurchasers",
    sentence_zh: "当月购买、且此前任何时候买过的会员数。",
    sentence_en: "Buyers of the month with any earlier purchase.",
    unit: "people",
    period: "month",
    population_zh: "当月购买会员",
    population_en: "Buyers of the month",
    window_zh: "当月 1 日至当日，对照全部历史",
    window_en: "The calendar month up to the day, against all history",
    formula_zh: "当月购买日 ≥ 1 且累计购买日 ≥ 2 的会员数",
    formula_en: "Members with ≥ 1 purchase in the month and ≥ 2 in all",
    numerator: membersWho(q.and(q.atLeast(inMonth, 1), q.atLeast(ever, 2))),
    scale: 0,
    example: {
      ...example,
      rows: {
        members: people(1, 2, 3),
        purchase_days: [
          bought(1, "2024-05-01"),
          bought(1, "2026-11-03"),
          bought(2, "2026-11-03"),
          bought(3, "2026-10-31"),
          bought(3, "2026-10-30"),
        ],
      },
      numerator: 1,
      value: 1,
      zh: "会员 2 是第一次购买，会员 3 当月没有购买。",
    },
  }),
  defineMetric({
    ...base,
    ...share,
    key: "high_value_share",
    zh: "高价值会员占比",
    en: "High-value share",
    sentence_zh:
      "近 365 天净消费达到高价值门槛的会员，占近 365 天买过的会员的比例；门槛取自生效的 RFM 版本，不随时间移动。",
    sentence_en:
      "Members whose net spend in 365 days reaches the high-value threshold by buyers of the 365 days; the threshold is that of the RFM version in force and does not move.",
    period: "rolling",
    population_zh: "近 365 天买过的会员",
    population_en: "Members with a purchase in the last 365 days",
    window_zh: "截至当日的 365 天",
    window_en: "The 365 days to the day",
    formula_zh: "净消费 ≥ 高价值门槛的会员数 ÷ 购买日 ≥ 1 的会员数",
    formula_en: "Members with net spend ≥ threshold ÷ members with ≥ 1 purchase",
    numerator: membersWho(q.and(q.atLeast(inYear, 1), q.atLeast(spendYear, q.parameter("m_hi_minor")))),
    denominator: membersWho(q.atLeast(inYear, 1)),
    example: {
      ...example,
      rows: {
        members: people(1, 2, 3, 4),
        purchase_days: [
          bought(1, today, 100_000),
          bought(2, today, 99_999),
          bought(3, "2026-01-01", 60_000),
          bought(3, "2026-02-01", 40_000),
          bought(4, today, 1),
        ],
      },
      numerator: 2,
      denominator: 4,
      value: 5_000,
      zh: "门槛 1,000 元：会员 1 正好达到，会员 3 两次合计达到。",
    },
  }),
  defineMetric({
    ...base,
    ...share,
    key: CHURN_RATE,
    zh: "月流失率",
    en: "Churn rate (month)",
    sentence_zh: "月初买过且未流失的会员中，到当日已流失（180 天以上未购买，品类另有天数的按其天数）的比例。",
    sentence_en:
      "Of members who had bought and were not lost at the month's start, those lost by the day (180 days without a purchase, or the days of their category).",
    good: "down",
    period: "month",
    population_zh: "月初买过且未流失的会员",
    population_en: "Members who had bought and were not lost at the month's start",
    window_zh: "月初至当日",
    window_en: "From the month's start to the day",
    formula_zh: "到当日已流失的会员数 ÷ 月初未流失的会员数",
    formula_en: "Members lost by the day ÷ members not lost at the start",
    ...churnTerms([]),
    scale: 4,
    example: {
      ...example,
      rows: {
        members: people(1, 2, 3, 4, 5),
        purchase_days: [
          bought(1, "2026-05-20"),
          bought(2, "2026-05-20"),
          bought(2, "2026-11-02"),
          bought(3, "2026-05-04"),
          bought(4, "2026-10-01"),
          bought(5, "2026-11-05"),
        ],
      },
      numerator: 1,
      denominator: 3,
      value: 3_333,
      zh: "会员 3 月初已流失，会员 5 月初还没买过；其余 3 人中会员 1 流失，会员 2 又买了。",
    },
  }),
  defineMetric({
    ...base,
    ...share,
    key: "retention_rate",
    zh: "年留存率",
    en: "Retention (year)",
    sentence_zh: "前一个 365 天买过的会员中，近 365 天又买过的比例。",
    sentence_en: "Of buyers of the 365 days before, those who bought in the last 365 days too.",
    period: "rolling",
    population_zh: "前一个 365 天买过的会员",
    population_en: "Buyers of the 365 days before",
    window_zh: "截至当日的 365 天，对照再前 365 天",
    window_en: "The 365 days to the day, against the 365 before",
    formula_zh: "两个 365 天都买过的会员数 ÷ 前一个 365 天买过的会员数",
    formula_en: "Buyers of both years ÷ buyers of the year before",
    numerator: membersWho(q.and(q.atLeast(inYearBefore, 1), q.atLeast(inYear, 1))),
    denominator: membersWho(q.atLeast(inYearBefore, 1)),
    example: {
      ...example,
      rows: {
        members: people(1, 2, 3),
        purchase_days: [bought(1, "2025-11-21"), bought(1, "2025-11-22"), bought(2, "2025-01-01"), bought(3, today)],
      },
      numerator: 1,
      denominator: 2,
      value: 5_000,
      zh: "2025-11-21 是前一个 365 天的最后一天；会员 2 没有再买，会员 3 前一年没有买过。",
    },
  }),
];
