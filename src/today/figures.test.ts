import { describe, expect, it } from "vitest";
import { METRIC_DEFINITIONS } from "../../definitions/metrics/index.ts";
import { HOME_METRICS, mainCause } from "./figures.ts";

describe("figures of the day", () => {
  it("names the part that moved it", () => {
    const parts = [
      { part: "S01", now: 10, before: 30 },
      { part: "S02", now: 5, before: 4 },
    ];
    expect(mainCause(parts)).toEqual({ part: "S01", change: -20 });
  });

  it("names no part when none explains a third of the change", () => {
    const even = ["A", "B", "C", "D"].map((part) => ({ part, now: 10, before: 0 }));
    expect(mainCause(even)).toBeNull();
    expect(mainCause([])).toBeNull();
  });

  it("shows metrics that are defined", () => {
    const keys = METRIC_DEFINITIONS.map(({ key }) => key);
    for (const key of HOME_METRICS) expect(keys).toContain(key);
  });
});
