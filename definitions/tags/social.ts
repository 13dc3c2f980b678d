import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import { invitedMembers, named, one, shareVisits, somethingHappened as event } from "./shared.ts";

const today = "2026-11-22";
const social = { owner: "operations", family: "social", privacy: "L2", freshness: "event" } as const;
const quarter = { window_zh: "近 90 天", window_en: "Last 90 days" } as const;
const window = q.lastDays(90);
const always = { window_zh: "全部历史", window_en: "All history" } as const;
const kind = (...kinds: string[]) => q.isIn(q.column("kind"), kinds);
const shares = q.count("events", { where: kind("share"), window });
const ratings = q.count("events", { where: q.and(kind("review"), q.isKnown(q.column("rating"))) });
/** What the member did; a like received is somebody else's act. */
const acts = q.count("events", {
  where: q.and(
    kind("share", "review", "like", "group_buy", "referral"),
    q.not(q.equals(q.column("direction"), "received")),
  ),
  window,
});

/** 社交属性: what the member does with others. */
export const SOCIAL_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...social,
    ...always,
    key: "invited_members",
    zh: "邀请入会人数",
    en: "Invited members",
    sentence_zh: "由该会员邀请并已入会的不同会员数。",
    sentence_en: "How many different people joined on this member's invitation.",
    unit: "people",
    expression: invitedMembers,
    reason: { zh: "已有 {value} 位受邀者入会。", en: "{value} invited people have joined." },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          event("referral", "2026-05-01", { role: "inviter", stage: "invited", counterpart_member_id: 7 }),
          event("referral", "2026-05-02", { role: "inviter", stage: "joined", counterpart_member_id: 8 }),
          event("referral", "2026-05-09", { role: "inviter", stage: "first_order", counterpart_member_id: 8 }),
        ],
      },
      value: "1",
      zh: "8 号入会并首单算一人；7 号只是被邀请。",
    },
  }),
  defineTag({
    ...social,
    ...always,
    key: "invited_by",
    zh: "邀请人",
    en: "Invited by",
    sentence_zh: "最早邀请该会员的会员编号。",
    sentence_en: "The id of the member who invited this member first.",
    unit: "number",
    expression: q.first("events", "counterpart_member_id", {
      where: q.and(
        kind("referral"),
        q.equals(q.column("role"), "invitee"),
        q.isKnown(q.column("counterpart_member_id")),
      ),
    }),
    reason: { zh: "由会员 {value} 邀请。", en: "Invited by member {value}." },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          event("referral", "2026-05-01", { role: "invitee", counterpart_member_id: 9 }),
          event("referral", "2026-05-05", { role: "invitee", counterpart_member_id: 4 }),
        ],
      },
      value: "9",
      zh: "9 号邀请在先。",
    },
  }),
  defineTag({
    ...social,
    ...quarter,
    key: "shares_90d",
    zh: "近 90 天分享次数",
    en: "Shares, 90 days",
    sentence_zh: "近 90 天分享内容或商品的次数。",
    sentence_en: "How often the member shared content or products in the last 90 days.",
    unit: "times",
    expression: shares,
    reason: { zh: "近 90 天分享 {value} 次。", en: "{value} shares in the last 90 days." },
    example: {
      today,
      rows: {
        ...one(),
        events: [event("share", "2026-08-24"), event("share", "2026-08-25"), event("share", "2026-11-22")],
      },
      value: "2",
      zh: "8 月 24 日刚好在 90 天之外。",
    },
  }),
  defineTag({
    ...social,
    ...quarter,
    key: "share_to_visit",
    zh: "分享带来访问",
    en: "Visits per share",
    sentence_zh: "近 90 天平均每次分享带来的访问数，两位小数；没有分享的不计。",
    sentence_en: "Visits for each share in the last 90 days, two decimals; none without a share.",
    unit: "number",
    expression: q.ratio(shareVisits, shares, 2),
    reason: {
      zh: "{shares} 次分享带来 {visits} 次访问。",
      en: "{visits} visits from {shares} shares.",
      parts: { shares: { expression: shares, unit: "number" }, visits: { expression: shareVisits, unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          event("share", "2026-11-01"),
          event("share", "2026-11-02"),
          event("share_visit", "2026-11-02"),
          event("share_visit", "2026-11-03"),
          event("share_visit", "2026-11-04"),
        ],
      },
      value: "1.50",
      zh: "2 次分享带来 3 次访问。",
    },
  }),
  defineTag({
    ...social,
    ...quarter,
    key: "reviews_90d",
    zh: "近 90 天评价数",
    en: "Reviews, 90 days",
    sentence_zh: "近 90 天发布的评价数。",
    sentence_en: "How many reviews the member wrote in the last 90 days.",
    unit: "times",
    expression: q.count("events", { where: kind("review"), window }),
    reason: { zh: "近 90 天发布 {value} 条评价。", en: "{value} reviews in the last 90 days." },
    example: {
      today,
      rows: {
        ...one(),
        events: [event("review", "2026-11-01", { rating: 5 }), event("review", "2026-01-01", { rating: 4 })],
      },
      value: "1",
      zh: "一条在窗口内。",
    },
  }),
  defineTag({
    ...social,
    ...always,
    key: "average_rating",
    zh: "平均评分",
    en: "Average rating given",
    sentence_zh: "给出的评分的平均值，一位小数。",
    sentence_en: "The mean of the ratings the member gave, one decimal.",
    unit: "stars",
    expression: q.ratio(q.sum("events", "rating", { where: kind("review") }), ratings, 1),
    reason: {
      zh: "{ratings} 次评分的平均值。",
      en: "The mean of {ratings} ratings.",
      parts: { ratings: { expression: ratings, unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          event("review", "2026-11-01", { rating: 5 }),
          event("review", "2026-11-02", { rating: 4 }),
          event("review", "2026-11-03"),
        ],
      },
      value: "4.5",
      zh: "没有评分的评价不计。",
    },
  }),
  defineTag({
    ...social,
    ...always,
    key: "group_buy_role",
    zh: "拼团角色",
    en: "Group-buy role",
    sentence_zh: "参与拼团时更常发起还是跟团，并列时取最近一次的角色。",
    sentence_en: "Whether the member more often starts or joins group-buys; of equals the latest.",
    values: [
      named("starter", "发起者", "Starter", "更常发起拼团", "Starts them more often"),
      named("joiner", "跟团者", "Joiner", "更常跟团", "Joins them more often"),
    ],
    expression: q.mode("events", "role", {
      where: q.and(kind("group_buy"), q.isIn(q.column("role"), ["starter", "joiner"])),
    }),
    reason: {
      zh: "发起 {starts} 次，共参与 {all} 次。",
      en: "Started {starts} of {all} group-buys.",
      parts: {
        starts: {
          expression: q.count("events", { where: q.and(kind("group_buy"), q.equals(q.column("role"), "starter")) }),
          unit: "number",
        },
        all: { expression: q.count("events", { where: kind("group_buy") }), unit: "number" },
      },
    },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          event("group_buy", "2026-11-01", { role: "starter" }),
          event("group_buy", "2026-11-02", { role: "joiner" }),
        ],
      },
      value: "joiner",
      zh: "各一次，最近一次是跟团。",
    },
  }),
  defineTag({
    ...social,
    ...quarter,
    key: "community_activity",
    profiling: true,
    zh: "社群活跃度",
    en: "Community activity",
    sentence_zh: "近 90 天分享、评价、给出的点赞、拼团与邀请的合计次数所在的区间。",
    sentence_en: "Shares, reviews, likes given, group-buys and referrals of the last 90 days together, in bands.",
    values: [
      named("silent", "静默", "Silent", "没有任何社交行为", "None"),
      named("occasional", "偶尔", "Occasional", "1 至 4 次", "1 to 4"),
      named("active", "活跃", "Active", "5 次及以上", "5 or more"),
    ],
    expression: q.bands(
      acts,
      [
        [1, "silent"],
        [5, "occasional"],
      ],
      "active",
    ),
    reason: {
      zh: "近 90 天社交行为 {acts} 次。",
      en: "{acts} social acts in the last 90 days.",
      parts: { acts: { expression: acts, unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          event("like", "2026-11-01", { direction: "given" }),
          ...["2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"].map((day) =>
            event("like", day, { direction: "received" }),
          ),
          event("login", "2026-11-02"),
        ],
      },
      value: "occasional",
      zh: "给出的点赞算一次，收到的点赞与登录不算。",
    },
  }),
];
