import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import { invitedMembers, one, referralOf, shareVisits, somethingHappened, valid, year } from "./shared.ts";

const today = "2026-11-22";
const social = { owner: "operations", family: "social", privacy: "L2", freshness: "event" } as const;
const always = { window_zh: "全部历史", window_en: "All history" } as const;
const kind = (name: string) => q.equals(q.column("kind"), name);
const liked = q.and(kind("like"), q.equals(q.column("direction"), "received"));
const likes = q.count("events", { where: liked });
const via = { relation: "events", column: "counterpart_member_id", where: referralOf("inviter") };
/** As in `purchase_days`, which sums up too much to be asked for few people. */
const brought = q.subtract(
  q.sum("orders", "net_minor", { where: valid, via }),
  q.sum("returns", "refund_minor", { where: q.and(valid, q.equals(q.column("state"), "unmatched")), via }),
);
const read = { where: q.and(kind("content_read"), q.isKnown(q.column("topic"))), window: year };
const reads = q.count("events", read);
/** Fewer reads say too little about what somebody is interested in. */
const READS_MIN = 5;
const POINTS = { visit: 1, like: 2, invited: 10, most: 100 } as const;
const influence = q.add(
  q.add(q.multiply(shareVisits, POINTS.visit), q.multiply(likes, POINTS.like)),
  q.multiply(invitedMembers, POINTS.invited),
);

/** 社交属性: what others do because of the member, and what the member is interested in. */
export const INFLUENCE_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...social,
    ...always,
    key: "referral_value",
    profiling: true,
    zh: "邀请价值",
    en: "Referral value",
    sentence_zh: "由该会员邀请并已入会的人的净消费合计，已扣退款（含找不到原单的退货）。",
    sentence_en:
      "Net spend of all who joined on this member's invitation, refunds deducted, those without an original order too.",
    unit: "minor",
    expression: brought,
    reason: {
      zh: "{people} 位受邀者合计净消费 {value}。",
      en: "{people} invited people spent {value} net.",
      parts: { people: { expression: invitedMembers, unit: "number" } },
    },
    example: {
      today,
      rows: {
        members: [{ member_id: 1 }, { member_id: 7 }, { member_id: 8 }],
        events: [
          somethingHappened("referral", "2026-05-01", { role: "inviter", stage: "invited", counterpart_member_id: 7 }),
          somethingHappened("referral", "2026-05-02", { role: "inviter", stage: "joined", counterpart_member_id: 8 }),
          somethingHappened("referral", "2026-05-09", {
            role: "inviter",
            stage: "first_order",
            counterpart_member_id: 8,
          }),
        ],
        orders: [
          { order_id: 1, member_id: 7, business_day: "2026-06-01", is_valid: true, net_minor: 9900 },
          { order_id: 2, member_id: 8, business_day: "2026-05-09", is_valid: true, net_minor: 5000 },
          { order_id: 3, member_id: 8, business_day: "2026-07-01", is_valid: true, net_minor: 2500 },
          { order_id: 4, member_id: 8, business_day: "2026-07-02", is_valid: false, net_minor: 100 },
        ],
        returns: [
          {
            return_id: 1,
            line_key: "1",
            member_id: 8,
            business_day: "2026-07-03",
            is_valid: true,
            state: "unmatched",
            refund_minor: 1000,
          },
        ],
      },
      value: "6500",
      zh: "8 号的 75 元只算一次，扣去找不到原单的退货 10 元；7 号还没有入会。",
    },
  }),
  defineTag({
    ...social,
    ...always,
    key: "likes_received",
    zh: "获赞数",
    en: "Likes received",
    sentence_zh: "会员的评价与内容收到的点赞总数。",
    sentence_en: "How many likes the member's reviews and posts received.",
    unit: "times",
    expression: likes,
    reason: { zh: "共收到 {value} 个赞。", en: "{value} likes received." },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          somethingHappened("like", "2026-05-01", { direction: "received" }),
          somethingHappened("like", "2026-05-02", { direction: "received" }),
          somethingHappened("like", "2026-05-03", { direction: "given" }),
        ],
      },
      value: "2",
      zh: "给出的赞不算。",
    },
  }),
  defineTag({
    ...social,
    key: "influence_score",
    profiling: true,
    zh: "影响力分",
    en: "Influence score",
    sentence_zh: "0 至 100 分：近 90 天分享带来的访问每次 1 分，收到的赞每个 2 分，邀请入会每人 10 分，封顶 100 分。",
    sentence_en:
      "From 0 to 100: 1 for each visit from shares in 90 days, 2 for each like received, 10 for each invited person who joined; 100 at most.",
    window_zh: "访问近 90 天，其余全部历史",
    window_en: "Visits of the last 90 days, all history otherwise",
    unit: "number",
    expression: q.least(influence, POINTS.most),
    reason: {
      zh: "近 90 天带来访问 {visits} 次，获赞 {likes} 个，邀请入会 {people} 人。",
      en: "{visits} visits from shares in 90 days, {likes} likes, {people} invited people.",
      parts: {
        visits: { expression: shareVisits, unit: "number" },
        likes: { expression: likes, unit: "number" },
        people: { expression: invitedMembers, unit: "number" },
      },
    },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          somethingHappened("share_visit", "2026-11-01"),
          somethingHappened("share_visit", "2026-08-24"),
          somethingHappened("like", "2026-01-01", { direction: "received" }),
          somethingHappened("referral", "2026-05-02", { role: "inviter", stage: "joined", counterpart_member_id: 8 }),
        ],
      },
      value: "13",
      zh: "1 次访问 1 分，1 个赞 2 分，1 位受邀者 10 分；8 月 24 日的访问刚好在 90 天之外。",
    },
  }),
  defineTag({
    ...social,
    owner: "analytics",
    key: "interest_topics",
    profiling: true,
    zh: "兴趣主题",
    en: "Interest topic",
    sentence_zh: "近 365 天阅读次数最多的内容主题，并列时取最近读的；读过不到 5 篇的不给出。",
    sentence_en:
      "The topic of which most contents were read in the last 365 days, of equals the latest; not given below 5 reads.",
    window_zh: "近 365 天",
    window_en: "Last 365 days",
    expression: q.choose([[q.atLeast(reads, READS_MIN), q.mode("events", "topic", read)]]),
    reason: {
      zh: "近 365 天阅读 {reads} 篇，其中{value}最多。",
      en: "Most of {reads} reads in the last 365 days were about {value}.",
      parts: { reads: { expression: reads, unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        events: ["冲泡", "产地", "冲泡", "产地", "节气"].map((topic, index) =>
          somethingHappened("content_read", `2026-05-0${index + 1}`, { topic }),
        ),
      },
      value: "产地",
      zh: "冲泡与产地各两篇，产地读得更近。",
    },
  }),
];
