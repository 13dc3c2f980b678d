import { defineLadder } from "../../src/tiers/ladder.ts";

const points = {
  code: "point_per_yuan",
  zh: "商品净额每满 1 元积 1 分，每单向下取整",
  en: "One point per whole yuan of line net, rounded down per order",
};

/** Ordinary, silver ≥ 10,000, gold ≥ 30,000, diamond ≥ 100,000, with a price reduction each. */
export const CLASSIC = defineLadder({
  key: "classic",
  zh: "经典型",
  en: "Classic",
  sentence_zh: "按近 365 天净消费分四级：满 10,000 元银卡享 8 折，满 30,000 元金卡享 7 折，满 100,000 元钻石享 5 折。",
  sentence_en:
    "Four tiers by the net spend of 365 days: silver from ¥10,000 with 20 % off, gold from ¥30,000 with 30 % off, diamond from ¥100,000 with 50 % off.",
  measure: { kind: "net_spend" },
  currency: "CNY",
  window: { kind: "rolling", days: 365 },
  grace_days: 0,
  downgrade: "to_earned",
  tiers: [
    { key: "ordinary", zh: "普通", en: "Ordinary", benefits: [points] },
    {
      key: "silver",
      zh: "银卡",
      en: "Silver",
      from: { at_least: 1_000_000 },
      benefits: [points, { code: "price_80", zh: "全场 8 折", en: "20 % off" }],
    },
    {
      key: "gold",
      zh: "金卡",
      en: "Gold",
      from: { at_least: 3_000_000 },
      benefits: [points, { code: "price_70", zh: "全场 7 折", en: "30 % off" }],
    },
    {
      key: "diamond",
      zh: "钻石",
      en: "Diamond",
      from: { at_least: 10_000_000 },
      benefits: [points, { code: "price_50", zh: "全场 5 折", en: "50 % off" }],
    },
  ],
});
