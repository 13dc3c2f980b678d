import { atLeast, calendar, column, compare, count, isIn, or } from "../../src/query/builder.ts";
import type { ActivityRule } from "../../src/tiers/activity.ts";

const month = calendar("month");
const sessions = count("login_sessions", { window: month });
/** A purchase is a business day with net spend above zero (measures.md). */
const purchases = count("purchase_days", { where: compare(column("net_minor"), ">", 0), window: month });
const comments = count("events", { where: isIn(column("kind"), ["review"]), window: month });
const content = count("events", {
  where: isIn(column("kind"), ["content_read", "review", "share", "like"]),
  window: month,
});

const today = "2026-11-30";
const member = { members: [{ member_id: 1 }] };
const bought = (business_day: string) => ({ member_id: 1, business_day, net_minor: 100, orders: 1, currency: "CNY" });
const session = (business_day: string) => ({
  member_id: 1,
  session_start: `${business_day} 02:00:00+00`,
  business_day,
  logins: 1,
});
const event = (event_id: number, kind: string, business_day: string) => ({
  event_id,
  member_id: 1,
  kind,
  occurred_at: `${business_day} 02:00:00+00`,
  business_day,
});

/** Who counts as active in a calendar month; each rule is a condition over that month. */
export const ACTIVITY_RULES: readonly ActivityRule[] = [
  {
    key: "active",
    zh: "月活跃",
    en: "Active (MAU)",
    level: "level",
    sentence_zh: "当月至少 3 次登录会话（间隔 30 分钟以上算新会话），或至少 1 个购买日。",
    sentence_en: "At least 3 log-in sessions (a gap of 30 minutes begins a new one) or 1 purchase in the month.",
    expression: or(atLeast(sessions, 3), atLeast(purchases, 1)),
    example: {
      today,
      rows: {
        ...member,
        login_sessions: [session("2026-10-31"), session("2026-11-01"), session("2026-11-12"), session("2026-11-30")],
      },
      value: true,
      zh: "11 月 3 次会话；10 月 31 日那次不算。",
    },
  },
  {
    key: "active_member",
    zh: "活跃会员",
    en: "Active member",
    level: "level",
    sentence_zh: "当月至少 2 个购买日，可享活跃会员奖励。",
    sentence_en: "At least 2 purchases in the month: rewarded as an active member.",
    expression: atLeast(purchases, 2),
    example: {
      today,
      rows: { ...member, purchase_days: [bought("2026-10-31"), bought("2026-11-01")] },
      value: false,
      zh: "11 月只有 1 个购买日。",
    },
  },
  {
    key: "very_active",
    zh: "非常活跃",
    en: "Very active",
    level: "level",
    sentence_zh: "当月至少 3 个购买日，或至少 5 条评价。",
    sentence_en: "At least 3 purchases or 5 comments in the month.",
    expression: or(atLeast(purchases, 3), atLeast(comments, 5)),
    example: {
      today,
      rows: { ...member, events: [1, 2, 3, 4, 5].map((n) => event(n, "review", `2026-11-0${n}`)) },
      value: true,
      zh: "当月正好 5 条评价。",
    },
  },
  {
    key: "by_login",
    zh: "登录活跃",
    en: "Active by log-in",
    level: "kind",
    sentence_zh: "当月至少 3 次登录会话。",
    sentence_en: "At least 3 log-in sessions in the month.",
    expression: atLeast(sessions, 3),
    example: {
      today,
      rows: { ...member, login_sessions: [session("2026-11-01"), session("2026-11-02")] },
      value: false,
      zh: "只有 2 次会话。",
    },
  },
  {
    key: "by_purchase",
    zh: "购买活跃",
    en: "Active by purchase",
    level: "kind",
    sentence_zh: "当月至少 1 个购买日。",
    sentence_en: "At least 1 purchase in the month.",
    expression: atLeast(purchases, 1),
    example: {
      today,
      rows: { ...member, purchase_days: [{ ...bought("2026-11-08"), net_minor: 0 }] },
      value: false,
      zh: "当日全额退款，净消费为零，不算购买。",
    },
  },
  {
    key: "by_content",
    zh: "内容活跃",
    en: "Active by content",
    level: "kind",
    sentence_zh: "当月至少 1 次阅读、评价、分享或点赞。",
    sentence_en: "At least 1 content read, review, share or like in the month.",
    expression: atLeast(content, 1),
    example: {
      today,
      rows: { ...member, events: [event(1, "search", "2026-11-01"), event(2, "share", "2026-11-02")] },
      value: true,
      zh: "分享算内容活动，搜索不算。",
    },
  },
];
