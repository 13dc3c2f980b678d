export interface Point {
  readonly value: number;
  readonly gradient: readonly number[];
}

export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

const STEPS_MAX = 300;
const HALVINGS_MAX = 40;
const GRADIENT_SMALL = 1e-8;
const CHANGE_SMALL = 1e-13;
/** No step moves a parameter further than this; parameters are logarithms. */
const STEP_MAX = 1;
/** Sufficient decrease (Armijo). */
const DECREASE = 1e-4;

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const identity = (n: number) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_x, j) => +(i === j)));

/**
 * The minimum of a smooth function of a few parameters by BFGS with backtracking (Nocedal and Wright, Numerical
 * Optimization, 6.1). A point whose value is not finite counts as too far.
 */
export function minimise(f: (at: readonly number[]) => Point, start: readonly number[]): Minimum {
  let at = start;
  let here = f(at);
  let inverse = identity(start.length);
  let evaluations = 1;
  for (let step = 0; step < STEPS_MAX; step++) {
    if (Math.max(...here.gradient.map(Math.abs)) < GRADIENT_SMALL) return result(true);
    let direction = inverse.map((row) => -dot(row, here.gradient));
    if (dot(direction, here.gradient) >= 0) {
      inverse = identity(start.length);
      direction = here.gradient.map((g) => -g);
    }
    const longest = Math.max(...direction.map(Math.abs));
    const scale = longest > STEP_MAX ? STEP_MAX / longest : 1;
    const move = direction.map((d) => d * scale);
    const slope = dot(move, here.gradient);
    let part = 1;
    let next = at;
    let there = here;
    let found = false;
    for (let halving = 0; halving < HALVINGS_MAX && !found; halving++, part /= 2) {
      next = at.map((x, i) => x + part * (move[i] ?? 0));
      there = f(next);
      evaluations += 1;
      found = Number.isFinite(there.value) && there.value <= here.value + DECREASE * part * slope;
    }
    if (!found) return result(true);
    inverse = update(
      inverse,
      next.map((x, i) => x - (at[i] ?? 0)),
      there.gradient.map((g, i) => g - (here.gradient[i] ?? 0)),
    );
    const gained = here.value - there.value;
    at = next;
    here = there;
    if (gained <= CHANGE_SMALL * Math.abs(here.value)) return result(true);
  }
  return result(false);

  function result(converged: boolean): Minimum {
    return { at, value: here.value, evaluations, converged };
  }
}

/** The inverse Hessian after a step s along which the gradient changed by y. */
function update(inverse: readonly (readonly number[])[], s: readonly number[], y: readonly number[]): number[][] {
  const curvature = dot(s, y);
  if (curvature <= 1e-12) return inverse.map((row) => [...row]);
  const hy = inverse.map((row) => dot(row, y));
  const factor = (1 + dot(y, hy) / curvature) / curvature;
  return inverse.map((row, i) =>
    row.map(
      (h, j) =>
        h + factor * (s[i] ?? 0) * (s[j] ?? 0) - ((hy[i] ?? 0) * (s[j] ?? 0) + (s[i] ?? 0) * (hy[j] ?? 0)) / curvature,
    ),
  );
}
