import { describe, expect, it } from "vitest";
import { type Episode, isCalm, judge, levelOf } from "./judge.ts";

const limits = { warn: 10, alarm: 30, enabled: true };
const now = new Date("2026-11-22T02:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const open: Episode = { level: "warn", state: "open", still_beyond: false, calm_since: null };

describe("judging a reading", () => {
  it("a limit belongs to what is past it, on either side", () => {
    expect([9, 10, 29, 30].map((value) => levelOf(value, limits, "above"))).toEqual([
      undefined,
      "warn",
      "warn",
      "alarm",
    ]);
    const below = { warn: 10, alarm: 5, enabled: true };
    expect([11, 10, 6, 5].map((value) => levelOf(value, below, "below"))).toEqual([undefined, "warn", "warn", "alarm"]);
    expect(isCalm(11, below, "below")).toBe(false);
    expect(isCalm(12, below, "below")).toBe(true);
  });

  it("one episode opens once, grows worse once, and does not flutter around its limit", () => {
    expect(judge(9, limits, "above", undefined, now)).toEqual({ act: "nothing" });
    expect(judge(10, limits, "above", undefined, now)).toEqual({ act: "open", level: "warn" });
    expect(judge(12, limits, "above", open, now)).toEqual({ act: "go_on", raised: false });
    expect(judge(31, limits, "above", open, now)).toEqual({ act: "go_on", raised: true });
    expect(judge(31, limits, "above", { ...open, level: "alarm" }, now)).toEqual({ act: "go_on", raised: false });
    // 9 is below the limit, and not yet well below
    expect(judge(9, limits, "above", open, now)).toEqual({ act: "go_on", raised: false });
  });

  it("closes by itself after a quarter of an hour of calm, counted anew after each return", () => {
    expect(judge(8, limits, "above", open, now)).toEqual({ act: "calm" });
    expect(judge(8, limits, "above", { ...open, calm_since: minutesAgo(14) }, now)).toEqual({ act: "nothing" });
    expect(judge(8, limits, "above", { ...open, calm_since: minutesAgo(15) }, now)).toEqual({ act: "close" });
    expect(judge(undefined, limits, "above", { ...open, calm_since: minutesAgo(15) }, now)).toEqual({ act: "close" });
    expect(judge(10, limits, "above", { ...open, calm_since: minutesAgo(14) }, now).act).toBe("go_on");
  });

  it("what a person closed stays closed until it was calm, unless it becomes worse", () => {
    const closed: Episode = { level: "warn", state: "closed", still_beyond: true, calm_since: null };
    expect(judge(12, limits, "above", closed, now)).toEqual({ act: "nothing" });
    expect(judge(30, limits, "above", closed, now)).toEqual({ act: "open", level: "alarm" });
    expect(judge(2, limits, "above", closed, now)).toEqual({ act: "forget" });
  });
});
