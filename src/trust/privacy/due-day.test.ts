import { describe, expect, it } from "vitest";
import { daysLeft, dueDay } from "./due-day.ts";
import { kindInfo } from "./request-kind.ts";

describe("when a rights request is due", () => {
  it.each([
    // plain weeks: Monday 2 March 2026, fifteen working days later
    ["2026-03-02", "2026-03-23"],
    // National Day 2026 (1 to 7 October) and its make-up days lie between
    ["2026-09-28", "2026-10-26"],
  ])("a deletion received on %s by %s: fifteen working days", (received, due) => {
    expect(dueDay(received, kindInfo("delete").due) <= due).toBe(true);
    expect(daysLeft(due, received)).toBeGreaterThanOrEqual(15);
  });

  it("counts a make-up Saturday as a working day and holidays not at all", () => {
    const one = { days: 1, count: "working" } as const;
    expect(dueDay("2026-09-30", one) > "2026-10-07").toBe(true);
    // Friday to Monday
    expect(dueDay("2026-03-06", one)).toBe("2026-03-09");
    // the make-up Sunday before National Day 2026
    expect(dueDay("2026-09-19", one)).toBe("2026-09-20");
  });

  it("everything else within thirty days, whatever days they are", () => {
    expect(dueDay("2026-02-10", kindInfo("access").due)).toBe("2026-03-12");
  });

  it("knows Monday to Friday where holidays are not published yet", () => {
    expect(dueDay("2031-03-07", { days: 1, count: "working" })).toBe("2031-03-10");
  });
});
