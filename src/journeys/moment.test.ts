import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { businessDay } from "../platform/index.ts";
import { after, nextTime, nextWithin } from "./moment.ts";

const clock = (at: Date, timezone: string) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
    at,
  );
const instants = fc.date({
  min: new Date("2024-01-01T00:00:00Z"),
  max: new Date("2028-01-01T00:00:00Z"),
  noInvalidDate: true,
});
const zones = fc.constantFrom("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia");
const times = fc
  .tuple(fc.integer({ min: 4, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`);

describe("days of the calendar", () => {
  test("keep the time of day where clocks change", () => {
    const day = { amount: 1, unit: "days" } as const;
    // clocks go forward on 2026-03-29 and back on 2026-10-25
    expect(after(new Date("2026-03-28T09:00:00Z"), day, "Europe/Berlin").toISOString()).toBe(
      "2026-03-29T08:00:00.000Z",
    );
    expect(after(new Date("2026-10-24T08:00:00Z"), day, "Europe/Berlin").toISOString()).toBe(
      "2026-10-25T09:00:00.000Z",
    );
    expect(after(new Date("2026-11-30T16:30:00Z"), day, "Asia/Shanghai").toISOString()).toBe(
      "2026-12-01T16:30:00.000Z",
    );
  });

  test("hours are hours, whatever clocks show", () => {
    const span = { amount: 24, unit: "hours" } as const;
    expect(after(new Date("2026-03-28T09:00:00Z"), span, "Europe/Berlin").toISOString()).toBe(
      "2026-03-29T09:00:00.000Z",
    );
  });
});

test("a time of day is the first such moment, at most a day and an hour ahead, in every zone", () => {
  fc.assert(
    fc.property(instants, times, zones, (from, time, zone) => {
      const at = nextTime(from, time, zone);
      expect(at >= from).toBe(true);
      expect(at.getTime() - from.getTime()).toBeLessThanOrEqual(49 * 3_600_000);
      expect(clock(at, zone)).toBe(time);
    }),
    { numRuns: 2_000 },
  );
});

test("a window is open when it is said to be: never earlier than asked, never outside of hours and weekdays", () => {
  fc.assert(
    fc.property(
      instants,
      times,
      times,
      fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      zones,
      (from, opens, closes, weekdays, zone) => {
        fc.pre(opens !== closes);
        const at = nextWithin(from, { kind: "window", from: opens, until: closes, weekdays, next: "x" }, zone);
        expect(at >= from).toBe(true);
        const [now, overNight] = [clock(at, zone), opens > closes];
        const inside = overNight ? now >= opens || now < closes : now >= opens && now < closes;
        expect(inside).toBe(true);
        const day = overNight && now < closes ? new Date(at.getTime() - 86_400_000) : at;
        const weekday = new Date(`${businessDay(day, zone)}T00:00:00Z`).getUTCDay() || 7;
        expect(weekdays).toContain(weekday);
      },
    ),
    { numRuns: 2_000 },
  );
});
