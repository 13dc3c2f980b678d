/**
 * The arithmetic of a portrait: how far a group differs from a base, and how sure that is.
 *
 * Null hypothesis: the group of n members was drawn at random, without replacement, from the N members of group and base
 * together, of whom K have the value. Then the k of the group who have it follow the hypergeometric distribution, and
 * z = (k − nK/N) ÷ √(n · K/N · (1 − K/N) · (N − n)/(N − 1)). This is the pooled two-proportion z-test of the group
 * against those of the base who are not in it, but for a factor √((N − 1)/N) (R. Fisher 1935; Agresti, Categorical Data
 * Analysis, 3.5). The normal form is used only where all four expected counts are at least 5 (Cochran 1954).
 *
 * A portrait makes hundreds of tests at once: what it calls unusual is controlled by the step-up procedure of Benjamini
 * and Hochberg (1995), so that of all findings no more than FALSE_FINDINGS are expected to be chance. The tests of one
 * tag's values depend on each other, for which the procedure is known to hold in the positively dependent case only
 * (Benjamini and Yekutieli 2001); with thousands of members what it lets pass is far beyond either bound.
 */
export interface Counts {
  /** Members of the group with the value, and all of the group (of those who have a value at all). */
  readonly k: number;
  readonly n: number;
  /** The same of group and base together. */
  readonly k_all: number;
  readonly n_all: number;
}

/** Of all deviations called unusual, the share that may be chance. */
export const FALSE_FINDINGS = 0.05;
const EXPECTED_MIN = 5;

/** Standard deviations from what chance would give; null where the group is everybody or too few are expected. */
export function deviation({ k, n, k_all, n_all }: Counts): number | null {
  const rest = n_all - n;
  if (rest <= 0 || k_all <= 0 || k_all >= n_all) return null;
  const share = k_all / n_all;
  const expected = [n * share, n * (1 - share), rest * share, rest * (1 - share)];
  if (Math.min(...expected) < EXPECTED_MIN) return null;
  return (k - n * share) / Math.sqrt((n * share * (1 - share) * rest) / (n_all - 1));
}

/** ln of the two-sided p-value of a normal deviation: beyond 38 the value itself is no number of a computer any more. */
export function logP(z: number): number {
  const x = Math.abs(z);
  if (x < 2) return Math.log(2 * upperTail(x));
  // P(Z > x) = φ(x) ÷ (x + 1 ÷ (x + 2 ÷ (x + 3 ÷ …))) (Abramowitz and Stegun 26.2.14), which needs no tables far out
  let fraction = x;
  for (let term = FRACTION_TERMS; term > 0; term--) fraction = x + term / fraction;
  return Math.log(2) - (x * x) / 2 - 0.5 * Math.log(2 * Math.PI) - Math.log(fraction);
}

const FRACTION_TERMS = 60;

/** P(Z > x), 0 ≤ x < 2, to 7.5e-8 (Abramowitz and Stegun 26.2.17). */
function upperTail(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = series.reduceRight((inner, coefficient) => (inner + coefficient) * t, 0);
  return (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

/**
 * Which of many tests are findings, by Benjamini and Hochberg: the largest i with p(i) ≤ i ÷ m × q and all below it.
 * @param log_p ln p of each test that was made.
 */
export function findings(log_p: readonly number[], q: number = FALSE_FINDINGS): boolean[] {
  const order = log_p.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  let last = -1;
  for (const [rank, { value }] of order.entries()) {
    if (value <= Math.log(((rank + 1) / order.length) * q)) last = rank;
  }
  const found = log_p.map(() => false);
  for (const { index } of order.slice(0, last + 1)) found[index] = true;
  return found;
}

/** The size of a difference of two shares, comparable near 0 and near 1: |2·asin√p − 2·asin√q| (Cohen's h, 1988). */
export function effect(p: number, q: number): number {
  return Math.abs(2 * Math.asin(Math.sqrt(p)) - 2 * Math.asin(Math.sqrt(q)));
}

/** Half up, in 1/10,000; null where there is nothing to divide by. */
export function basisPoints(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part * 20_000 + whole) / (2 * whole));
}

/**
 * Cells of which no person can be read: those below `least` members are hidden, and where the hidden ones together are
 * still below `least`, so that they would follow from the total, the next smallest as well.
 * @param unlisted members of the whole who are in no cell given. @returns for each count whether it may be shown.
 */
export function shownCells(counts: readonly number[], unlisted: number, least: number): boolean[] {
  const order = counts.map((count, index) => ({ count, index })).sort((a, b) => a.count - b.count);
  const shown = counts.map(() => true);
  let hidden = unlisted;
  for (const { count, index } of order) {
    if (count >= least && (hidden === 0 || hidden >= least)) break;
    shown[index] = false;
    hidden += count;
  }
  return shown;
}
