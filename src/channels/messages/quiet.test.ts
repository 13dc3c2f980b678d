import fc from "fast-check";
import { expect, it } from "vitest";
import { isQuiet, quietUntil, wallMinute } from "./quiet.ts";

const zones = [
  "Asia/Shanghai",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Pacific/Chatham",
];
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
// around the nights in which clocks are put forward and back
const instants = fc
  .tuple(
    fc.constantFrom("2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2026-11-30"),
    fc.integer({ min: -36 * 60, max: 36 * 60 }),
    fc.integer({ min: 0, max: 59_999 }),
  )
  .map(([day, minutes, ms]) => new Date(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000 + ms));

it("the next time is never quiet, never before, and no minute between them would have done", () => {
  fc.assert(
    fc.property(instants, clock, clock, fc.constantFrom(...zones), (at, from, to, zone) => {
      const quiet = { from, to };
      const next = quietUntil(at, quiet, zone);
      expect(isQuiet(next, quiet, zone)).toBe(false);
      expect(next.getTime()).toBeGreaterThanOrEqual(at.getTime());
      for (let minute = Math.ceil(at.getTime() / 60_000); minute * 60_000 < next.getTime(); minute += 7)
        expect(isQuiet(new Date(minute * 60_000), quiet, zone)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

it("goes by the clock on the member's wall: nine in Berlin is another instant in summer and winter", () => {
  const night = { from: "21:00", to: "09:00" };
  expect(quietUntil(new Date("2026-10-24T20:00:00Z"), night, "Europe/Berlin").toISOString()).toBe(
    "2026-10-25T08:00:00.000Z",
  );
  expect(quietUntil(new Date("2026-03-28T21:00:00Z"), night, "Europe/Berlin").toISOString()).toBe(
    "2026-03-29T07:00:00.000Z",
  );
  expect(wallMinute(new Date("2026-11-30T13:00:00Z"), "Asia/Shanghai")).toBe(21 * 60);
  // half past two does not exist that night: three o'clock is the first time that is not quiet
  expect(
    quietUntil(new Date("2026-03-29T00:30:00Z"), { from: "22:00", to: "02:30" }, "Europe/Berlin").toISOString(),
  ).toBe("2026-03-29T01:00:00.000Z");
});
