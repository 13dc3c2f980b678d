import { describe, expect, it } from "vitest";
import { beta, exponential, gamma, lognormal, normal, poisson } from "./distributions.ts";
import { Random } from "./random.ts";

const DRAWS = 60_000;

function moments(draw: (random: Random) => number): { mean: number; variance: number } {
  const random = new Random(11);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < DRAWS; i++) {
    const x = draw(random);
    sum += x;
    squares += x * x;
  }
  return { mean: sum / DRAWS, variance: squares / DRAWS - (sum / DRAWS) ** 2 };
}

/** Mean and variance by the textbook; four standard errors for the mean, a tenth for the variance. */
const CASES: readonly (readonly [string, (random: Random) => number, number, number])[] = [
  ["normal", normal, 0, 1],
  ["exponential, mean 4", (r) => exponential(r, 4), 4, 16],
  ["gamma, shape 0.75 scale 4", (r) => gamma(r, 0.75, 4), 3, 12],
  ["gamma, shape 5 scale 2", (r) => gamma(r, 5, 2), 10, 20],
  ["beta 2, 3", (r) => beta(r, 2, 3), 0.4, 0.04],
  ["poisson 0.4", (r) => poisson(r, 0.4), 0.4, 0.4],
  ["poisson 12", (r) => poisson(r, 12), 12, 12],
  ["poisson 200, by halves", (r) => poisson(r, 200), 200, 200],
  [
    "lognormal, median 2 sigma 0.5",
    (r) => lognormal(r, 2, 0.5),
    2 * Math.exp(0.125),
    4 * Math.exp(0.25) * (Math.exp(0.25) - 1),
  ],
];

describe("distributions have the moments of their textbook", () => {
  it.each(CASES)("%s", (_name, draw, mean, variance) => {
    const found = moments(draw);
    expect(Math.abs(found.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / DRAWS));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.1);
  });

  it("a Poisson mean of zero or below gives nothing", () => {
    expect(poisson(new Random(1), 0)).toBe(0);
    expect(poisson(new Random(1), -1)).toBe(0);
  });
});
