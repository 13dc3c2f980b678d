import { defineLadder } from "../../src/tiers/ladder.ts";

/** Ordinary < 5,000 ≤ gold < 20,000 ≤ platinum ≤ 50,000 < diamond: net spend of the calendar year. */
export const GROWTH = defineLadder({
  key: "growth",
  zh: "成长型",
  en: "Growth",
  sentence_zh:
    "按自然年净消费分四级：不满 5,000 元为普通，满 5,000 元为金卡，满 20,000 元为白金，超过 50,000 元为钻石。",
  sentence_en:
    "Four tiers by the net spend of a calendar year: ordinary below ¥5,000, gold from ¥5,000, platinum from ¥20,000, diamond above ¥50,000.",
  measure: { kind: "net_spend" },
  currency: "CNY",
  window: { kind: "calendar_year" },
  grace_days: 30,
  downgrade: "one_step",
  tiers: [
    { key: "ordinary", zh: "普通", en: "Ordinary", benefits: [] },
    {
      key: "gold",
      zh: "金卡",
      en: "Gold",
      from: { at_least: 500_000 },
      benefits: [{ code: "quarterly_coupon", zh: "每季度一张优惠券", en: "A coupon each quarter" }],
    },
    {
      key: "platinum",
      zh: "白金",
      en: "Platinum",
      from: { at_least: 2_000_000 },
      benefits: [
        { code: "quarterly_coupon", zh: "每季度一张优惠券", en: "A coupon each quarter" },
        { code: "birthday_double_points", zh: "生日双倍积分", en: "Double points on the birthday" },
        { code: "birthday_gift", zh: "生日礼", en: "Birthday gift" },
        { code: "accelerated_redemption", zh: "加速兑换", en: "Accelerated redemption" },
      ],
    },
    {
      key: "diamond",
      zh: "钻石",
      en: "Diamond",
      from: { above: 5_000_000 },
      benefits: [
        { code: "birthday_double_points", zh: "生日双倍积分", en: "Double points on the birthday" },
        { code: "monthly_redemption", zh: "每月专属积分兑换", en: "Exclusive points redemption each month" },
        { code: "birthday_gift", zh: "生日礼", en: "Birthday gift" },
        { code: "priority_service", zh: "优先客服", en: "Priority service" },
        { code: "accelerated_redemption", zh: "加速兑换", en: "Accelerated redemption" },
        { code: "vip_event", zh: "VIP 活动邀请", en: "Invitation to a VIP event" },
      ],
    },
  ],
});
