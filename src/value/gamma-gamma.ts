import { minimise } from "./optimiser.ts";
import { digamma, logGamma } from "./special-functions.ts";

/**
 * The Gamma-Gamma model of spend per purchase: P. Fader and B. Hardie, The Gamma-Gamma Model of Monetary Value (2013,
 * brucehardie.com/notes/025). Purchases of a member are gamma(p, ν), and ν is gamma(q, v) over members.
 */
export interface GammaGamma {
  readonly p: number;
  readonly q: number;
  /** In the unit of money of the data. */
  readonly v: number;
}

export interface SpendHistory {
  /** Repeat purchases. */
  readonly x: number;
  /** Mean spend of the repeat purchases. */
  readonly mean: number;
}

export interface GammaGammaFit extends GammaGamma {
  readonly log_likelihood: number;
  readonly members: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

/** Log-likelihood and its derivatives by p, q, v (the note's equation 1a). */
function likelihood(
  rows: readonly SpendHistory[],
  unit: number,
  { p, q, v }: GammaGamma,
): { value: number; slopes: [number, number, number] } {
  let [value, dp, dq, dv] = [0, 0, 0, 0];
  const [log_v, gamma_q, digamma_q] = [Math.log(v), logGamma(q), digamma(q)];
  for (const row of rows) {
    const { x } = row;
    const mean = row.mean / unit;
    const shape = p * x;
    const total = x * mean + v;
    const log_total = Math.log(total);
    const log_mean = Math.log(mean);
    value += logGamma(shape + q) - logGamma(shape) - gamma_q + q * log_v;
    value += (shape - 1) * log_mean + shape * Math.log(x) - (shape + q) * log_total;
    const together = digamma(shape + q);
    dp += x * (together - digamma(shape) + log_mean + Math.log(x) - log_total);
    dq += together - digamma_q + log_v - log_total;
    dv += q / v - (shape + q) / total;
  }
  return { value, slopes: [dp, dq, dv] };
}

const namesOf = (logs: readonly number[]): GammaGamma => {
  const [p = 1, q = 1, v = 1] = logs.map(Math.exp);
  return { p, q, v };
};
const LOG_MAX = 15;

/**
 * Parameters of the greatest likelihood over members with a repeat purchase. Money is divided by its mean during the
 * search.
 * @returns undefined where fewer than two members bought twice.
 */
export function fitGammaGamma(histories: Iterable<SpendHistory>): GammaGammaFit | undefined {
  const rows = [...histories].filter((row) => row.x > 0 && row.mean > 0);
  const members = rows.length;
  if (members < 2) return undefined;
  const unit = rows.reduce((sum, row) => sum + row.mean, 0) / members;
  const found = minimise(
    (logs) => {
      if (logs.some((log) => Math.abs(log) > LOG_MAX)) return { value: Number.POSITIVE_INFINITY, gradient: [0, 0, 0] };
      const at = namesOf(logs);
      const { value, slopes } = likelihood(rows, unit, at);
      const [dp, dq, dv] = slopes;
      return { value: -value / members, gradient: [dp * at.p, dq * at.q, dv * at.v].map((slope) => -slope / members) };
    },
    [Math.log(2), Math.log(3), 0],
  );
  const scaled = namesOf(found.at);
  const parameters = { ...scaled, v: scaled.v * unit };
  const { value } = likelihood(rows, 1, parameters);
  const { evaluations, converged } = found;
  return { ...parameters, log_likelihood: value, members, evaluations, converged };
}

/**
 * Expected spend per purchase (the note's equation 5): between the mean of all and the member's own, the nearer to the own
 * the more purchases. @returns undefined where the mean of all does not exist (q ≤ 1) and the member has no repeat.
 */
export function expectedSpend({ p, q, v }: GammaGamma, { x, mean }: SpendHistory): number | undefined {
  const below = p * x + q - 1;
  return below <= 0 ? undefined : (p * (v + x * mean)) / below;
}
