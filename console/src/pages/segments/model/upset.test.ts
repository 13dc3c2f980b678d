import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dotX, regionKey, setLetter, upsetPicture } from "./upset.ts";

const regions = [
  { in: [0], count: 40 },
  { in: [0, 2], count: 120 },
  { in: [1], count: 0 },
  { in: [0, 1, 2], count: 40 },
  { in: [], count: 9_000 },
];

describe("the UpSet picture", () => {
  it("has a row per region with members, the largest first, simpler before fuller where they are equal", () => {
    const { rows, height } = upsetPicture(regions, 3, 600);
    expect(rows.map((row) => row.region.in)).toEqual([[0, 2], [0], [0, 1, 2]]);
    expect(height).toBe(90);
  });

  it("leaves out those in no set, so that they do not dwarf the overlaps", () => {
    const { rows } = upsetPicture(regions, 3, 600);
    expect(rows.some((row) => row.region.in.length === 0)).toBe(false);
    expect(rows[0]?.bar.width).toBeGreaterThan(300);
  });

  it("marks the sets of a region and joins the outermost by a line", () => {
    const [row] = upsetPicture(regions, 3, 600).rows;
    expect(row?.dots.map((dot) => dot.on)).toEqual([true, false, true]);
    expect(row?.line).toEqual({ x1: dotX(0), x2: dotX(2) });
    expect(upsetPicture(regions, 3, 600).rows[1]?.line).toBeNull();
  });

  it("draws every bar in proportion, inside the room there is, and none invisibly", () => {
    const region = fc.record({
      in: fc.uniqueArray(fc.nat(5), { minLength: 1 }),
      count: fc.integer({ min: 1, max: 1e6 }),
    });
    fc.assert(
      fc.property(
        fc.array(region, { minLength: 1, maxLength: 63 }),
        fc.integer({ min: 320, max: 1400 }),
        (all, width) => {
          const { rows } = upsetPicture(all, 6, width);
          const longest = Math.max(...rows.map((row) => row.bar.width));
          const most = Math.max(...all.map((one) => one.count));
          for (const { bar, region: one } of rows) {
            expect(bar.width).toBeGreaterThanOrEqual(2);
            expect(bar.x + bar.width).toBeLessThanOrEqual(width);
            if (bar.width > 2) expect(bar.width / longest).toBeCloseTo(one.count / most, 6);
          }
        },
      ),
    );
  });

  it("names sets by letters and regions by their sets", () => {
    expect([0, 5].map(setLetter)).toEqual(["A", "F"]);
    expect(regionKey({ in: [0, 2], count: 1 })).toBe("0.2");
    expect(regionKey({ in: [], count: 1 })).toBe("none");
  });
});
