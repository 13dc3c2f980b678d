import { expect, it } from "vitest";
import { chanceOf, ratioTest } from "./chi-square.ts";

it.each([
  [3.841459, 1, 0.05],
  [10.827566, 1, 0.001],
  [5.991465, 2, 0.05],
  [13.815511, 2, 0.001],
  [0.004, 1, 0.949571],
  [18.307038, 10, 0.05],
])("the chance of a χ² of %d with %d degrees of freedom is that of the tables", (chi, degrees, chance) => {
  expect(chanceOf(chi, degrees)).toBeCloseTo(chance, 5);
});

it("warns of shares that chance does not explain, and says nothing of a few members", () => {
  expect(
    ratioTest([
      { members: 5_060, expected: 5_000 },
      { members: 4_940, expected: 5_000 },
    ]),
  ).toMatchObject({ mismatch: false });
  expect(
    ratioTest([
      { members: 5_200, expected: 5_000 },
      { members: 4_800, expected: 5_000 },
    ]),
  ).toMatchObject({ mismatch: true });
  expect(
    ratioTest([
      { members: 4, expected: 2 },
      { members: 0, expected: 2 },
    ]),
  ).toBeNull();
  expect(
    ratioTest([
      { members: 50, expected: 50 },
      { members: 1, expected: 0 },
    ]),
  ).toMatchObject({ mismatch: true });
});
