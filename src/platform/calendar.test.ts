import { describe, expect, it } from "vitest";
import { addDays, businessDay, daysBetween, isoWeekday, lastClosedDay, startOfDay } from "./calendar.ts";

const SHANGHAI = "Asia/Shanghai";

describe("business days", () => {
  it("turn at midnight in the brand's time zone, not at midnight UTC", () => {
    expect(businessDay(new Date("2026-11-21T15:59:59Z"), SHANGHAI)).toBe("2026-11-21");
    expect(businessDay(new Date("2026-11-21T16:00:00Z"), SHANGHAI)).toBe("2026-11-22");
    expect(lastClosedDay(new Date("2026-11-21T16:00:00Z"), SHANGHAI)).toBe("2026-11-21");
  });

  it("count over month ends and leap days", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
    expect(daysBetween("2028-02-28", "2028-03-01")).toBe(2);
  });

  it("weeks start on Monday", () => {
    expect(isoWeekday("2026-11-23")).toBe(1);
    expect(isoWeekday("2026-11-22")).toBe(7);
  });

  it("begin at the right instant, also where clocks change", () => {
    expect(startOfDay("2026-11-22", SHANGHAI).toISOString()).toBe("2026-11-21T16:00:00.000Z");
    expect(startOfDay("2026-03-29", "Europe/Berlin").toISOString()).toBe("2026-03-28T23:00:00.000Z");
    expect(startOfDay("2026-03-30", "Europe/Berlin").toISOString()).toBe("2026-03-29T22:00:00.000Z");
  });
});
