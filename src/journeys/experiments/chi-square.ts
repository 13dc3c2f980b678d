/** ln Γ(z) by Lanczos' approximation, to fifteen digits for z > 0. */
function lnGamma(z: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const x = z - 1;
  const t = x + 7.5;
  const sum = coefficients.reduce((all, one, at) => all + one / (x + at + 1), 0.9999999999998099);
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}

const STEPS_MAX = 1_000;
const SMALL = 1e-15;

/** The chance that a χ² of so many degrees of freedom is at least so great: the upper incomplete gamma function. */
export function chanceOf(chi_square: number, degrees: number): number {
  const [a, x] = [degrees / 2, chi_square / 2];
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - lnGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < STEPS_MAX && term > sum * SMALL; n += 1) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  // Lentz's continued fraction
  let b = x + 1 - a;
  let c = 1 / Number.MIN_VALUE ** 0.5;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < STEPS_MAX; n += 1) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < SMALL) break;
  }
  return front * h;
}

/** Below this the shares did not come about by chance. */
export const MISMATCH_BELOW = 0.001;
/** The test says nothing of fewer members than this in a variant. */
const EXPECTED_MIN = 5;

export interface RatioTest {
  readonly chi_square: number;
  readonly chance: number;
  readonly mismatch: boolean;
}

/** Whether members are shared out as they should be; null where there are too few to say. */
export function ratioTest(
  variants: readonly { readonly members: number; readonly expected: number }[],
): RatioTest | null {
  if (variants.some(({ members, expected }) => expected === 0 && members > 0))
    return { chi_square: Number.MAX_VALUE, chance: 0, mismatch: true };
  const counted = variants.filter(({ expected }) => expected > 0);
  if (counted.length < 2 || counted.some(({ expected }) => expected < EXPECTED_MIN)) return null;
  const chi_square = counted.reduce((sum, { members, expected }) => sum + (members - expected) ** 2 / expected, 0);
  const chance = chanceOf(chi_square, counted.length - 1);
  return { chi_square, chance, mismatch: chance < MISMATCH_BELOW };
}
