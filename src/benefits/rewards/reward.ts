import { type Static, Type } from "typebox";
import { problem } from "../../platform/index.ts";
import { AMOUNT_MINOR_MAX, COUPON_KEY } from "../coupons/definition.ts";
import { LADDERS_MAX } from "../entitlements/benefit.ts";
import { shapeProblems } from "../entitlements/benefit-check.ts";
import "./errors.ts";

const POINTS_MAX = 100_000_000;
const CAP_MAX = 10_000;
const closed = { additionalProperties: false } as const;
const Key = Type.String({ pattern: COUPON_KEY });

export const RewardDefinition = Type.Object(
  {
    key: Key,
    zh: Type.String({ minLength: 1, maxLength: 60 }),
    en: Type.String({ minLength: 1, maxLength: 120 }),
    points: Type.Integer({ minimum: 1, maximum: POINTS_MAX }),
    cash_minor: Type.Integer({ minimum: 0, maximum: AMOUNT_MINOR_MAX, description: "To be paid beside the points" }),
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    member_max: Type.Union([Type.Integer({ minimum: 1, maximum: CAP_MAX }), Type.Null()], {
      description: "How many one member may have in all; null: no limit",
    }),
    tiers: Type.Array(Key, { maxItems: LADDERS_MAX, description: "Only for members of these tiers; none: for all" }),
    needs: Type.Union([Key, Type.Null()], { description: "Takes one redemption by this benefit" }),
  },
  closed,
);
/** Something that points buy, with cash beside them or not. */
export type RewardDefinition = Static<typeof RewardDefinition>;

/** @throws benefits.bad_reward with every place that is wrong */
export function readReward(input: unknown): RewardDefinition {
  const problems = shapeProblems(RewardDefinition, input);
  const [first] = problems;
  if (first === undefined) return input as RewardDefinition;
  throw problem(
    "benefits.bad_reward",
    { count: problems.length, place: first.path, first_zh: first.zh, first_en: first.en },
    problems,
  );
}
