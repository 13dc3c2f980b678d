import { describe, expect, it } from "vitest";
import { mainCause, metricOf, ratioMetric, seriesOf, SERIES_DAYS } from "./figures.ts";

const day = "2026-11-21";
const rows = [
  { day: "2026-11-21", part: "S01", value: 10 },
  { day: "2026-11-21", part: "S02", value: 5 },
  { day: "2026-11-14", part: "S01", value: 30 },
  { day: "2026-11-14", part: "S02", value: 4 },
  { day: "2026-11-20", part: "S01", value: 7 },
];

describe("figures of the day", () => {
  it("series end on the day, with zeros for days without rows", () => {
    const series = seriesOf(rows, day);
    expect(series).toHaveLength(SERIES_DAYS);
    expect(series.slice(-8)).toEqual([34, 0, 0, 0, 0, 0, 7, 15]);
  });

  it("compares with the same weekday and names the part that moved it", () => {
    const metric = metricOf("member_sales", "fen", rows, day, { link: null, cause: "store" });
    expect(metric).toMatchObject({
      value: 15,
      previous: 34,
      because: { code: "store", params: { part: "S01", change: -20 } },
    });
  });

  it("names no part when none explains a third of the change", () => {
    const even = ["A", "B", "C", "D"].map((part) => ({ day, part, value: 10 }));
    expect(mainCause(even, day)).toBeNull();
    expect(mainCause([], day)).toBeNull();
  });

  it("a ratio of nothing is zero, not an error", () => {
    expect(ratioMetric("share", [], [], day, null)).toMatchObject({ value: 0, previous: 0 });
    expect(ratioMetric("share", [{ day, part: "", value: 1 }], [{ day, part: "", value: 4 }], day, null).value).toBe(
      0.25,
    );
  });
});
