import { describe, expect, test } from "vitest";
import { HOLIDAY_NOTICES, LUNAR_FESTIVALS, LUNAR_NEW_YEAR } from "./business-calendar-data.ts";
import { calendarDay, isWorkingDay, nextWorkingDay, sameDayLastYear, seasonOf } from "./business-calendar.ts";
import { addDays, isoWeekday } from "./calendar.ts";

describe("working days of China", () => {
  test.each([
    ["2026-02-14", true, "make_up"],
    ["2026-02-15", false, "holiday"],
    ["2026-02-23", false, "holiday"],
    ["2026-02-24", true, "working"],
    ["2026-01-04", true, "make_up"],
    ["2026-09-20", true, "make_up"],
    ["2026-10-10", true, "make_up"],
    ["2026-11-28", false, "weekend"],
    ["2025-10-08", false, "holiday"],
    ["2025-10-11", true, "make_up"],
    ["2024-02-09", true, "working"],
    ["2023-10-08", true, "make_up"],
    ["2022-12-31", false, "holiday"],
  ])("%s", (day, works, kind) => {
    expect(isWorkingDay(day)).toBe(works);
    expect(calendarDay(day).kind).toBe(kind);
  });

  test("the days off and worked of each notice are as many as it says", () => {
    const days = (year: number) =>
      (HOLIDAY_NOTICES[year]?.holidays ?? []).reduce(
        (sum, { from, to, worked }) => {
          let off = 0;
          for (let day = from; day <= to; day = addDays(day, 1)) off++;
          return { off: sum.off + off, worked: sum.worked + worked.length };
        },
        { off: 0, worked: 0 },
      );
    expect(days(2026)).toEqual({ off: 33, worked: 6 });
    expect(days(2025)).toEqual({ off: 28, worked: 5 });
  });

  test("what is worked is a weekend day, and no day is both off and worked", () => {
    for (const { holidays } of Object.values(HOLIDAY_NOTICES)) {
      for (const day of holidays.flatMap(({ worked }) => worked)) {
        expect(isoWeekday(day)).toBeGreaterThanOrEqual(6);
        expect(holidays.some(({ from, to }) => day >= from && day <= to)).toBe(false);
      }
    }
  });

  test("nothing is said of a year without its notice", () => {
    expect(isWorkingDay("2027-03-01")).toBeUndefined();
    expect(nextWorkingDay("2026-12-31")).toBeUndefined();
    expect(nextWorkingDay("2026-09-30")).toBe("2026-10-08");
    expect(nextWorkingDay("2026-02-13")).toBe("2026-02-14");
  });
});

/** Where the new moon is within minutes of midnight in Beijing, ICU's own astronomy is a day off. */
const NEAR_MIDNIGHT: Readonly<Record<string, string>> = { "2027-02-06": "23:56", "2030-02-03": "00:07" };

describe("the lunar calendar", () => {
  const format = new Intl.DateTimeFormat("en-u-ca-chinese", { timeZone: "UTC", month: "numeric", day: "numeric" });
  const lunar = (day: string) => {
    const parts = format.formatToParts(new Date(`${day}T00:00:00Z`));
    return ["month", "day"].map((type) => parts.find((part) => part.type === type)?.value).join("/");
  };

  test("new year and festivals are those of the runtime's Chinese calendar", () => {
    for (const day of Object.values(LUNAR_NEW_YEAR)) {
      const shifted = NEAR_MIDNIGHT[day] !== undefined;
      expect([day, shifted ? ["1/1", "1/2", "12/29", "12/30"].includes(lunar(day)) : lunar(day)]).toEqual([
        day,
        shifted ? true : "1/1",
      ]);
    }
    for (const day of Object.values(LUNAR_FESTIVALS.dragon_boat)) expect(lunar(day)).toBe("5/5");
    for (const day of Object.values(LUNAR_FESTIVALS.mid_autumn)) expect(lunar(day)).toBe("8/15");
  });
});

describe("the same day last year", () => {
  test.each([
    ["2026-03-18", "date", "2025-03-18", "date"],
    ["2024-02-29", "date", "2023-02-28", "date"],
    ["2026-11-21", "weekday", "2025-11-22", "weekday"],
    ["2026-11-21", "aligned", "2025-11-22", "weekday"],
    // 正月初一 and the evening before, three weeks apart in the sun's calendar
    ["2026-02-17", "aligned", "2025-01-29", "spring_festival"],
    ["2026-02-16", "aligned", "2025-01-28", "spring_festival"],
    ["2025-01-29", "aligned", "2024-02-10", "spring_festival"],
    ["2026-03-10", "aligned", "2025-03-11", "weekday"],
    ["2026-06-19", "aligned", "2025-05-31", "holiday"],
    ["2026-06-18", "aligned", "2025-06-18", "season"],
    ["2026-09-25", "aligned", "2025-10-06", "holiday"],
    ["2026-10-03", "aligned", "2025-10-03", "holiday"],
    ["2026-11-11", "aligned", "2025-11-11", "season"],
  ] as const)("%s by %s is %s", (day, way, expected, by) => {
    expect(sameDayLastYear(day, way)).toEqual({ day: expected, by });
  });

  test("by weekday the weekday is the same, on every day of four years", () => {
    for (let day = "2023-01-01"; day < "2027-01-01"; day = addDays(day, 1)) {
      expect(isoWeekday(sameDayLastYear(day, "weekday").day)).toBe(isoWeekday(day));
    }
  });

  test("shopping seasons", () => {
    expect(seasonOf("2026-06-18")?.key).toBe("618");
    expect(seasonOf("2026-11-11")?.key).toBe("double_11");
    expect(seasonOf("2026-11-12")).toBeUndefined();
  });
});
