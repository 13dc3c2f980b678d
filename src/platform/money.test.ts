import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, divideHalfUp, multiplyScaled, parseScaled } from "./money.ts";

describe("decimal text to scaled integers", () => {
  it.each([
    ["12.345", 2, 1235n],
    ["-12.345", 2, -1235n],
    ["0.001", 2, 0n],
    ["0.005", 2, 1n],
    [".5", 0, 1n],
    ["7", 6, 7_000_000n],
    ["+3.10", 2, 310n],
  ])("%s at scale %i is %s", (text, scale, expected) => expect(parseScaled(text, scale)).toBe(expected));

  it.each(["", "abc", "1e5", "1,000", "--1", "."])("%j is not a plain decimal", (text) =>
    expect(parseScaled(text, 2)).toBeUndefined(),
  );

  it("multiplies quantity by price without floating point", () => {
    // 3 × 0.85 = 2.55; in binary floating point 2.55 * 100 is 254.99…
    expect(multiplyScaled(3n, 850_000n, 4)).toBe(255n);
    expect(divideHalfUp(-5n, 2n)).toBe(-3n);
  });
});

describe("allocate", () => {
  it("adds up exactly and stays within one unit of the exact share", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.array(fc.nat(100_000), { minLength: 1, maxLength: 30 }),
        (total, weights) => {
          const parts = allocate(total, weights);
          expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
          const sum = weights.reduce((a, b) => a + b, 0);
          if (sum > 0)
            for (const [i, part] of parts.entries())
              expect(Math.abs(part - (total * (weights[i] ?? 0)) / sum)).toBeLessThanOrEqual(1.001);
        },
      ),
    );
  });

  it("gives ties to the earlier part", () => expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]));
});
