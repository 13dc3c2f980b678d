import * as q from "../../src/query/builder.ts";
import { defineMetric, type MetricDefinition } from "../../src/metrics/definition.ts";
import {
  bought,
  event,
  joinedByToday,
  membersWho,
  ordinary,
  ordinaryRow,
  PARAMETERS,
  person,
  purchased,
} from "./shared.ts";

const today = "2026-11-21";
const people = {
  owner: "operations",
  family: "members",
  unit: "people",
  good: "up",
  stores: "home",
  population_zh: "会员，不含员工、测试和批发账号",
  population_en: "Members without staff, test and wholesale accounts",
  scale: 0,
} as const;
const inMonth = {
  period: "month",
  window_zh: "当月 1 日至当日",
  window_en: "The calendar month up to the day",
} as const;
const onDay = {
  period: "day",
  window_zh: "当日；按月看时为当月",
  window_en: "The day; by month the whole month",
} as const;
const example = { today, parameters: PARAMETERS } as const;
const month = q.calendar("month");
const sessions = q.count("login_sessions", { window: month });
const purchases = q.count("purchase_days", { where: purchased, window: month });
const comments = q.count("events", { where: q.isIn(q.column("kind"), ["review"]), window: month });
const day = q.lastDays(1);

const session = (member_id: number, business_day: string) => ({
  member_id,
  session_start: `${business_day} 02:00:00+00`,
  business_day,
  logins: 1,
});

/** 会员: how many there are, how many came, how many are active. */
export const MEMBER_METRICS: readonly MetricDefinition[] = [
  defineMetric({
    ...people,
    key: "members",
    zh: "会员总数",
    en: "Members",
    sentence_zh: "当日结束时已入会的会员数。",
    sentence_en: "Members who had joined by the end of the day.",
    period: "stock",
    window_zh: "截至当日",
    window_en: "Up to the day",
    formula_zh: "已入会的会员数",
    formula_en: "Members who have joined",
    numerator: membersWho(q.and(joinedByToday, ordinary)),
    example: {
      ...example,
      rows: {
        members: [
          person(1, today),
          person(2, "2026-11-22"),
          person(3, "2020-01-01", { is_staff: true }),
          person(4, "2025-01-01"),
        ],
      },
      numerator: 2,
      value: 2,
      zh: "会员 2 次日才入会，会员 3 是员工。",
    },
  }),
  defineMetric({
    ...people,
    ...onDay,
    key: "new_members",
    zh: "新增会员",
    en: "New members",
    sentence_zh: "入会日在期间内的会员数。",
    sentence_en: "Members whose join day lies in the period.",
    formula_zh: "期间入会的会员数",
    formula_en: "Members who joined in the period",
    numerator: [{ total: { of: "rows", by: "member", relation: "members", function: "count", where: ordinaryRow } }],
    example: {
      ...example,
      rows: { members: [person(1, today), person(2, "2026-11-20"), person(3, today, { is_test: true })] },
      numerator: 1,
      value: 1,
      zh: "会员 2 前一天入会，会员 3 是测试账号。",
    },
  }),
  defineMetric({
    ...people,
    ...inMonth,
    key: "active_members",
    zh: "月活跃会员",
    en: "Monthly active members (MAU)",
    sentence_zh: "当月至少 3 次登录会话（间隔 30 分钟算新会话）或至少 1 个购买日的会员数。",
    sentence_en:
      "Members with at least 3 log-in sessions (a gap of 30 minutes begins a new one) or 1 purchase in the month.",
    formula_zh: "登录会话 ≥ 3 或购买日 ≥ 1 的会员数",
    formula_en: "Members with ≥ 3 sessions or ≥ 1 purchase",
    numerator: membersWho(q.and(ordinary, q.or(q.atLeast(sessions, 3), q.atLeast(purchases, 1)))),
    example: {
      ...example,
      rows: {
        members: [person(1, "2026-01-01"), person(2, "2026-01-01"), person(3, "2026-01-01")],
        login_sessions: ["2026-11-01", "2026-11-03", today].map((at) => session(1, at)),
        purchase_days: [bought(2, "2026-11-05"), bought(3, "2026-10-31")],
      },
      numerator: 2,
      value: 2,
      zh: "会员 1 有 3 次会话，会员 2 买过 1 次，会员 3 上月才买过。",
    },
  }),
  defineMetric({
    ...people,
    ...inMonth,
    key: "very_active_members",
    zh: "非常活跃会员",
    en: "Very active members",
    sentence_zh: "当月至少 3 个购买日或至少 5 条评价的会员数。",
    sentence_en: "Members with at least 3 purchases or 5 comments in the month.",
    formula_zh: "购买日 ≥ 3 或评价 ≥ 5 的会员数",
    formula_en: "Members with ≥ 3 purchases or ≥ 5 comments",
    numerator: membersWho(q.and(ordinary, q.or(q.atLeast(purchases, 3), q.atLeast(comments, 5)))),
    example: {
      ...example,
      rows: {
        members: [person(1, "2026-01-01"), person(2, "2026-01-01"), person(3, "2026-01-01")],
        purchase_days: ["2026-11-01", "2026-11-02", "2026-11-03"].map((at) => bought(1, at)),
        events: [1, 2, 3, 4, 5].flatMap((n) => [
          event(2, "review", `2026-11-0${n}`),
          ...(n < 5 ? [event(3, "review", `2026-11-0${n}`)] : []),
        ]),
      },
      numerator: 2,
      value: 2,
      zh: "会员 1 有 3 个购买日，会员 2 有 5 条评价，会员 3 只有 4 条。",
    },
  }),
  defineMetric({
    ...people,
    ...onDay,
    window_zh: "当日",
    window_en: "The day",
    key: "daily_active_members",
    zh: "日活跃会员",
    en: "Daily active members",
    sentence_zh: "当日登录过或有购买日的会员数；按月看时为当月最后一日的值。",
    sentence_en: "Members who logged in or purchased on the day; by month that of its last day.",
    period: "rolling",
    formula_zh: "当日登录或购买的会员数",
    formula_en: "Members who logged in or purchased that day",
    numerator: membersWho(
      q.and(
        ordinary,
        q.or(
          q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "login"), window: day }), 1),
          q.atLeast(q.count("purchase_days", { where: purchased, window: day }), 1),
        ),
      ),
    ),
    example: {
      ...example,
      rows: {
        members: [person(1, "2026-01-01"), person(2, "2026-01-01"), person(3, "2026-01-01")],
        events: [event(1, "login", today), event(3, "login", "2026-11-20")],
        purchase_days: [bought(2, today), bought(1, today)],
      },
      numerator: 2,
      value: 2,
      zh: "会员 1 登录并购买只算一人，会员 3 前一天登录。",
    },
  }),
  defineMetric({
    ...people,
    ...onDay,
    key: "unsubscribed_members",
    zh: "退订会员",
    en: "Unsubscribed members",
    sentence_zh: "期间退订过任一渠道消息的会员数。",
    sentence_en: "Members who unsubscribed from messages of any medium in the period.",
    good: "down",
    population_zh: "会员",
    population_en: "Members",
    formula_zh: "有退订记录的会员数",
    formula_en: "Members with a record of unsubscribing",
    numerator: [
      {
        total: {
          of: "rows",
          by: "member",
          relation: "events",
          function: "count_members",
          where: q.and(q.equals(q.column("kind"), "message"), q.equals(q.column("stage"), "unsubscribed")),
        },
      },
    ],
    example: {
      ...example,
      rows: {
        members: [person(1, "2026-01-01"), person(2, "2026-01-01")],
        events: [
          event(1, "message", today, { stage: "unsubscribed" }),
          event(1, "message", today, { stage: "unsubscribed" }),
          event(2, "message", today, { stage: "delivered" }),
        ],
      },
      numerator: 1,
      value: 1,
      zh: "会员 1 退订两个渠道，只算一人。",
    },
  }),
];
