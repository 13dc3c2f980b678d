import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, figuresOf, stateOf, STRATUM_SAMPLE_MIN, wilsonLower } from "./review-figures.ts";

const one = (right: number, judged: number, population = 10_000) => [
  { stratum: "a", population, sampled: judged, judged, right },
];

describe("the accuracy of a reviewed tag", () => {
  test("passes with 192 right of 200 and not with 191", () => {
    expect(figuresOf(one(192, 200))).toMatchObject({ right_bp: 9_600, lower_bp: 9_230 });
    expect(stateOf(figuresOf(one(192, 200)), 8_000)).toBe("passed");
    expect(figuresOf(one(191, 200))).toMatchObject({ right_bp: 9_550, lower_bp: 9_167 });
    expect(stateOf(figuresOf(one(191, 200)), 8_000)).toBe("failed");
  });

  test("is bounded as worked out by hand: 200 of 200 give 98.11 %, 0 of 10 give 0", () => {
    expect(figuresOf(one(200, 200)).lower_bp).toBe(9_811);
    expect(wilsonLower(0, 10)).toBe(0);
    expect(Math.round(wilsonLower(0.5, 10) * 10_000)).toBe(2_366);
  });

  test("is weighted by strata: a rare value that is always wrong costs its weight, not its share of the sample", () => {
    const strata = [
      { stratum: "common", population: 9_900, sampled: 197, judged: 197, right: 197 },
      { stratum: "rare", population: 100, sampled: 3, judged: 3, right: 0 },
    ];
    expect(figuresOf(strata)).toMatchObject({ right: 197, judged: 200, right_bp: 9_900 });
    // half of the sample in a stratum of one per cent is worth little: the bound falls though the share is the same
    const dense = [
      { stratum: "common", population: 9_900, sampled: 100, judged: 100, right: 100 },
      { stratum: "rare", population: 100, sampled: 100, judged: 100, right: 0 },
    ];
    expect(figuresOf(dense).right_bp).toBe(9_900);
    expect(figuresOf(dense).lower_bp).toBeLessThan(figuresOf(strata).lower_bp ?? 0);
  });

  test("says nothing before the sample is judged, of too few values, or below 60 % coverage", () => {
    expect(stateOf(undefined, 9_000)).toBe("unreviewed");
    expect(
      stateOf(figuresOf([{ ...one(5, 5)[0], stratum: "a", population: 9, sampled: 200, judged: 5, right: 5 }]), 9_000),
    ).toBe("reviewing");
    expect(stateOf(figuresOf(one(50, 50)), 9_000)).toBe("too_few");
    expect(stateOf(figuresOf(one(200, 200)), 5_999)).toBe("not_issued");
    expect(stateOf(figuresOf(one(200, 200)), 6_000)).toBe("passed");
    expect(figuresOf([])).toMatchObject({ right_bp: null, lower_bp: null });
  });
});

test("a sample is drawn from every stratum, never more than there is, at least as many as wanted or all", () => {
  const strata = fc
    .array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 12 })
    .map((sizes) => sizes.map((population, index) => ({ stratum: `s${index}`, population })));
  fc.assert(
    fc.property(strata, fc.integer({ min: 1, max: 400 }), (given, wanted) => {
      const taken = allocate(given, wanted);
      let sum = 0;
      for (const { stratum, population } of given) {
        const count = taken.get(stratum) ?? 0;
        sum += count;
        expect(count).toBeGreaterThanOrEqual(Math.min(STRATUM_SAMPLE_MIN, population));
        expect(count).toBeLessThanOrEqual(population);
      }
      const population = given.reduce((all, stratum) => all + stratum.population, 0);
      expect(sum).toBeGreaterThanOrEqual(Math.min(wanted, population));
      expect(sum).toBeLessThanOrEqual(Math.min(wanted, population) + given.length * STRATUM_SAMPLE_MIN);
    }),
    { numRuns: 200 },
  );
});
