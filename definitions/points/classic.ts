import { defineProgramme } from "../../src/points/rules/programme.ts";

/** One point per whole yuan of line net, rounded down per order; double on the member day of each month. */
export const CLASSIC_POINTS = defineProgramme({
  key: "classic",
  zh: "经典型积分",
  en: "Classic points",
  sentence_zh: "商品净额每满 1 元积 1 分，每单向下取整；退货期过后可用，次年年底到期。",
  sentence_en:
    "One point per whole yuan of line net, rounded down per order; usable after the return window, to the end of the next year.",
  currency: "CNY",
  combine: "best",
  pending_days: 7,
  expiry: { kind: "calendar", month: 12, day: 31, years: 1 },
  grace_days: 30,
  worth: { points: 100, minor: 100 },
  notice_days: 30,
  rules: [
    {
      kind: "amount",
      key: "per_yuan",
      zh: "消费积分",
      en: "Points for spending",
      points: 1,
      per_minor: 100,
      rounding: "down_per_order",
    },
  ],
});
