import { describe, expect, it } from "vitest";
import { hash, Random, uniformOf } from "./random.ts";

describe("seeded random numbers", () => {
  it("the same path gives the same stream, another path another one", () => {
    const draws = (random: Random) => Array.from({ length: 5 }, () => random.next());
    expect(draws(new Random(1, 2))).toEqual(draws(new Random(1, 2)));
    expect(draws(new Random(1, 2))).not.toEqual(draws(new Random(2, 1)));
    expect(draws(new Random(9).reseed(1, 2))).toEqual(draws(new Random(1, 2)));
  });

  it("stays what it is: worlds made earlier can be made again", () => {
    const random = new Random(20_260_218, 7);
    expect([random.next(), random.next(), random.next()]).toMatchInlineSnapshot(`
      [
        3493552240,
        1097672587,
        1034665145,
      ]
    `);
  });

  it("is uniform: mean, variance and every hundredth filled", () => {
    const random = new Random(3);
    const cells = new Float64Array(100);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 100_000; i++) {
      const u = random.uniform();
      sum += u;
      squares += u * u;
      cells[Math.floor(u * 100)] = (cells[Math.floor(u * 100)] ?? 0) + 1;
    }
    expect(sum / 1e5).toBeCloseTo(0.5, 2);
    expect(squares / 1e5 - (sum / 1e5) ** 2).toBeCloseTo(1 / 12, 2);
    // Chi-square with 99 degrees of freedom: above 149 once in a thousand seeds.
    const chi = cells.reduce((total, n) => total + (n - 1_000) ** 2 / 1_000, 0);
    expect(chi).toBeLessThan(149);
  });

  it("neighbouring paths are not alike", () => {
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += (uniformOf(1, i) - 0.5) * (uniformOf(1, i + 1) - 0.5);
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.003);
    expect(new Set(Array.from({ length: 20_000 }, (_, i) => hash(5, i))).size).toBe(20_000);
  });

  it("draws by weight, and never an index of weight zero", () => {
    const random = new Random(4);
    const counts = new Map<number, number>();
    for (let i = 0; i < 30_000; i++) {
      const index = random.weighted([1, 0, 3]);
      counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    expect(counts.has(1)).toBe(false);
    expect((counts.get(2) ?? 0) / (counts.get(0) ?? 1)).toBeCloseTo(3, 0);
  });
});
