import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandEdges, bandOf, classOf, deriveThresholds, levelOf, rfmCurrency, rfmDay, windowStart } from "./rfm.ts";

const people = fc.array(
  fc.record({ f: fc.integer({ min: 1, max: 40 }), m_minor: fc.integer({ min: -50_000, max: 900_000 }) }),
  { minLength: 1, maxLength: 200 },
);

describe("thresholds by nearest rank", () => {
  test("M_hi is the ⌈0.15 N⌉-th largest M, ties are high; F_hi the middle F of the high, at least 2", () => {
    const population = [900, 800, 800, 700, 600, 500, 400, 300, 200, 100].map((m_minor, i) => ({
      m_minor,
      f: [9, 4, 3, 1, 1, 1, 1, 1, 1, 1][i] ?? 1,
    }));
    // ⌈1.5⌉ = 2nd largest is 800; three are at or above it, with F 3, 4, 9: the 2nd smallest is 4
    expect(deriveThresholds(population)).toEqual({ m_hi_minor: 800, f_hi: 4, r1_days: 30, r2_days: 90 });
    expect(deriveThresholds([{ m_minor: 500, f: 1 }])).toMatchObject({ m_hi_minor: 500, f_hi: 2 });
    expect(deriveThresholds([])).toBeUndefined();
  });

  test("at least 15 % are high value, fewer than 15 % above the threshold, and at least half of the high are frequent or F_hi is 2", () => {
    fc.assert(
      fc.property(people, (population) => {
        const t = deriveThresholds(population);
        if (t === undefined) throw new Error("no thresholds");
        const high = population.filter((p) => classOf(p, t) !== "C").length;
        expect(high * 100).toBeGreaterThanOrEqual(15 * population.length);
        expect(population.filter((p) => p.m_minor > t.m_hi_minor).length * 100).toBeLessThan(15 * population.length);
        const frequent = population.filter((p) => classOf(p, t) === "A").length;
        expect(t.f_hi === 2 || frequent * 2 >= high).toBe(true);
      }),
    );
  });

  test("borders belong to the better level", () => {
    const t = { m_hi_minor: 1, f_hi: 2, r1_days: 30, r2_days: 90 };
    expect([0, 30, 31, 90, 91].map((days) => levelOf(days, t))).toEqual([1, 1, 2, 2, 3]);
  });
});

describe("the day D", () => {
  const now = new Date("2026-11-22T02:00:00Z");
  test("is the last closed business day, also without a purchase for some weeks", () => {
    expect(rfmDay(now, "Asia/Shanghai", "2026-10-25")).toEqual({ business_day: "2026-11-21", data_ended: false });
    expect(rfmDay(now, "Asia/Shanghai", null)).toEqual({ business_day: "2026-11-21", data_ended: false });
  });
  test("is the last day with a purchase where the data ended earlier", () => {
    expect(rfmDay(now, "Asia/Shanghai", "2011-12-09")).toEqual({ business_day: "2011-12-09", data_ended: true });
  });
  test("closes a window of 365 days", () => {
    expect(windowStart("2011-12-09")).toBe("2010-12-10");
    expect(windowStart("2024-02-29")).toBe("2023-03-02");
  });
});

test("one currency is layered: the brand's, else the one most members bought in", () => {
  expect(
    rfmCurrency("CNY", [
      { currency: "GBP", members: 900 },
      { currency: "CNY", members: 1 },
    ]),
  ).toBe("CNY");
  expect(
    rfmCurrency("CNY", [
      { currency: "USD", members: 3 },
      { currency: "GBP", members: 900 },
    ]),
  ).toBe("GBP");
  expect(
    rfmCurrency("CNY", [
      { currency: "USD", members: 3 },
      { currency: "GBP", members: 3 },
    ]),
  ).toBe("GBP");
  expect(rfmCurrency("CNY", [])).toBe("CNY");
});

describe("bands of the maps", () => {
  test("are fifths by rank; ties make empty bands, and every value has one", () => {
    expect(bandEdges([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual([1, 3, 5, 7, 9]);
    expect(bandEdges([1, 1, 1, 1, 1, 1, 1, 1, 2, 9])).toEqual([1, 1, 1, 1, 2]);
    expect([1, 2, 9].map((f) => bandOf(f, [1, 1, 1, 1, 2]))).toEqual([4, 5, 5]);
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const edges = bandEdges(values);
        expect(edges).toHaveLength(5);
        for (const value of values) expect(edges[bandOf(value, edges) - 1]).toBeLessThanOrEqual(value);
      }),
    );
  });
});
