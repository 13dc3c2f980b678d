/** Functions of the models of customer value that the language has not; relative errors are about 1e-14. */

const SHIFT = 12;

/** ln Γ(x) for x > 0, by Stirling's series after shifting the argument up (Abramowitz and Stegun 6.1.41). */
export function logGamma(x: number): number {
  let product = 1;
  let shifted = x;
  while (shifted < SHIFT) {
    product *= shifted;
    shifted += 1;
  }
  const square = 1 / (shifted * shifted);
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188))))) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

/** ψ(x) = d ln Γ(x) / dx for x > 0 (Abramowitz and Stegun 6.3.18). */
export function digamma(x: number): number {
  let shifted = x;
  let sum = 0;
  while (shifted < SHIFT) {
    sum -= 1 / shifted;
    shifted += 1;
  }
  const square = 1 / (shifted * shifted);
  const series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132)))));
  return sum + Math.log(shifted) - 0.5 / shifted - series;
}

const TERMS_MAX = 1_000_000;
const EPSILON = 1e-15;
/** Sums are scaled down before they leave the range of numbers. */
const SCALE = 1e200;

/** ln of Gauss's ₂F₁(a, b; c; z) for a ≥ 0, b ≥ 0, c > 0 and 0 ≤ z < 1 by its series, whose terms are then positive. */
export function logHypergeometric(a: number, b: number, c: number, z: number): number {
  let [term, sum, log] = [1, 1, 0];
  for (let n = 0; n < TERMS_MAX; n++) {
    const ratio = ((a + n) * (b + n) * z) / ((c + n) * (n + 1));
    term *= ratio;
    sum += term;
    if (ratio < 1 && term <= EPSILON * sum) break;
    if (sum > SCALE) {
      sum /= SCALE;
      term /= SCALE;
      log += Math.log(SCALE);
    }
  }
  return log + Math.log(sum);
}

interface Node {
  readonly x: number;
  readonly weight: number;
}

/** Nodes and weights of Gauss–Legendre quadrature on [0, 1], by Newton's method on the Legendre polynomial. */
function legendreNodes(count: number): readonly Node[] {
  return Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 100; step++) {
      let [before, value] = [1, x];
      for (let n = 2; n <= count; n++) [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
      slope = (count * (x * value - before)) / (x * x - 1);
      const move = value / slope;
      x -= move;
      if (Math.abs(move) < EPSILON) break;
    }
    return { x: (x + 1) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

const NODES = legendreNodes(32);

/** The integral of a smooth function from 0 to `end`. */
export function integrate(f: (x: number) => number, end: number): number {
  return NODES.reduce((sum, node) => sum + node.weight * f(node.x * end), 0) * end;
}
