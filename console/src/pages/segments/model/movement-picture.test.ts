import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyDay, movementPicture } from "./movement-picture.ts";

describe("the picture of movements", () => {
  it("has every day of the period, those without movement as zeros", () => {
    const known = { business_day: "2026-02-28", entered: 3, left: 1, filled: 0 };
    const days = everyDay([known], "2026-03-01", 3);
    expect(days.map((day) => day.business_day)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
    expect(days[1]).toEqual(known);
    expect(days[0]).toEqual({ business_day: "2026-02-27", entered: 0, left: 0, filled: 0 });
  });

  it("draws both sides on one scale inside the height, and shows every day on which somebody moved", () => {
    const day = fc.record({
      business_day: fc.constant("2026-01-01"),
      entered: fc.nat(100_000),
      left: fc.nat(100_000),
      filled: fc.nat(10),
    });
    fc.assert(
      fc.property(fc.array(day, { minLength: 1, maxLength: 90 }), (days) => {
        const { columns, zero, top, bottom } = movementPicture(days, 800, 160);
        for (const column of columns) {
          expect(column.up > 0).toBe(column.day.entered > 0);
          expect(column.down > 0).toBe(column.day.left > 0);
          expect(zero - column.up).toBeGreaterThanOrEqual(-1.5);
          expect(zero + column.down).toBeLessThanOrEqual(161.5);
          expect(column.x + column.width).toBeLessThanOrEqual(800.01);
        }
        const scale = 160 / Math.max(1, top + bottom);
        for (const { day: one, up } of columns.filter(({ up }) => up > 1.5))
          expect(up).toBeCloseTo(one.entered * scale, 6);
      }),
    );
  });
});
