import { minimise } from "./optimiser.ts";
import { digamma, integrate, logGamma, logHypergeometric } from "./special-functions.ts";

/**
 * The BG/NBD model of repeat purchases: P. Fader, B. Hardie and K. L. Lee, "Counting Your Customers" the Easy Way: An
 * Alternative to the Pareto/NBD Model, Marketing Science 24 (2005). While alive a member buys at random at a rate λ,
 * gamma(r, alpha) over members; after each purchase the member leaves with a chance p, beta(a, b) over members.
 */
export interface BgNbd {
  readonly r: number;
  /** In the unit of time of the data. */
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/** What the model needs to know of a member; times in one unit since the first purchase. */
export interface PurchaseHistory {
  /** Repeat purchases: purchase days after the first. */
  readonly x: number;
  /** When the last purchase was; 0 without a repeat. */
  readonly t_x: number;
  /** How long the member has been watched. */
  readonly T: number;
}

export interface BgNbdFit extends BgNbd {
  readonly log_likelihood: number;
  readonly members: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

interface Groups {
  readonly x: Float64Array;
  readonly t_x: Float64Array;
  readonly T: Float64Array;
  readonly members: Float64Array;
  /** Members by x: the gamma functions depend on nothing else. */
  readonly byX: ReadonlyMap<number, number>;
}

/** Members of the same history are one row; times are divided by `unit`. */
function group(histories: Iterable<PurchaseHistory>, unit: number): Groups {
  const counts = new Map<string, { history: PurchaseHistory; members: number }>();
  const byX = new Map<number, number>();
  for (const history of histories) {
    const key = `${history.x} ${history.t_x} ${history.T}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { history, members: 1 });
    else known.members += 1;
    byX.set(history.x, (byX.get(history.x) ?? 0) + 1);
  }
  const rows = [...counts.values()];
  return {
    x: Float64Array.from(rows, (row) => row.history.x),
    t_x: Float64Array.from(rows, (row) => row.history.t_x / unit),
    T: Float64Array.from(rows, (row) => row.history.T / unit),
    members: Float64Array.from(rows, (row) => row.members),
    byX,
  };
}

/** Log-likelihood and its derivatives by r, alpha, a, b (the paper's equation 6, terms as logarithms). */
function likelihood(g: Groups, { r, alpha, a, b }: BgNbd): { value: number; slopes: [number, number, number, number] } {
  let [value, dr, dalpha, da, db] = [0, 0, 0, 0, 0];
  for (const [x, members] of g.byX) {
    value += members * (logGamma(r + x) - logGamma(r) + r * Math.log(alpha));
    value += members * (logGamma(a + b) + logGamma(b + x) - logGamma(b) - logGamma(a + b + x));
    dr += members * (digamma(r + x) - digamma(r) + Math.log(alpha));
    dalpha += (members * r) / alpha;
    const shared = digamma(a + b) - digamma(a + b + x);
    da += members * shared;
    db += members * (shared + digamma(b + x) - digamma(b));
  }
  for (let i = 0; i < g.x.length; i++) {
    const [x, members] = [g.x[i] ?? 0, g.members[i] ?? 0];
    const alive = alpha + (g.T[i] ?? 0);
    const log_alive = Math.log(alive);
    const stays = -(r + x) * log_alive;
    if (x === 0) {
      value += members * stays;
      dr -= members * log_alive;
      dalpha -= (members * r) / alive;
      continue;
    }
    const last = alpha + (g.t_x[i] ?? 0);
    const log_last = Math.log(last);
    const leaves = Math.log(a) - Math.log(b + x - 1) - (r + x) * log_last;
    const most = Math.max(stays, leaves);
    const sum = most + Math.log(Math.exp(stays - most) + Math.exp(leaves - most));
    const left = Math.exp(leaves - sum);
    value += members * sum;
    dr -= members * ((1 - left) * log_alive + left * log_last);
    dalpha -= members * (r + x) * ((1 - left) / alive + left / last);
    da += (members * left) / a;
    db -= (members * left) / (b + x - 1);
  }
  return { value, slopes: [dr, dalpha, da, db] };
}

const namesOf = (logs: readonly number[]): BgNbd => {
  const [r = 1, alpha = 1, a = 1, b = 1] = logs.map(Math.exp);
  return { r, alpha, a, b };
};
/** Logarithms of parameters beyond this mean that the data do not tell: the search stops there. */
const LOG_MAX = 7;

/**
 * Parameters of the greatest likelihood. Time is divided by its longest span during the search, and the parameters are
 * looked for as logarithms.
 * @returns undefined where nobody bought twice: the data cannot tell anything about repeats.
 */
export function fitBgNbd(histories: Iterable<PurchaseHistory>): BgNbdFit | undefined {
  const list = [...histories];
  const unit = list.reduce((longest, history) => Math.max(longest, history.T), 0);
  if (unit === 0 || !list.some((history) => history.x > 0)) return undefined;
  const g = group(list, unit);
  const members = list.length;
  const found = minimise(
    (logs) => {
      if (logs.some((log) => Math.abs(log) > LOG_MAX))
        return { value: Number.POSITIVE_INFINITY, gradient: [0, 0, 0, 0] };
      const at = namesOf(logs);
      const { value, slopes } = likelihood(g, at);
      const [dr, dalpha, da, db] = slopes;
      const gradient = [dr * at.r, dalpha * at.alpha, da * at.a, db * at.b].map((slope) => -slope / members);
      return { value: -value / members, gradient };
    },
    [Math.log(0.5), Math.log(0.2), 0, Math.log(2)],
  );
  const scaled = namesOf(found.at);
  const parameters = { ...scaled, alpha: scaled.alpha * unit };
  const { value } = likelihood(group(list, 1), parameters);
  const { evaluations, converged } = found;
  return { ...parameters, log_likelihood: value, members, evaluations, converged };
}

/** Chance that a member will buy again. Without a repeat it is 1 by definition of the model. */
export function aliveChance({ r, alpha, a, b }: BgNbd, { x, t_x, T }: PurchaseHistory): number {
  if (x === 0) return 1;
  const odds = Math.log(a) - Math.log(b + x - 1) + (r + x) * (Math.log(alpha + T) - Math.log(alpha + t_x));
  return 1 / (1 + Math.exp(odds));
}

/**
 * Expected purchases in the next `t`, of a member with x repeats who is alive at T.
 *
 * The paper's closed form divides by a − 1. This is its derivative by time, integrated over y = ln((alpha+T+s)/(alpha+T)):
 * (r+x) ∫ e^{−(r+x)y} ₂F₁(r+x+1, b+x; a+b+x; 1−e^{−y}) dy. By Euler's transformation the same is
 * (r+x) ∫ e^{−(a−1)y} ₂F₁(a+b−r−1, a; a+b+x; 1−e^{−y}) dy, which is shorter where a+b−r−1 ≥ 0. Neither has a singular a,
 * all terms are positive, and as logarithms they cannot overflow for large x.
 */
export function purchasesIfAlive({ r, alpha, a, b }: BgNbd, x: number, T: number, t: number): number {
  const first = a + b - r - 1;
  const density = (y: number) => {
    const z = -Math.expm1(-y);
    return first >= 0
      ? Math.exp(logHypergeometric(first, a, a + b + x, z) - (a - 1) * y)
      : Math.exp(logHypergeometric(r + x + 1, b + x, a + b + x, z) - (r + x) * y);
  };
  return (r + x) * integrate(density, Math.log1p(t / (alpha + T)));
}

/** Expected purchases of anybody in `t` after the first purchase (the paper's equation 9). */
export function expectedPurchases(model: BgNbd, t: number): number {
  return purchasesIfAlive(model, 0, 0, t);
}

/** Expected purchases of a member in the next `t` (the paper's equation 10). */
export function conditionalPurchases(model: BgNbd, history: PurchaseHistory, t: number): number {
  return aliveChance(model, history) * purchasesIfAlive(model, history.x, history.T, t);
}
