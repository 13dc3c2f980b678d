/** Issued values that a review judges at least; of a tag with fewer, all are judged and the tag cannot pass. */
export const REVIEW_SAMPLE_MIN = 200;
/** Every stratum is looked at, however small. */
export const STRATUM_SAMPLE_MIN = 3;
/** A tag passes when the lower bound of its accuracy reaches this. */
export const PASS_BP = 9_200;
/** Below this coverage a tag counts as not issued. */
export const ISSUED_COVERAGE_BP = 6_000;

export interface Stratum {
  readonly stratum: string;
  /** Members with such a value. */
  readonly population: number;
}
export interface JudgedStratum extends Stratum {
  readonly sampled: number;
  readonly judged: number;
  readonly right: number;
}

export interface ReviewFigures {
  readonly sampled: number;
  readonly judged: number;
  readonly right: number;
  /** Weighted by strata; null before anything was judged. */
  readonly right_bp: number | null;
  /** The Wilson 95 % lower bound. */
  readonly lower_bp: number | null;
}

/**
 * How many of each stratum to draw: in proportion by largest remainders, at least STRATUM_SAMPLE_MIN each (or all there
 * are). The sum is at least `wanted`, or the whole population.
 */
export function allocate(strata: readonly Stratum[], wanted: number): Map<string, number> {
  const population = strata.reduce((sum, one) => sum + one.population, 0);
  const total = Math.min(wanted, population);
  const exact = strata.map((one) => ({ ...one, share: population === 0 ? 0 : (total * one.population) / population }));
  const taken = new Map(exact.map((one) => [one.stratum, Math.floor(one.share)]));
  const rest = total - [...taken.values()].reduce((sum, count) => sum + count, 0);
  const byRemainder = [...exact].sort((a, b) => (b.share % 1) - (a.share % 1) || (a.stratum < b.stratum ? -1 : 1));
  for (const { stratum } of byRemainder.slice(0, rest)) taken.set(stratum, (taken.get(stratum) ?? 0) + 1);
  for (const one of strata) {
    const least = Math.min(STRATUM_SAMPLE_MIN, one.population);
    taken.set(one.stratum, Math.max(least, taken.get(one.stratum) ?? 0));
  }
  return taken;
}

const Z = 1.959963984540054;

/**
 * The lower end of the Wilson score interval at 95 % for a share `p` of `n` (Wilson 1927): 192 of 200 give 0.9231, which
 * passes 92 %; 191 give 0.9167, which does not.
 */
export function wilsonLower(p: number, n: number): number {
  if (n <= 0) return 0;
  const zz = Z * Z;
  const spread = Z * Math.sqrt((p * (1 - p)) / n + zz / (4 * n * n));
  return Math.max(0, (p + zz / (2 * n) - spread) / (1 + zz / n));
}

/**
 * Accuracy of a sample: the shares of right in each stratum, weighted by how many members have such a value; "cannot tell"
 * is not right. Strata without a judgement are left out of the weights. The bound takes the effective size of the sample
 * by Kish, 1 ÷ Σ(W² ÷ n): drawn in proportion that is the number judged, with small strata drawn more densely it is less.
 */
export function figuresOf(strata: readonly JudgedStratum[]): ReviewFigures {
  const sum = (field: "sampled" | "judged" | "right") => strata.reduce((total, one) => total + one[field], 0);
  const counted = strata.filter((one) => one.judged > 0);
  const whole = counted.reduce((total, one) => total + one.population, 0);
  const base = { sampled: sum("sampled"), judged: sum("judged"), right: sum("right") };
  if (whole === 0) return { ...base, right_bp: null, lower_bp: null };
  let share = 0;
  let inverse = 0;
  for (const one of counted) {
    const weight = one.population / whole;
    share += weight * (one.right / one.judged);
    inverse += (weight * weight) / one.judged;
  }
  const lower = wilsonLower(share, 1 / inverse);
  return { ...base, right_bp: Math.round(share * 10_000), lower_bp: Math.floor(lower * 10_000 + 1e-6) };
}

export type ReviewState = "not_issued" | "unreviewed" | "reviewing" | "too_few" | "passed" | "failed";

/** What a tag's review says of it. @param coverage_bp members with a value; null when not counted yet */
export function stateOf(figures: ReviewFigures | undefined, coverage_bp: number | null): ReviewState {
  if (coverage_bp !== null && coverage_bp < ISSUED_COVERAGE_BP) return "not_issued";
  if (figures === undefined) return "unreviewed";
  if (figures.judged < figures.sampled) return "reviewing";
  if (figures.judged < REVIEW_SAMPLE_MIN) return "too_few";
  return (figures.lower_bp ?? 0) >= PASS_BP ? "passed" : "failed";
}
