import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { addDays, businessDay, daysBetween, isoWeekday, lastClosedDay, minuteOfDay, startOfDay } from "./calendar.ts";

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

  it("and minutes are those of the clock on the wall, in every zone and year", () => {
    const wall = new Map<string, Intl.DateTimeFormat>();
    const format = (timezone: string) => {
      const known =
        wall.get(timezone) ??
        new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" });
      wall.set(timezone, known);
      return known;
    };
    const zones = [...Intl.supportedValuesOf("timeZone"), "UTC"];
    const instants = fc.integer({ min: Date.UTC(1930, 0, 1), max: Date.UTC(2060, 0, 1) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.array(instants, { minLength: 1, maxLength: 20 }), (timezone, all) => {
        // twice and around each: the second time from what was kept
        for (const ms of [...all, ...all.map((one) => one + 450_000), ...all]) {
          const at = new Date(ms);
          const [day, time = ""] = format(timezone).format(at).split(" ");
          expect(businessDay(at, timezone)).toBe(day);
          expect(minuteOfDay(at, timezone)).toBe(Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)));
        }
      }),
      { numRuns: 400 },
    );
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
