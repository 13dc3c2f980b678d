import { describe, expect, it } from "vitest";
import { lineOf, niceStep } from "./line.ts";

const frame = { width: 108, height: 100, left: 0, top: 0, bottom: 0 };

describe("a line over days", () => {
  it("breaks where a day has no value, and keeps equal steps of time", () => {
    const line = lineOf([{ value: 0 }, { value: 10 }, { value: null }, { value: 20 }, { value: 10 }], frame);
    expect(line.path.match(/M/g)).toHaveLength(2);
    expect(line.points.map(({ x }) => x)).toEqual([0, 25, 75, 100]);
    expect(line.points.map(({ y }) => y)).toEqual([100, 50, 0, 50]);
  });

  it("shows small changes of large values, and begins at zero for large ones", () => {
    expect(lineOf([{ value: 9_900 }, { value: 10_000 }], frame).ticks[0]?.value).toBe(9_900);
    expect(lineOf([{ value: 100 }, { value: 10_000 }], frame).ticks[0]?.value).toBe(0);
    expect(lineOf([{ value: null }], frame)).toEqual({ points: [], path: "", ticks: [] });
    expect(lineOf([{ value: 0 }, { value: 0 }], frame).points).toHaveLength(2);
  });

  it("has round ticks", () => {
    expect([niceStep(7, 4), niceStep(100, 4), niceStep(0.3, 3)]).toEqual([2, 50, 0.1]);
  });
});
