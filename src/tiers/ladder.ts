import type { Expression } from "../query/index.ts";

/** What a tier gives: a code that later domains act on, and the sentence a member may read. */
export interface TierBenefit {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** A step of a ladder. Amounts are in the measure's unit: minor units of money, or points. */
export interface TierStep {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** From which amount on: `at_least` includes it, `above` does not. Absent on the lowest tier, and only there. */
  readonly from?: { readonly at_least: number } | { readonly above: number };
  /** The amount of a period that keeps the tier at its end; by default what the tier asks of those who enter. */
  readonly renew_at_least?: number;
  readonly benefits: readonly TierBenefit[];
}

/** One kind of points in a growth value. */
export interface PointsPart {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** An integer at member scope whose measures name no window: the ladder's own is put in. */
  readonly expression: Expression;
}

export type LadderMeasure =
  /** Net spend (measures.md): valid orders after refunds, less refunds without a known order on their own day. */
  | {
      readonly kind: "net_spend";
      /** No single order counts for more than this. */
      readonly cap_per_order_minor?: number;
    }
  | { readonly kind: "points"; readonly parts: readonly PointsPart[] };

export type LadderWindow =
  | { readonly kind: "calendar_year" }
  /** Years that begin on the day the member joined. */
  | { readonly kind: "anniversary" }
  | { readonly kind: "rolling"; readonly days: number };

/** A ladder as data: one JSON object, shipped in definitions/tiers or made in the console. */
export interface LadderDefinition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly measure: LadderMeasure;
  /** Only orders of this currency count. */
  readonly currency: string;
  readonly window: LadderWindow;
  /** Days after the end of a period in which the tier stays and new purchases may still save it. */
  readonly grace_days: number;
  /** How far a member falls who did not keep the tier: one step, or to what the amounts earn. */
  readonly downgrade: "one_step" | "to_earned";
  /** Lowest first. */
  readonly tiers: readonly TierStep[];
}

export const TIERS_MAX = 12;
export const BENEFITS_MAX = 20;
export const PARTS_MAX = 12;
export const AMOUNT_MAX = 1_000_000_000_000;
export const GRACE_DAYS_MAX = 366;
export const ROLLING_DAYS_MAX = 1_096;

/** Wraps a definition so that its type is checked where it is written. */
export function defineLadder(definition: LadderDefinition): LadderDefinition {
  return definition;
}

/** A step as the evaluation sees it: whole amounts only. */
export interface Step {
  readonly rank: number;
  readonly tier: string;
  readonly entry_amount: number;
  readonly renewal_amount: number;
}

/** The smallest whole amount that earns each tier; "above 50,000.00" begins one minor unit higher. */
export function stepsOf(definition: LadderDefinition): Step[] {
  return definition.tiers.map((tier, rank) => {
    const entry_amount = entryOf(tier);
    return { rank, tier: tier.key, entry_amount, renewal_amount: tier.renew_at_least ?? entry_amount };
  });
}

export function entryOf({ from }: TierStep): number {
  if (from === undefined) return 0;
  return "above" in from ? from.above + 1 : from.at_least;
}
