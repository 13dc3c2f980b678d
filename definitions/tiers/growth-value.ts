import { column, count, countDistinct, equals, isIn, multiply, ratio, sum } from "../../src/query/builder.ts";
import { defineLadder } from "../../src/tiers/ladder.ts";

/** Junior, intermediate, senior by points for spend and activity of the calendar year. */
export const GROWTH_VALUE = defineLadder({
  key: "growth_value",
  zh: "成长值型",
  en: "Growth value",
  sentence_zh:
    "按自然年成长值分三级：净消费每元 1 点，评价一次 20 点，分享一次 5 点，每个登录日 2 点；满 1,000 点为中级，满 5,000 点为高级。",
  sentence_en:
    "Three tiers by the growth value of a calendar year: 1 point a yuan of net spend, 20 a review, 5 a share, 2 a day with a log-in; intermediate from 1,000, senior from 5,000 points.",
  measure: {
    kind: "points",
    parts: [
      {
        key: "spend",
        zh: "净消费每元 1 点",
        en: "1 point a yuan of net spend",
        expression: ratio(sum("purchase_days", "net_minor", { where: equals(column("currency"), "CNY") }), 100, 0),
      },
      {
        key: "reviews",
        zh: "每次评价 20 点",
        en: "20 points a review",
        expression: multiply(count("events", { where: isIn(column("kind"), ["review"]) }), 20),
      },
      {
        key: "shares",
        zh: "每次分享 5 点",
        en: "5 points a share",
        expression: multiply(count("events", { where: isIn(column("kind"), ["share"]) }), 5),
      },
      {
        key: "login_days",
        zh: "每个登录日 2 点",
        en: "2 points a day with a log-in",
        expression: multiply(countDistinct("events", "business_day", { where: isIn(column("kind"), ["login"]) }), 2),
      },
    ],
  },
  currency: "CNY",
  window: { kind: "calendar_year" },
  grace_days: 30,
  downgrade: "one_step",
  tiers: [
    { key: "junior", zh: "初级", en: "Junior", benefits: [] },
    {
      key: "intermediate",
      zh: "中级",
      en: "Intermediate",
      from: { at_least: 1_000 },
      benefits: [{ code: "birthday_gift", zh: "生日礼", en: "Birthday gift" }],
    },
    {
      key: "senior",
      zh: "高级",
      en: "Senior",
      from: { at_least: 5_000 },
      benefits: [
        { code: "birthday_gift", zh: "生日礼", en: "Birthday gift" },
        { code: "priority_service", zh: "优先客服", en: "Priority service" },
      ],
    },
  ],
});
