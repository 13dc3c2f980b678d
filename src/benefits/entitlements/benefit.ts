import { type Static, Type } from "typebox";
import { AMOUNT_MINOR_MAX, COUPON_KEY } from "../coupons/definition.ts";

export const LADDERS_MAX = 12;
const TIERS_MAX = 12;
const DAYS_MAX = 366;
/** A window of so many days on either side of a birthday never meets the next one. */
const AROUND_MAX = 31;
const POINTS_MAX = 1_000_000;

const closed = { additionalProperties: false } as const;
const Key = Type.String({ pattern: COUPON_KEY });
const Days = (description: string) =>
  Type.Union([Type.Integer({ minimum: 1, maximum: DAYS_MAX }), Type.Null()], { description });

export const AUDIENCES = {
  tiers: Type.Object(
    {
      kind: Type.Literal("tiers"),
      of: Type.Array(
        Type.Object({ ladder: Key, tiers: Type.Array(Key, { minItems: 1, maxItems: TIERS_MAX }) }, closed),
        { minItems: 1, maxItems: LADDERS_MAX, description: "Counts while the ladder is the one in force" },
      ),
    },
    closed,
  ),
  segment: Type.Object({ kind: Type.Literal("segment"), segment_id: Type.Integer({ minimum: 1 }) }, closed),
  everyone: Type.Object({ kind: Type.Literal("everyone") }, closed),
} as const;
export const Audience = Type.Union([AUDIENCES.tiers, AUDIENCES.segment, AUDIENCES.everyone]);

export const BirthdayWindow = Type.Union([
  Type.Literal("day"),
  Type.Literal("month"),
  Type.Object({ days_around: Type.Integer({ minimum: 1, maximum: AROUND_MAX }) }, closed),
]);

export const RHYTHMS = {
  once: Type.Object({ kind: Type.Literal("once") }, closed),
  monthly: Type.Object({ kind: Type.Literal("monthly") }, closed),
  quarterly: Type.Object({ kind: Type.Literal("quarterly") }, closed),
  birthday: Type.Object({ kind: Type.Literal("birthday"), window: BirthdayWindow }, closed),
} as const;
export const Rhythm = Type.Union([RHYTHMS.once, RHYTHMS.monthly, RHYTHMS.quarterly, RHYTHMS.birthday]);

export const GIVES = {
  /** A coupon of the newest open batch of a definition. */
  coupon: Type.Object({ kind: Type.Literal("coupon"), coupon: Key }, closed),
  points: Type.Object(
    {
      kind: Type.Literal("points"),
      points: Type.Integer({ minimum: 1, maximum: POINTS_MAX }),
      valid_days: Days("How long the points live; null: they do not expire"),
      budget: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    },
    closed,
  ),
  /** Holds while it can be used and its member is among those it is for. */
  right: Type.Object({ kind: Type.Literal("right"), right: Key }, closed),
  /** A rule of the points programme that gives by itself: promised here, and checked to be there. */
  points_rule: Type.Object({ kind: Type.Literal("points_rule"), rule: Key }, closed),
  /** One redemption of a reward that asks for this benefit. */
  redemption: Type.Object({ kind: Type.Literal("redemption") }, closed),
  /** Handed out by a person in a store. */
  gift: Type.Object({ kind: Type.Literal("gift") }, closed),
  /** Answered by a person who notes that the member came. */
  invitation: Type.Object({ kind: Type.Literal("invitation") }, closed),
} as const;
export const Give = Type.Union([
  GIVES.coupon,
  GIVES.points,
  GIVES.right,
  GIVES.points_rule,
  GIVES.redemption,
  GIVES.gift,
  GIVES.invitation,
]);

export const BenefitDefinition = Type.Object(
  {
    key: Key,
    zh: Type.String({ minLength: 1, maxLength: 60 }),
    en: Type.String({ minLength: 1, maxLength: 120 }),
    sentence_zh: Type.String({ minLength: 1, maxLength: 400 }),
    sentence_en: Type.String({ minLength: 1, maxLength: 400 }),
    audience: Audience,
    rhythm: Rhythm,
    give: Give,
    usable_days: Days("Days in which it can be used, the day it is granted included; null: until its period ends"),
    remind_days: Type.Union([Type.Integer({ minimum: 0, maximum: DAYS_MAX }), Type.Null()], {
      description: "So many days before its last day whoever has not used it is reminded; null: never",
    }),
    cost_minor: Type.Integer({ minimum: 0, maximum: AMOUNT_MINOR_MAX, description: "What one is expected to cost" }),
  },
  closed,
);

/** A benefit as data: for whom, how often, what. */
export type BenefitDefinition = Static<typeof BenefitDefinition>;
export type Audience = Static<typeof Audience>;
export type Rhythm = Static<typeof Rhythm>;
export type Give = Static<typeof Give>;

type Shipped = Omit<BenefitDefinition, "usable_days" | "remind_days" | "cost_minor"> &
  Partial<Pick<BenefitDefinition, "usable_days" | "remind_days" | "cost_minor">>;

/** A definition whose silence means: until its period ends, without a reminder, at no cost. */
export function defineBenefit(benefit: Shipped): BenefitDefinition {
  return { usable_days: null, remind_days: null, cost_minor: 0, ...benefit };
}
