import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { basisPoints, deviation, effect, findings, logP, shownCells } from "./portrait-statistics.ts";

describe("how far a group is from chance", () => {
  test("z is the hypergeometric one, and the pooled two-proportion z but for a factor", () => {
    const [k, n, k_all, n_all] = [41, 100, 120, 1000];
    const [rest, inRest] = [n_all - n, k_all - k];
    const pooled = (k / n - inRest / rest) / Math.sqrt((k_all / n_all) * (1 - k_all / n_all) * (1 / n + 1 / rest));
    expect(deviation({ k, n, k_all, n_all })).toBeCloseTo(pooled * Math.sqrt((n_all - 1) / n_all), 10);
  });

  test("no test where the group is everybody, a value is everybody's, or too few are expected", () => {
    expect(deviation({ k: 5, n: 100, k_all: 5, n_all: 100 })).toBeNull();
    expect(deviation({ k: 50, n: 50, k_all: 100, n_all: 100 })).toBeNull();
    expect(deviation({ k: 3, n: 40, k_all: 4, n_all: 100 })).toBeNull();
  });

  test("p-values are those of the tables, and go on beyond what a number can hold", () => {
    expect(Math.exp(logP(1.959964))).toBeCloseTo(0.05, 6);
    expect(Math.exp(logP(-2.575829))).toBeCloseTo(0.01, 6);
    expect(Math.exp(logP(1.9999999))).toBeCloseTo(Math.exp(logP(2)), 6);
    expect(Math.exp(logP(4)) / 6.3342484e-5).toBeCloseTo(1, 6);
    expect(logP(60)).toBeCloseTo(Math.log(2) - 1800 - Math.log(60 + 1 / 60) - 0.5 * Math.log(2 * Math.PI), 6);
  });

  test("Benjamini and Hochberg's own example: four findings of fifteen", () => {
    // their data on thrombolysis, Journal of the Royal Statistical Society B 57 (1995), section 4
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(findings(p.map(Math.log), 0.05).filter(Boolean)).toHaveLength(4);
    expect(findings([], 0.05)).toEqual([]);
  });

  test("random groups are called unusual no more often than promised", () => {
    // 40 tags of true share 0.3 in groups drawn at random: any finding is false
    let state = 7;
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state / 2 ** 31;
    };
    let rounds = 0;
    for (let round = 0; round < 100; round++) {
      const tests = Array.from({ length: 40 }, () => {
        const k = Array.from({ length: 100 }, () => (random() < 0.3 ? 1 : 0)).reduce<number>((a, b) => a + b, 0);
        return logP(deviation({ k, n: 100, k_all: 3000, n_all: 10_000 }) ?? 0);
      });
      if (findings(tests).some(Boolean)) rounds += 1;
    }
    expect(rounds / 100).toBeLessThan(0.12);
  });

  test("sizes of effects", () => {
    expect(effect(0.5, 0.5)).toBe(0);
    expect(effect(0.9, 0.5)).toBeCloseTo(0.9273, 4);
    expect([basisPoints(1, 3), basisPoints(1, 2), basisPoints(0, 0)]).toEqual([3333, 5000, null]);
  });
});

describe("no person can be read out of a cell", () => {
  const counts = fc.array(fc.nat({ max: 40 }), { maxLength: 12 });

  test("no small cell is shown, and what is hidden is nobody, or ten at least, or everything", () => {
    fc.assert(
      fc.property(counts, fc.nat({ max: 25 }), (cells, unlisted) => {
        const shown = shownCells(cells, unlisted, 10);
        const hidden = unlisted + cells.reduce((sum, count, index) => (shown[index] === true ? sum : sum + count), 0);
        expect(cells.every((count, index) => shown[index] !== true || count >= 10)).toBe(true);
        expect(hidden === 0 || hidden >= 10 || shown.every((one) => !one)).toBe(true);
      }),
    );
  });

  test("nothing is hidden without need", () => {
    expect(shownCells([10, 30, 50], 0, 10)).toEqual([true, true, true]);
    expect(shownCells([30, 7, 50], 0, 10)).toEqual([false, false, true]);
    expect(shownCells([30, 7, 4, 50], 0, 10)).toEqual([true, false, false, true]);
    expect(shownCells([30, 0, 50], 0, 10)).toEqual([true, false, true]);
  });
});
