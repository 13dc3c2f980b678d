import { describe, expect, it } from "vitest";
import { addDays } from "../../platform/index.ts";
import { birthdaysAround, celebratedOn, lastOfMonth, lunarDay } from "./birthday.ts";
import { periodsOn } from "./rhythm.ts";

const solar = (day: string) => celebratedOn(day).filter((one) => !one.lunar);
const lunar = (day: string) =>
  celebratedOn(day)
    .filter((one) => one.lunar)
    .map((one) => `${one.year} ${one.month}/${one.day}`);

describe("periods", () => {
  it.each([
    ["2026-11-30", "2026-11", "2026-11-30"],
    ["2028-02-01", "2028-02", "2028-02-29"],
    ["2026-12-01", "2026-12", "2026-12-31"],
  ])("the month of %s is %s until %s", (day, period, last_day) => {
    expect(periodsOn({ kind: "monthly" }, day)).toMatchObject([{ period, last_day }]);
  });

  it.each([
    ["2026-01-01", "2026-Q1", "2026-03-31"],
    ["2026-06-30", "2026-Q2", "2026-06-30"],
    ["2026-11-30", "2026-Q4", "2026-12-31"],
  ])("the quarter of %s is %s until %s", (day, period, last_day) => {
    expect(periodsOn({ kind: "quarterly" }, day)).toMatchObject([{ period, last_day }]);
  });

  it("a month ends on its last day, leap years too", () => {
    expect(["2027-02-28", "2028-02-01", "2026-04-30", "2026-12-31"].map(lastOfMonth)).toEqual([
      "2027-02-28",
      "2028-02-29",
      "2026-04-30",
      "2026-12-31",
    ]);
  });
});

describe("birthdays", () => {
  it("of 29 February are kept on it in leap years and on 1 March in others, once a year", () => {
    expect(solar("2028-02-29")).toEqual([{ lunar: false, month: 2, day: 29, year: 2028 }]);
    expect(solar("2028-03-01")).toEqual([{ lunar: false, month: 3, day: 1, year: 2028 }]);
    expect(solar("2027-03-01")).toContainEqual({ lunar: false, month: 2, day: 29, year: 2027 });
    expect(solar("2100-03-01")).toContainEqual({ lunar: false, month: 2, day: 29, year: 2100 });
  });

  it("a window over New Year belongs to the birthday's year", () => {
    const of = (day: string) =>
      birthdaysAround(day, { days_around: 3 }).find((one) => !one.lunar && one.month === 1 && one.day === 2);
    expect(of("2026-12-30")).toMatchObject({ year: 2027, anchor_day: "2027-01-02", last_day: "2027-01-05" });
    expect(of("2027-01-05")).toMatchObject({ year: 2027 });
    expect(of("2026-12-29")).toBeUndefined();
  });

  it("of the lunar calendar fall on the days the calendar gives: new year, leap months once, a 30th on the last day", () => {
    expect(lunarDay("2026-02-17")).toEqual({ year: 2026, month: 1, day: 1, leap: false });
    expect(lunar("2026-02-17")).toEqual(["2026 1/1"]);
    // 2025 has a leap sixth month from 25 July: the birthday was in the sixth month before it
    expect(lunar("2025-06-25")).toEqual(["2025 6/1"]);
    expect(lunar("2025-07-25")).toEqual([]);
    // the twelfth month of 2025 had 29 days: a birthday on its 30th is kept on the last
    expect(lunar("2026-02-16")).toEqual(["2025 12/29", "2025 12/30"]);
    // new moons within minutes of midnight: the published days count
    expect(["2027-02-05", "2027-02-06", "2027-03-07"].map(lunar)).toEqual([
      ["2026 12/29", "2026 12/30"],
      ["2027 1/1"],
      ["2027 1/30"],
    ]);
    expect(["2030-02-02", "2030-02-03", "2030-02-04"].map(lunar)).toEqual([["2029 12/30"], ["2030 1/1"], ["2030 1/2"]]);
  });

  it("each birthday of either calendar comes exactly once in each of its years, from 2020 to 2039", () => {
    const seen = new Map<string, number>();
    for (let day = "2020-02-01"; day < "2040-02-01"; day = addDays(day, 1))
      for (const { lunar: isLunar, month, day: date, year } of celebratedOn(day)) {
        const key = `${isLunar} ${year} ${month}/${date}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
    expect([...seen.entries()].filter(([, times]) => times !== 1)).toEqual([]);
    for (let year = 2021; year < 2039; year++) {
      expect(seen.get(`false ${year} 2/29`)).toBe(1);
      for (let month = 1; month <= 12; month++)
        expect([year, month, seen.get(`true ${year} ${month}/30`)]).toEqual([year, month, 1]);
    }
  });

  it("a lunar month's window is that month of its calendar", () => {
    expect(birthdaysAround("2026-02-20", "month")).toEqual([
      { lunar: false, month: 2, day: null, year: 2026, anchor_day: "2026-02-01", last_day: "2026-02-28" },
      { lunar: true, month: 1, day: null, year: 2026, anchor_day: "2026-02-17", last_day: "2026-03-18" },
    ]);
    expect(birthdaysAround("2025-08-01", "month")).toHaveLength(1);
  });
});
