import * as q from "../../src/query/builder.ts";
import type { Scene } from "../../src/journeys/scenes/scene.ts";
import { inbox, joined, order, topTier } from "./shared.ts";

const account = (column: string) => q.profile("points_account", column);
const tier = (column: string) => q.profile("member_tier", column);
const expiresWithin = (days: number) =>
  q.and(
    q.atLeast(account("expiring_points"), 50),
    q.compare(q.daysBetween(q.today, account("next_expiry_day")), "<=", days),
  );

const EXPIRING = {
  points: { from: "member", value: "points_expiring" },
  day: { from: "member", value: "points_expiry_day" },
} as const;
const NEW_TIER = { tier: { from: "event", value: "tier_name" } } as const;

export const POINTS_CREDITED: Scene = {
  key: "points_credited",
  zh: "积分到账通知",
  en: "Points credited notice",
  sentence_zh: "积分到账（可以用了）就告诉会员；半夜到账的等到上午九点，一天最多一次。",
  sentence_en:
    "Members are told when points can be used; what is credited at night waits until nine, once a day at most.",
  goal_zh: "每笔到账的积分，会员当天知道",
  goal_en: "Whoever was credited points knows it the same day",
  journey: {
    entry: { kind: "event", event: "points_credited" },
    reentry: { kind: "again", after_days: 1 },
    goal: null,
    hold_out_percent: 0,
    start: "daytime",
    nodes: {
      daytime: { kind: "window", from: "09:00", until: "21:00", next: "tell" },
      tell: {
        kind: "message",
        template: "points_credited_notice",
        variables: { points: { from: "member", value: "points" } },
        next: "out",
      },
      out: { kind: "exit" },
    },
  },
  templates: [
    inbox(
      "points_credited_notice",
      "积分到账",
      "service",
      "您有积分到账了",
      "{{ member.name }}，新的积分已经可以用了，现在一共有 {{ points }} 积分。在「我的积分」里看明细，看看能换什么。",
    ),
  ],
  example: {
    zh: "2 日下单，积分待 7 天；9 日零点到账，上午九点通知。",
    en: "An order on the 2nd, points pending for 7 days; credited at midnight of the 9th, told at nine.",
    published: "2026-11-01T09:00:00+08:00",
    until: "2026-11-10T12:00:00+08:00",
    records: [
      joined("2026-10-01T10:00:00+08:00"),
      order("2026-10-02T10:00:00+08:00", "P-0", 5_000),
      order("2026-11-02T14:00:00+08:00", "P-1", 26_000),
    ],
    way: [
      ["2026-11-09T09:00:00+08:00", "daytime"],
      ["2026-11-09T09:00:00+08:00", "tell"],
    ],
    messages: [["2026-11-09T09:00:00+08:00", "points_credited_notice", { points: 410 }]],
  },
};

export const POINTS_EXPIRING: Scene = {
  key: "points_expiring",
  zh: "积分即将到期",
  en: "Points expiring",
  sentence_zh: "有 50 分以上在 30 天内到期的会员，提前告诉一次；到期前一周还没有用的，再提醒一次。",
  sentence_en:
    "Who has 50 points or more that expire within 30 days is told; who has not used them a week before is reminded once.",
  goal_zh: "到期前用掉",
  goal_en: "Used before they expire",
  journey: {
    entry: { kind: "schedule", every: "day", at: "10:00", condition: expiresWithin(30) },
    reentry: { kind: "again", after_days: 30 },
    goal: null,
    hold_out_percent: 0,
    start: "tell",
    nodes: {
      tell: { kind: "message", template: "points_expiring_notice", variables: EXPIRING, next: "weeks" },
      weeks: { kind: "wait", for: { amount: 23, unit: "days" }, next: "still" },
      still: { kind: "condition", condition: expiresWithin(8), then: "remind", otherwise: "out" },
      remind: { kind: "message", template: "points_expiring_last", variables: EXPIRING, next: "out" },
      out: { kind: "exit" },
    },
  },
  templates: [
    inbox(
      "points_expiring_notice",
      "积分将到期",
      "service",
      "您有 {{ points }} 积分快到期",
      "{{ member.name }}，从{{ day }}起的 30 天里，有 {{ points }} 积分到期。明细和能换的东西都在「我的积分」里。",
    ),
    inbox(
      "points_expiring_last",
      "积分最后一周",
      "service",
      "{{ points }} 积分只剩最后一周",
      "最早的一笔{{ day }}到期，到期后不能恢复。挑一件现在就能换的。",
    ),
  ],
  example: {
    zh: "一年前 11 月赚的积分在次年 11 月底到期：11 月 1 日上午告诉，24 日还没用，再提醒。",
    en: "Points earned in November expire at the end of the next one: told on the morning of 1 November, reminded on the 24th.",
    published: "2027-10-30T12:00:00+08:00",
    until: "2027-11-26T12:00:00+08:00",
    records: [
      joined("2026-11-01T10:00:00+08:00"),
      order("2026-11-02T14:00:00+08:00", "E-1", 26_000),
      { at: "2026-11-20T14:00:00+08:00", kind: "login" },
    ],
    way: [
      ["2027-10-31T10:00:00+08:00", "tell"],
      ["2027-11-23T10:00:00+08:00", "weeks"],
      ["2027-11-23T10:00:00+08:00", "still"],
      ["2027-11-23T10:00:00+08:00", "remind"],
    ],
    messages: [
      ["2027-10-31T10:00:00+08:00", "points_expiring_notice", { points: 360, day: "2027年11月30日" }],
      ["2027-11-23T10:00:00+08:00", "points_expiring_last", { points: 360, day: "2027年11月30日" }],
    ],
  },
};

export const TIER_UP: Scene = {
  key: "tier_up",
  zh: "升级祝贺",
  en: "Tier up",
  sentence_zh: "会员升级就祝贺，并说清新等级能用什么；白金和钻石由专属顾问出面。",
  sentence_en:
    "A member who rises is congratulated and told what is new; platinum and diamond are greeted by a personal adviser.",
  goal_zh: "升级后 30 天内再次购买",
  goal_en: "Another purchase within 30 days",
  journey: {
    entry: { kind: "event", event: "tier_up" },
    reentry: { kind: "again", after_days: 0 },
    goal: { event: "order", exit: false },
    hold_out_percent: 0,
    start: "daytime",
    nodes: {
      daytime: { kind: "window", from: "09:00", until: "21:00", next: "top" },
      top: { kind: "condition", condition: topTier, then: "personal", otherwise: "tell" },
      personal: { kind: "message", template: "tier_up_personal", variables: NEW_TIER, next: "watched" },
      tell: { kind: "message", template: "tier_up_notice", variables: NEW_TIER, next: "watched" },
      watched: { kind: "wait", for: { amount: 30, unit: "days" }, next: "out" },
      out: { kind: "exit" },
    },
  },
  templates: [
    inbox(
      "tier_up_personal",
      "升级祝贺（白金、钻石）",
      "service",
      "{{ member.name }}，恭喜升到{{ tier }}，您有专属顾问了",
      "从今天起，选品、预约、到店，都可以直接找您的专属顾问。新等级的权益已经在「我的权益」里。",
    ),
    inbox(
      "tier_up_notice",
      "升级祝贺",
      "service",
      "{{ member.name }}，恭喜升到{{ tier }}",
      "新等级的权益从今天起可以用，在「我的权益」里看看。本周的人气款，会员价已经为您换好。",
    ),
  ],
  example: {
    zh: "一单 21,000 元升到白金：马上收到专属顾问的祝贺，30 天后走完。",
    en: "An order of ¥21,000 makes platinum: the adviser's congratulations at once, over after 30 days.",
    published: "2026-11-01T09:00:00+08:00",
    until: "2026-12-04T12:00:00+08:00",
    records: [joined("2026-10-01T10:00:00+08:00"), order("2026-11-03T14:00:00+08:00", "T-1", 2_100_000)],
    way: [
      ["2026-11-03T14:00:00+08:00", "daytime"],
      ["2026-11-03T14:00:00+08:00", "top"],
      ["2026-11-03T14:00:00+08:00", "personal"],
      ["2026-12-03T14:00:00+08:00", "watched"],
    ],
    messages: [["2026-11-03T14:00:00+08:00", "tier_up_personal", { tier: "白金" }]],
  },
};

export const TIER_AT_RISK: Scene = {
  key: "tier_at_risk",
  zh: "保级提醒",
  en: "Tier at risk",
  sentence_zh: "等级 60 天内到期、还差消费额才能保住的会员，每周一看一次并提醒；一个月后仍差的，再提醒一次。",
  sentence_en:
    "Whose tier ends within 60 days and who lacks spend to keep it is found each Monday and told; who still lacks it after a month is reminded.",
  goal_zh: "到期前保住等级",
  goal_en: "The tier is kept",
  journey: {
    entry: {
      kind: "schedule",
      every: "week",
      weekdays: [1],
      at: "10:00",
      condition: q.and(
        q.compare(tier("tier_rank"), ">", 0),
        q.compare(tier("to_keep_minor"), ">", 0),
        q.compare(q.daysBetween(q.today, tier("valid_until")), "<=", 60),
        q.compare(q.daysBetween(q.today, tier("valid_until")), ">=", 7),
      ),
    },
    reentry: { kind: "again", after_days: 180 },
    goal: { event: "order", exit: false },
    hold_out_percent: 0,
    start: "top",
    nodes: {
      top: { kind: "condition", condition: topTier, then: "personal", otherwise: "tell" },
      personal: { kind: "message", template: "tier_at_risk_personal", next: "month" },
      tell: { kind: "message", template: "tier_at_risk_notice", next: "month" },
      month: { kind: "wait", for: { amount: 30, unit: "days" }, next: "still" },
      still: {
        kind: "condition",
        condition: q.compare(tier("to_keep_minor"), ">", 0),
        then: "remind",
        otherwise: "out",
      },
      remind: { kind: "message", template: "tier_at_risk_last", next: "out" },
      out: { kind: "exit" },
    },
  },
  templates: [
    inbox(
      "tier_at_risk_personal",
      "保级提醒（白金、钻石）",
      "service",
      "{{ member.name }}，您的等级快到期了",
      "您的专属顾问为您看过：离保住现在的等级只差一点。想要什么样的，直接告诉顾问，为您挑好。",
    ),
    inbox(
      "tier_at_risk_notice",
      "保级提醒",
      "service",
      "{{ member.name }}，您的等级快到期了",
      "再买一些就能保住现在的等级，还差多少在「我的等级」里。本月的人气款，也许正好需要。",
    ),
    inbox("tier_at_risk_last", "保级最后提醒", "service", "等级到期前最后一个月", "到期前补上差额，权益就能继续用。"),
  ],
  example: {
    zh: "2026 年消费 6,000 元成为金卡，2027 年没有消费：11 月 8 日（周一）提醒，一个月后再提醒。",
    en: "Gold by ¥6,000 in 2026, nothing in 2027: told on Monday 8 November, reminded a month later.",
    published: "2027-11-05T12:00:00+08:00",
    until: "2027-12-09T12:00:00+08:00",
    records: [
      joined("2026-10-01T10:00:00+08:00"),
      order("2026-11-02T14:00:00+08:00", "R-1", 600_000),
      { at: "2027-02-10T10:00:00+08:00", kind: "login" },
    ],
    way: [
      ["2027-11-08T10:00:00+08:00", "top"],
      ["2027-11-08T10:00:00+08:00", "tell"],
      ["2027-12-08T10:00:00+08:00", "month"],
      ["2027-12-08T10:00:00+08:00", "still"],
      ["2027-12-08T10:00:00+08:00", "remind"],
    ],
    messages: [
      ["2027-11-08T10:00:00+08:00", "tier_at_risk_notice"],
      ["2027-12-08T10:00:00+08:00", "tier_at_risk_last"],
    ],
  },
};
