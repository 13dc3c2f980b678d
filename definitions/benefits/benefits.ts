import { type BenefitDefinition, defineBenefit } from "../../src/benefits/index.ts";

const DIAMOND = { ladder: "growth", tiers: ["diamond"] };
const PLATINUM_UP = { ladder: "growth", tiers: ["platinum", "diamond"] };

/** Diamond: one exclusive redemption a month, of a reward that asks for it. */
export const MONTHLY_REDEMPTION = defineBenefit({
  key: "monthly_redemption",
  zh: "每月专属积分兑换",
  en: "Exclusive points redemption each month",
  sentence_zh: "钻石会员每个自然月可兑换一次专属礼品，当月有效。",
  sentence_en: "Diamond members may redeem one exclusive reward in each calendar month.",
  audience: { kind: "tiers", of: [DIAMOND] },
  rhythm: { kind: "monthly" },
  give: { kind: "redemption" },
  remind_days: 5,
});

/** Platinum and diamond: the points programme doubles around the birthday; here it is promised and checked. */
export const BIRTHDAY_DOUBLE_POINTS = defineBenefit({
  key: "birthday_double_points",
  zh: "生日双倍积分",
  en: "Double points on the birthday",
  sentence_zh: "白金和钻石会员生日前后 3 天消费双倍积分。",
  sentence_en: "Platinum and diamond members earn double points within 3 days of their birthday.",
  audience: { kind: "tiers", of: [PLATINUM_UP] },
  rhythm: { kind: "birthday", window: { days_around: 3 } },
  give: { kind: "points_rule", rule: "birthday" },
  cost_minor: 500,
});

/** Gold and platinum: the quarterly coupon. */
export const QUARTERLY_COUPON = defineBenefit({
  key: "quarterly_coupon",
  zh: "季度优惠券",
  en: "A coupon each quarter",
  sentence_zh: "金卡和白金会员每个季度得一张优惠券。",
  sentence_en: "Gold and platinum members are given a coupon in each quarter.",
  audience: { kind: "tiers", of: [{ ladder: "growth", tiers: ["gold", "platinum"] }] },
  rhythm: { kind: "quarterly" },
  give: { kind: "coupon", coupon: "gold_quarter" },
  usable_days: 30,
  cost_minor: 3_000,
});

/** A gift in the month of the birthday, fetched in a store. */
export const BIRTHDAY_GIFT = defineBenefit({
  key: "birthday_gift",
  zh: "生日礼",
  en: "Birthday gift",
  sentence_zh: "中级和高级会员、白金和钻石会员生日当月可到店领取一份生日礼。",
  sentence_en:
    "Intermediate and senior, platinum and diamond members may fetch a gift in a store in the month of their birthday.",
  audience: { kind: "tiers", of: [PLATINUM_UP, { ladder: "growth_value", tiers: ["intermediate", "senior"] }] },
  rhythm: { kind: "birthday", window: "month" },
  give: { kind: "gift" },
  remind_days: 7,
  cost_minor: 4_500,
});

export const PRIORITY_SERVICE = defineBenefit({
  key: "priority_service",
  zh: "优先客服",
  en: "Priority service",
  sentence_zh: "钻石和高级会员的咨询优先接入，保持等级期间一直有效。",
  sentence_en: "Diamond and senior members are answered first for as long as they keep the tier.",
  audience: { kind: "tiers", of: [DIAMOND, { ladder: "growth_value", tiers: ["senior"] }] },
  rhythm: { kind: "once" },
  give: { kind: "right", right: "priority_service" },
});

export const ACCELERATED_REDEMPTION = defineBenefit({
  key: "accelerated_redemption",
  zh: "加速兑换",
  en: "Accelerated redemption",
  sentence_zh: "白金和钻石会员的兑换单优先备货发出，保持等级期间一直有效。",
  sentence_en: "Redemption orders of platinum and diamond members are served first for as long as they keep the tier.",
  audience: { kind: "tiers", of: [PLATINUM_UP] },
  rhythm: { kind: "once" },
  give: { kind: "right", right: "accelerated_redemption" },
});

export const VIP_EVENT = defineBenefit({
  key: "vip_event",
  zh: "VIP 活动邀请",
  en: "Invitation to a VIP event",
  sentence_zh: "钻石会员每个季度受邀参加一次 VIP 活动。",
  sentence_en: "Diamond members are invited to a VIP event in each quarter.",
  audience: { kind: "tiers", of: [DIAMOND] },
  rhythm: { kind: "quarterly" },
  give: { kind: "invitation" },
  remind_days: 14,
  cost_minor: 20_000,
});

export const SHIPPED_BENEFITS: readonly BenefitDefinition[] = [
  MONTHLY_REDEMPTION,
  BIRTHDAY_DOUBLE_POINTS,
  QUARTERLY_COUPON,
  BIRTHDAY_GIFT,
  PRIORITY_SERVICE,
  ACCELERATED_REDEMPTION,
  VIP_EVENT,
];
