import fc from "fast-check";
import { expect, test } from "vitest";
import { businessDay } from "../../platform/index.ts";
import { momentsBetween, nextMoments, type ScheduleEntry } from "./moments.ts";

const SHANGHAI = "Asia/Shanghai";
const daily: ScheduleEntry = { kind: "schedule", every: "day", at: "10:00" };
const at = (text: string) => new Date(text);
const days = (moments: readonly Date[], zone = SHANGHAI) => moments.map((one) => businessDay(one, zone));

test("a month's day that a month does not have is its last day", () => {
  const entry: ScheduleEntry = { kind: "schedule", every: "month", month_day: 31, at: "09:30" };
  const next = nextMoments(entry, at("2027-01-31T02:00:00Z"), 4, SHANGHAI);
  expect(days(next)).toEqual(["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]);
  expect(next[0]).toEqual(at("2027-02-28T01:30:00Z"));
});

test("a week's days are those that were chosen; one that says none has no moment", () => {
  const entry: ScheduleEntry = { kind: "schedule", every: "week", weekdays: [1, 4], at: "20:00" };
  expect(days(nextMoments(entry, at("2026-11-30T13:00:00Z"), 3, SHANGHAI))).toEqual([
    "2026-12-03",
    "2026-12-07",
    "2026-12-10",
  ]);
  expect(
    nextMoments({ kind: "schedule", every: "week", at: "20:00" }, at("2026-11-30T13:00:00Z"), 3, SHANGHAI),
  ).toEqual([]);
});

test("once is once, and not again when it is over", () => {
  const entry: ScheduleEntry = { kind: "schedule", every: "once", on: "2026-12-24", at: "18:00" };
  expect(nextMoments(entry, at("2026-12-01T00:00:00Z"), 3, SHANGHAI)).toEqual([at("2026-12-24T10:00:00Z")]);
  expect(nextMoments(entry, at("2026-12-24T10:00:00Z"), 3, SHANGHAI)).toEqual([]);
});

test("where clocks change, each day has one moment; an hour that is left out is an hour later", () => {
  const early: ScheduleEntry = { ...daily, at: "02:30" };
  const moments = momentsBetween(early, at("2026-03-27T12:00:00Z"), at("2026-03-30T12:00:00Z"), "Europe/Berlin");
  expect(moments).toEqual([at("2026-03-28T01:30:00Z"), at("2026-03-29T01:30:00Z"), at("2026-03-30T00:30:00Z")]);
});

test("moments of two spans that meet are those of the whole: none twice, none lost", () => {
  const start = at("2026-01-01T00:00:00Z").getTime();
  const rhythm = fc.record({
    every: fc.constantFrom("day" as const, "week" as const, "month" as const),
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    month_day: fc.integer({ min: 1, max: 31 }),
    at: fc.constantFrom("00:00", "02:30", "10:00", "23:59"),
  });
  const hours = fc.integer({ min: 0, max: 24 * 120 });
  fc.assert(
    fc.property(rhythm, hours, hours, hours, fc.constantFrom(SHANGHAI, "Europe/Berlin"), (one, a, b, c, zone) => {
      const [from, middle, until] = [a, b, c].sort((x, y) => x - y).map((hour) => new Date(start + hour * 3_600_000));
      if (from === undefined || middle === undefined || until === undefined) return;
      const entry: ScheduleEntry = { kind: "schedule", ...one };
      const whole = momentsBetween(entry, from, until, zone);
      const parts = [...momentsBetween(entry, from, middle, zone), ...momentsBetween(entry, middle, until, zone)];
      expect(parts).toEqual(whole);
      expect(new Set(days(whole, zone)).size).toBe(whole.length);
    }),
  );
});
