import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import { named, one, somethingHappened } from "./shared.ts";

const today = "2026-11-22";
const points = {
  owner: "operations",
  family: "consumption",
  privacy: "L2",
  freshness: "event",
  window_zh: "全部历史",
  window_en: "All history",
} as const;
const moved = q.equals(q.column("kind"), "points_movement");
const total = (where?: ReturnType<typeof q.and>) =>
  q.sum("events", "points", { where: where === undefined ? moved : q.and(moved, where) });
const balance = total();
const earned = total(q.compare(q.column("points"), ">", 0));
/** Words for taking points off, the vocabulary's own first. */
const REDEEMED = ["redeem", "redemption", "burn", "exchange", "兑换", "积分兑换", "抵扣", "积分抵扣"];
const NOT_REDEEMED = ["return", "refund", "expired", "expiry", "adjust", "退货", "退款", "过期", "失效", "调整"];
const redeemed = q.subtract(0, total(q.isIn(q.column("reason"), REDEEMED)));
const unexplained = q.count("events", {
  where: q.and(
    moved,
    q.compare(q.column("points"), "<", 0),
    q.not(q.isIn(q.column("reason"), [...REDEEMED, ...NOT_REDEEMED])),
  ),
});
const movements = q.count("events", { where: moved });

const move = (day: string, amount: number, reason: string) =>
  somethingHappened("points_movement", day, { points: amount, reason });

/** 消费行为: what the member does with points. */
export const POINTS_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...points,
    key: "points_use_rate",
    zh: "积分使用率",
    en: "Points use rate",
    sentence_zh:
      "有记录以来兑换的积分占获得积分的比例，期初余额算作获得，过期与退货扣回不算兑换；有扣减说不清原因的不给出。",
    sentence_en:
      "Points redeemed as a share of all points earned since records began; an opening balance counts as earned, expiry and returns are no redemption; not given where points went for an unknown reason.",
    unit: "share",
    expression: q.choose([[q.equals(unexplained, 0), q.ratio(redeemed, earned, 4)]]),
    reason: {
      zh: "兑换 {redeemed} ÷ 获得 {earned}。",
      en: "{redeemed} redeemed of {earned} earned.",
      parts: { redeemed: { expression: redeemed, unit: "points" }, earned: { expression: earned, unit: "points" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        events: [
          move("2026-01-01", 800, "opening_balance"),
          move("2026-02-01", 200, "purchase"),
          move("2026-03-01", -250, "redeem"),
          move("2026-04-01", -50, "return"),
          move("2026-05-01", -100, "expired"),
        ],
      },
      value: "0.2500",
      zh: "兑换 250 ÷ 获得 1000。",
    },
  }),
  defineTag({
    ...points,
    key: "points_balance_band",
    zh: "积分余额段",
    en: "Points balance band",
    sentence_zh: "全部积分变动之和（当前余额）所在的区间；从没有积分变动的不给出。",
    sentence_en: "The band of the sum of all points movements (the present balance); not given without any movement.",
    values: [
      named("none", "无余额", "None", "余额为零或为负", "Zero or below"),
      named("low", "不到 500", "Below 500", "1 至 499 分", "1 to 499 points"),
      named("middle", "500–1999", "500–1999", "500 至 1999 分", "500 to 1999 points"),
      named("high", "2000 以上", "2000 and more", "2000 分及以上", "2000 points or more"),
    ],
    expression: q.choose([
      [
        q.atLeast(movements, 1),
        q.bands(
          balance,
          [
            [1, "none"],
            [500, "low"],
            [2000, "middle"],
          ],
          "high",
        ),
      ],
    ]),
    reason: {
      zh: "{movements} 笔变动合计余额 {balance}。",
      en: "{movements} movements leave {balance}.",
      parts: { movements: { expression: movements, unit: "number" }, balance: { expression: balance, unit: "points" } },
    },
    example: {
      today,
      rows: { ...one(), events: [move("2026-01-01", 700, "purchase"), move("2026-02-01", -200, "redeem")] },
      value: "middle",
      zh: "700 − 200 = 500 分。",
    },
  }),
];
