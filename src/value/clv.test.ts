import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bandOfValue,
  borderRanks,
  daysOf,
  factorOf,
  growthOf,
  lifetimeValue,
  ratesOf,
  spendAYear,
  type Totals,
  yearsOf,
} from "./clv.ts";

const totals: Totals = {
  history_days: 900,
  buyers: 400,
  repeat_buyers: 100,
  m_minor: 44_000,
  buyers_before: 300,
  m_before_minor: 30_000,
};

/** A ratio in lowest terms, added step by step: another way to the same number. */
class Ratio {
  readonly n: bigint;
  readonly d: bigint;
  constructor(n: bigint, d: bigint) {
    let [a, b] = [n < 0n ? -n : n, d];
    while (b !== 0n) [a, b] = [b, a % b];
    this.n = n / (a || 1n);
    this.d = d / (a || 1n);
  }
  plus = (o: Ratio) => new Ratio(this.n * o.d + o.n * this.d, this.d * o.d);
  times = (o: Ratio) => new Ratio(this.n * o.n, this.d * o.d);
  rounded(): bigint {
    const floor = (a: bigint, b: bigint) => (a >= 0n ? a / b : -((-a + b - 1n) / b));
    const away = (a: bigint) => floor(2n * a + this.d, 2n * this.d);
    return this.n >= 0n ? away(this.n) : -away(-this.n);
  }
}

describe("CLV by the house formula", () => {
  test("P 200.00, T 4, R 0.5, G 0.10, N 3 is 1,456.40", () => {
    const factor = factorOf({ n: 1n, d: 2n }, { n: 10n, d: 100n }, 3);
    expect(lifetimeValue({ n: 20_000n * 4n, d: 1n }, factor)).toBe(145_640n);
  });

  test("is the sum over the years, rounded once, for any member and parameters", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 100_000_000 }),
        fc.nat({ max: 3_000 }),
        fc.nat({ max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: -300, max: 300 }),
        fc.integer({ min: 1, max: 5 }),
        (m, since, bought, more, g, years) => {
          const members = bought + more;
          const yearly = new Ratio(BigInt(m) * 365n, BigInt(Math.min(365, Math.max(90, since + 1))));
          const growth = new Ratio(1_000n + BigInt(g), 1_000n);
          let [sum, power] = [new Ratio(0n, 1n), new Ratio(1n, 1n)];
          for (let n = 1; n <= years; n++) {
            power = power.times(growth);
            sum = sum.plus(yearly.times(new Ratio(BigInt(bought), BigInt(members))).times(power));
          }
          const factor = factorOf({ n: BigInt(bought), d: BigInt(members) }, { n: BigInt(g), d: 1_000n }, years);
          expect(lifetimeValue(spendAYear(m, since), factor)).toBe(sum.rounded());
        },
      ),
    );
  });

  test("T counts the days since the first purchase, between 90 and 365", () => {
    expect([0, 88, 89, 90, 364, 365, 3_000].map(daysOf)).toEqual([90, 90, 90, 91, 365, 365, 365]);
  });

  test("N is the whole years that R gives, from 1 to 5", () => {
    const years = [
      [0, 10],
      [49, 100],
      [1, 2],
      [2, 3],
      [74, 100],
      [3, 4],
      [79, 100],
      [4, 5],
      [99, 100],
      [7, 7],
      [0, 0],
    ];
    expect(years.map(([bought = 0, members = 0]) => yearsOf(bought, members))).toEqual([
      1, 1, 2, 3, 3, 4, 4, 5, 5, 5, 1,
    ]);
  });

  test("R falls back from the cell to its class, to all, and to the repurchase rate", () => {
    const counts = [
      { cell: "A1", members: 100, bought: 90 },
      { cell: "A2", members: 99, bought: 50 },
      { cell: "B1", members: 99, bought: 33 },
      { cell: "C3", members: 200, bought: 20 },
    ] as const;
    const rates = new Map(ratesOf(counts, totals).map((rate) => [rate.cell, rate]));
    expect(rates.get("A1")).toMatchObject({ source: "cell", bought: 90, members: 100, years: 5 });
    expect(rates.get("A2")).toMatchObject({ source: "class", bought: 140, members: 199 });
    expect(rates.get("B1")).toMatchObject({ source: "all", bought: 193, members: 498 });
    expect(rates.get("C1")).toMatchObject({ source: "class", bought: 20, members: 200, years: 1 });
    const short = ratesOf(counts, { ...totals, history_days: 729 });
    expect(short.every((rate) => rate.source === "repurchase" && rate.bought === 100 && rate.members === 400)).toBe(
      true,
    );
  });

  test("G compares spend per buyer, between −0.30 and +0.30, and is 0 without two years", () => {
    expect(Number(growthOf(totals).n) / Number(growthOf(totals).d)).toBeCloseTo(0.1, 12);
    expect(growthOf({ ...totals, m_minor: 100_000 })).toEqual({ n: 30n, d: 100n });
    expect(growthOf({ ...totals, m_minor: 1_000 })).toEqual({ n: -30n, d: 100n });
    expect(growthOf({ ...totals, history_days: 729 })).toEqual({ n: 0n, d: 1n });
    expect(growthOf({ ...totals, m_before_minor: 0 })).toEqual({ n: 0n, d: 1n });
  });

  test("bands begin at their borders", () => {
    expect(borderRanks(101)).toEqual({ high: 16, middle: 51 });
    const borders = { high_minor: 100, middle_minor: 50 };
    expect([100, 99, 50, 49].map((value) => bandOfValue(value, borders))).toEqual(["high", "middle", "middle", "low"]);
  });
});
