import * as q from "../../src/query/builder.ts";
import { defineMetric, type MetricDefinition } from "../../src/metrics/definition.ts";
import { bought, membersWho, ordinary, PARAMETERS, person, purchased } from "./shared.ts";

const today = "2026-11-21";
/** Days of joining that are looked at together. */
const COHORT_DAYS = 30;
const join = q.member("join_day");
const first = q.minimum("purchase_days", "business_day", { where: purchased });

/** Joined in 30 days whose members have all had `days` days to buy. */
const cohort = (days: number) =>
  q.and(
    ordinary,
    q.compare(join, ">", q.shiftDays(q.today, -days - COHORT_DAYS)),
    q.compare(join, "<=", q.shiftDays(q.today, -days)),
  );
const boughtWithin = (days: number) =>
  q.and(q.atLeast(q.daysBetween(join, first), 0), q.compare(q.daysBetween(join, first), "<=", days));

function conversion(days: number, example: MetricDefinition["example"]): MetricDefinition {
  return defineMetric({
    key: `conversion_${days}d`,
    zh: `${days} 天会员转化率`,
    en: `Member conversion, ${days} days`,
    sentence_zh: `入会后 ${days} 天内首次购买的会员占入会会员的比例，只看已满 ${days} 天的入会批次。`,
    sentence_en: `Members whose first purchase is at most ${days} days after joining by those who joined, of complete cohorts only.`,
    owner: "operations",
    family: "conversion",
    unit: "share",
    good: "up",
    period: "rolling",
    stores: "home",
    population_zh: `入会已满 ${days} 天的最近 ${COHORT_DAYS} 天入会批次，不含员工、测试和批发账号`,
    population_en: `The latest ${COHORT_DAYS} join days that are ${days} days old, without staff, test and wholesale accounts`,
    window_zh: `截至当日 ${days} 天前的 ${COHORT_DAYS} 个入会日`,
    window_en: `The ${COHORT_DAYS} join days that end ${days} days before the day`,
    formula_zh: `入会后 ${days} 天内首购的会员数 ÷ 入会会员数`,
    formula_en: `Members with a first purchase within ${days} days ÷ members who joined`,
    numerator: membersWho(q.and(cohort(days), boughtWithin(days))),
    denominator: membersWho(cohort(days)),
    scale: 4,
    example,
  });
}

/** 转化: from joining to the first purchase. */
export const CONVERSION_METRICS: readonly MetricDefinition[] = [
  conversion(7, {
    today,
    parameters: PARAMETERS,
    rows: {
      members: [person(1, "2026-11-14"), person(2, "2026-11-15"), person(3, "2026-11-01")],
      purchase_days: [bought(1, "2026-11-21"), bought(2, "2026-11-15"), bought(3, "2026-11-09")],
    },
    numerator: 1,
    denominator: 2,
    value: 5_000,
    zh: "会员 2 入会未满 7 天，不在批次内；会员 3 第 8 天才买。",
  }),
  conversion(30, {
    today,
    parameters: PARAMETERS,
    rows: {
      members: [person(1, "2026-10-22"), person(2, "2026-10-23"), person(3, "2026-09-23"), person(4, "2026-09-22")],
      purchase_days: [bought(1, "2026-11-21"), bought(3, "2026-10-24"), bought(4, "2026-09-22")],
    },
    numerator: 1,
    denominator: 2,
    value: 5_000,
    zh: "会员 1 第 30 天首购；会员 3 第 31 天；会员 2 未满 30 天，会员 4 属于更早的批次。",
  }),
  conversion(90, {
    today,
    parameters: PARAMETERS,
    rows: {
      members: [person(1, "2026-08-23"), person(2, "2026-08-01"), person(3, "2026-08-24")],
      purchase_days: [bought(1, "2026-08-23"), bought(2, "2026-07-31"), bought(2, "2026-08-02")],
    },
    numerator: 1,
    denominator: 2,
    value: 5_000,
    zh: "会员 1 入会当天首购；会员 2 入会前已经买过，不算转化；会员 3 未满 90 天。",
  }),
];
