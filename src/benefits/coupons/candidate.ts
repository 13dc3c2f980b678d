import type { BusinessDay } from "../../platform/index.ts";
import type { CouponDefinition } from "./definition.ts";

/** How a coupon stands before a basket is looked at. `used`: held, redeemed or voided. */
export type CandidateState = "usable" | "used" | "expired" | "withdrawn" | "unknown";

/** One coupon that a basket is asked about. */
export interface Candidate {
  /** What the caller calls it: the number of an issued coupon, a place in the request. */
  readonly ref: string;
  readonly definition: CouponDefinition;
  readonly state: CandidateState;
  readonly owner_fits: boolean;
  /** It belongs to a member, or is counted by member. */
  readonly needs_member: boolean;
  readonly first_day: BusinessDay | null;
  readonly last_day: BusinessDay | null;
  /** Whose limits it is under; null: none. */
  readonly batch_id: number | null;
}

/** What a batch can still give; null: no limit. */
export interface Limits {
  readonly uses_left: number | null;
  readonly period_left: number | null;
  readonly member_left: number | null;
  readonly budget_left_minor: number | null;
}

/** The brand's rules for all coupons together. */
export interface StackingRules {
  /** Coupons in one order. */
  readonly coupons_max: number;
  /** Coupons together leave of each line at least so many percent of what it costs, rounded up. */
  readonly floor_percent: number;
}
export const STACKING_DEFAULT: StackingRules = { coupons_max: 3, floor_percent: 0 };
