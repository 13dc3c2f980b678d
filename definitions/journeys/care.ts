import * as q from "../../src/query/builder.ts";
import { anniversaryWithin } from "../../src/segments/anniversaries.ts";
import type { Scene } from "../../src/journeys/scenes/scene.ts";
import { bought, giftOf, happened, inbox, joined, order, topTier } from "./shared.ts";

/** Three days before the birthday, and not again on the days up to it: whoever entered does not for 300 days. */
const birthdayAhead = anniversaryWithin(q.member("birth_month"), q.member("birth_day"), 3);

export const BIRTHDAY: Scene = {
  key: "birthday",
  zh: "生日关怀",
  en: "Birthday care",
  sentence_zh: "生日前三天上午祝福并告诉生日权益；白金和钻石由专属顾问出面，其他会员看人气款；两周内没来的再提醒一次。",
  sentence_en:
    "Three days before the birthday wishes and what it brings; platinum and diamond from their adviser, others with popular goods; reminded once after two weeks.",
  goal_zh: "生日前后两周内购买",
  goal_en: "A purchase around the birthday",
  journey: {
    entry: { kind: "schedule", every: "day", at: "09:30", condition: birthdayAhead },
    reentry: { kind: "again", after_days: 300 },
    goal: { event: "order", exit: true },
    hold_out_percent: 0,
    start: "top",
    nodes: {
      top: { kind: "condition", condition: topTier, then: "personal", otherwise: "wishes" },
      personal: { kind: "message", template: "birthday_personal", next: "comes" },
      wishes: { kind: "message", template: "birthday_wishes", next: "comes" },
      comes: { kind: "wait", for: { amount: 14, unit: "days" }, next: "remind" },
      remind: { kind: "message", template: "birthday_remind", next: "out" },
      out: { kind: "exit" },
    },
  },
  templates: [
    inbox(
      "birthday_personal",
      "生日祝福（白金、钻石）",
      "marketing",
      "{{ member.name }}，生日快乐",
      "您的专属顾问为您留了一份生日心意，按您的口味选的。到店或快递，告诉顾问就好。",
    ),
    inbox(
      "birthday_wishes",
      "生日祝福",
      "marketing",
      "{{ member.name }}，生日快乐",
      "生日权益已经放进「我的权益」。这个月最受欢迎的几款，送给自己刚刚好。",
    ),
    inbox("birthday_remind", "生日权益提醒", "marketing", "生日权益还没有用", "生日权益快到期了，别忘了用。"),
  ],
  example: {
    zh: "11 月 10 日生日：7 日上午九点半祝福，14 天没有来，21 日提醒。",
    en: "Born on 10 November: wishes on the 7th at half past nine, reminded on the 21st.",
    published: "2026-11-05T12:00:00+08:00",
    until: "2026-11-22T12:00:00+08:00",
    records: [joined("2026-10-01T10:00:00+08:00", { birthday: "1990-11-10" })],
    way: [
      ["2026-11-07T09:30:00+08:00", "top"],
      ["2026-11-07T09:30:00+08:00", "wishes"],
      ["2026-11-21T09:30:00+08:00", "comes"],
      ["2026-11-21T09:30:00+08:00", "remind"],
    ],
    messages: [
      ["2026-11-07T09:30:00+08:00", "birthday_wishes"],
      ["2026-11-21T09:30:00+08:00", "birthday_remind"],
    ],
  },
};

export const REVIEW: Scene = {
  key: "after_purchase",
  zh: "购后评价",
  en: "Post-purchase review",
  sentence_zh: "下单七天后晚上七点请会员评价，退了货或已评价的不打扰；评价了送 20 积分。",
  sentence_en:
    "Seven days after an order, at seven in the evening, a review is asked for, not of who returned or has reviewed; a review earns 20 points.",
  goal_zh: "评价",
  goal_en: "A review",
  journey: {
    entry: { kind: "event", event: "order" },
    reentry: { kind: "again", after_days: 14 },
    goal: { event: "review", exit: false },
    hold_out_percent: 0,
    start: "week",
    nodes: {
      week: { kind: "wait", for: { amount: 7, unit: "days" }, at: "19:00", next: "fits" },
      fits: {
        kind: "condition",
        condition: q.and(bought(10), q.not(happened("return", 10)), q.not(happened("review", 10))),
        then: "ask",
        otherwise: "out",
      },
      ask: {
        kind: "message",
        template: "after_purchase_ask",
        variables: { order_no: { from: "event", value: "order_no" } },
        next: "reviews",
      },
      reviews: {
        kind: "wait_until",
        event: "review",
        within: { amount: 7, unit: "days" },
        then: "gift",
        otherwise: "out",
      },
      gift: { kind: "points", points: 20, valid_days: 90, next: "thanks" },
      thanks: { kind: "message", template: "after_purchase_thanks", next: "out" },
      out: { kind: "exit" },
    },
  },
  templates: [
    inbox(
      "after_purchase_ask",
      "请评价",
      "service",
      "用得怎么样？",
      "{{ member.name }}，上次买的（订单 {{ order_no }}）还满意吗？说几句，帮别人少走弯路，评价后送您 20 积分。",
    ),
    inbox("after_purchase_thanks", "感谢评价", "service", "谢谢您的评价", "20 积分已送到，您的意见我们会认真看。"),
  ],
  example: {
    zh: "2 日下单，9 日晚七点请评价，10 日中午评价，送积分并感谢。",
    en: "An order on the 2nd, asked on the 9th at seven, reviewed on the 10th at noon: points and thanks.",
    published: "2026-11-01T09:00:00+08:00",
    until: "2026-11-12T12:00:00+08:00",
    records: [
      joined("2026-10-01T10:00:00+08:00"),
      order("2026-11-02T14:00:00+08:00", "V-1", 9_900),
      { at: "2026-11-10T12:00:00+08:00", kind: "review", body: { review_id: "V-1", sku: "TEA", rating: 5 } },
    ],
    way: [
      ["2026-11-09T19:00:00+08:00", "week"],
      ["2026-11-09T19:00:00+08:00", "fits"],
      ["2026-11-09T19:00:00+08:00", "ask"],
      ["2026-11-10T12:00:00+08:00", "reviews"],
      ["2026-11-10T12:00:00+08:00", "gift"],
      ["2026-11-10T12:00:00+08:00", "thanks"],
    ],
    messages: [
      ["2026-11-09T19:00:00+08:00", "after_purchase_ask", { order_no: "V-1" }],
      ["2026-11-10T12:00:00+08:00", "after_purchase_thanks"],
    ],
  },
};

export const REFUND: Scene = {
  key: "refund_apology",
  zh: "退款致歉",
  en: "Refund apology",
  sentence_zh:
    "退款一小时后（晚上则次日上午）致歉并问原因；白金和钻石由专属顾问出面；两周没有再买的，送 30 积分请回来。",
  sentence_en:
    "An hour after a refund, or the next morning, an apology that asks why; platinum and diamond by their adviser; who has not bought again after two weeks is given 30 points.",
  goal_zh: "两个月内再次购买",
  goal_en: "Another purchase within two months",
  journey: {
    entry: { kind: "event", event: "return" },
    reentry: { kind: "again", after_days: 30 },
    goal: { event: "order", exit: true },
    hold_out_percent: 0,
    start: "hour",
    nodes: {
      hour: { kind: "wait", for: { amount: 1, unit: "hours" }, next: "daytime" },
      daytime: { kind: "window", from: "09:00", until: "21:00", next: "top" },
      top: { kind: "condition", condition: topTier, then: "personal", otherwise: "sorry" },
      personal: { kind: "message", template: "refund_apology_personal", next: "weeks" },
      sorry: {
        kind: "message",
        template: "refund_apology_notice",
        variables: { refund: { from: "event", value: "amount_minor" } },
        next: "weeks",
      },
      weeks: { kind: "wait", for: { amount: 14, unit: "days" }, at: "10:30", next: "gift" },
      gift: { kind: "points", points: 30, valid_days: 60, next: "back" },
      back: { kind: "message", template: "refund_apology_back", variables: giftOf("gift"), next: "watched" },
      watched: { kind: "wait", for: { amount: 45, unit: "days" }, next: "out" },
      out: { kind: "exit" },
    },
  },
  templates: [
    inbox(
      "refund_apology_personal",
      "退款致歉（白金、钻石）",
      "service",
      "{{ member.name }}，这次没能让您满意，抱歉",
      "退款已经在办。您的专属顾问想听听哪里不合适，方便时回一句就好，下次按您的要求为您挑。",
    ),
    inbox(
      "refund_apology_notice",
      "退款致歉",
      "service",
      "这次没能让您满意，抱歉",
      "{{ member.name }}，{% if refund %}{{ refund }} 元{% endif %}退款已经在办。哪里不合适，欢迎告诉我们，我们会改。",
    ),
    inbox(
      "refund_apology_back",
      "退款后请回",
      "marketing",
      "送您 {{ points }} 积分，再试一次",
      "积分已送到，{{ until }}前可以用。这几款退货最少、回购最多，供您参考。",
    ),
  ],
  example: {
    zh: "晚上九点半退款：次日上午九点致歉；两周后送积分；三天后又下单，离开旅程。",
    en: "A refund at half past nine in the evening: an apology at nine the next morning; points after two weeks; an order three days later ends it.",
    published: "2026-11-01T09:00:00+08:00",
    until: "2026-11-22T12:00:00+08:00",
    records: [
      joined("2026-10-01T10:00:00+08:00"),
      order("2026-10-20T14:00:00+08:00", "F-1", 9_900),
      {
        at: "2026-11-02T21:30:00+08:00",
        kind: "return",
        body: { return_no: "F-1-R", original_order_no: "F-1", whole_order: true, currency: "CNY" },
      },
      order("2026-11-20T14:00:00+08:00", "F-2", 9_900),
    ],
    way: [
      ["2026-11-02T22:30:00+08:00", "hour"],
      ["2026-11-03T09:00:00+08:00", "daytime"],
      ["2026-11-03T09:00:00+08:00", "top"],
      ["2026-11-03T09:00:00+08:00", "sorry"],
      ["2026-11-17T10:30:00+08:00", "weeks"],
      ["2026-11-17T10:30:00+08:00", "gift"],
      ["2026-11-17T10:30:00+08:00", "back"],
    ],
    messages: [
      ["2026-11-03T09:00:00+08:00", "refund_apology_notice", { refund: "99.00" }],
      ["2026-11-17T10:30:00+08:00", "refund_apology_back", { points: 30, until: "2027年1月15日" }],
    ],
  },
};
