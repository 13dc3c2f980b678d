import { afterEach, expect, it } from "vitest";
import { businessMinute, instantOf, setTimezone } from "./business-time.ts";

afterEach(() => setTimezone("Asia/Shanghai"));

it("a date and time typed in is of the brand's time zone, whatever the browser's", () => {
  expect(instantOf("2026-12-01T23:59").toISOString()).toBe("2026-12-01T15:59:00.000Z");
  expect(businessMinute(new Date("2026-12-01T15:59:00Z"))).toBe("2026-12-01T23:59");
  expect(businessMinute(new Date("2026-12-01T16:00:00Z"))).toBe("2026-12-02T00:00");
  expect(Number.isNaN(instantOf("").getTime())).toBe(true);
});

it("what is shown is what was typed, on days on which clocks change too", () => {
  for (const zone of ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]) {
    setTimezone(zone);
    for (const minute of ["2026-03-29T00:30", "2026-03-29T04:00", "2026-10-25T00:30", "2026-11-01T05:00"])
      expect([zone, businessMinute(instantOf(minute))]).toEqual([zone, minute]);
  }
});
