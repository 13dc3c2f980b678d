import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanCell, readCode, readDecimal, readMoney, readText } from "./cell.ts";
import { detectDateFormat, readTime } from "./date-text.ts";
import type { Target } from "./target.ts";
import { ZoneClock } from "./zone.ts";

const SHANGHAI = new ZoneClock("Asia/Shanghai");
const at = (text: string, format: Parameters<typeof readTime>[1] = "auto") => {
  const time = readTime(text, format, SHANGHAI);
  return time === undefined ? undefined : new Date(time.ms).toISOString();
};

describe("times", () => {
  test.each([
    ["2026-11-22", "auto", "2026-11-21T16:00:00.000Z"],
    ["2026/1/2 3:04", "auto", "2026-01-01T19:04:00.000Z"],
    ["2026-11-22T18:30:00+08:00", "auto", "2026-11-22T10:30:00.000Z"],
    ["2026-11-22 18:30:00+00", "auto", "2026-11-22T18:30:00.000Z"],
    ["2026-11-22T18:30:00.123456Z", "auto", "2026-11-22T18:30:00.123Z"],
    ["2026年11月22日 18时30分", "auto", "2026-11-22T10:30:00.000Z"],
    ["2026-11-22 下午 6:30", "auto", "2026-11-22T10:30:00.000Z"],
    ["20261122183000", "auto", "2026-11-22T10:30:00.000Z"],
    ["1795000000", "auto", "2026-11-18T11:06:40.000Z"],
    ["12/1/2010 8:26", "mdy", "2010-12-01T00:26:00.000Z"],
    ["12/1/2010 8:26", "dmy", "2010-01-12T00:26:00.000Z"],
    ["45983.5", "excel", "2025-11-22T04:00:00.000Z"],
  ] as const)("%s as %s", (text, format, expected) => expect(at(text, format)).toBe(expected));

  test.each(["2026-02-30", "2026-13-01", "yesterday", "0000-00-00", "2026-11-22 25:00", "12/1/2010"])(
    "%s is no time",
    (text) => expect(at(text)).toBeUndefined(),
  );

  test("day and month in doubt are told apart by the samples, or said to be in doubt", () => {
    expect(detectDateFormat(["1/2/2010", "13/2/2010"])).toEqual({ format: "dmy", sure: true });
    expect(detectDateFormat(["1/2/2010", "1/22/2010"])).toEqual({ format: "mdy", sure: true });
    expect(detectDateFormat(["1/2/2010"])).toEqual({ format: "dmy", sure: false });
  });

  test("wall clock and instants agree with the calendar over a change of clocks", () => {
    const london = new ZoneClock("Europe/London");
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "Europe/London",
      dateStyle: "short",
      timeStyle: "medium",
    });
    fc.assert(
      fc.property(
        fc.date({ min: new Date("2010-01-01T00:00:00Z"), max: new Date("2027-01-01T00:00:00Z"), noInvalidDate: true }),
        (date) => {
          const whole = Math.floor(date.getTime() / 1000) * 1000;
          const wall = Date.parse(`${format.format(whole).replace(" ", "T")}Z`);
          // An hour that comes twice has two instants: either is right, an hour apart.
          expect([0, 3_600_000, -3_600_000]).toContain(london.instant(wall) - whole);
        },
      ),
    );
  });
});

describe("cells", () => {
  const phone = { name: "identity.phone", group: "identity" } as Target;
  test("numbers as people write them", () => {
    const minor = (text: string, format?: string) => readMoney(text, format);
    expect(minor("1,234.50")).toEqual({ value: 123_450 });
    expect(minor("￥12")).toEqual({ value: 1_200 });
    expect(minor("-3.005")).toEqual({ value: -301 });
    expect(minor("(3.20)")).toEqual({ value: -320 });
    expect(minor("1.234,50", "comma")).toEqual({ value: 123_450 });
    expect(minor("1990", "minor")).toEqual({ value: 1_990 });
    expect(minor("12元")).toEqual({ value: 1_200 });
    expect(minor("１２．５")).toEqual({ value: 1_250 });
    expect(minor("12 apples")).toEqual({ flaw: { code: "row.not_a_number" } });
    expect(minor("99999999999999")).toEqual({ flaw: { code: "row.out_of_range" } });
    expect(readDecimal("6.00", undefined)).toEqual({ value: "6" });
    expect(readDecimal("1.5E-3", undefined)).toEqual({ value: "0.0015" });
  });

  test("an amount is the same whether written plainly or with separators", () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }), (minor) => {
        const text = (minor / 100).toFixed(2);
        const grouped = text.replace(/\B(?=(\d{3})+(?!\d)(?=\.))/g, ",");
        expect(readMoney(text, undefined)).toEqual({ value: minor + 0 });
        expect(readMoney(grouped, undefined)).toEqual({ value: minor + 0 });
      }),
    );
  });

  test("identifiers whose digits are lost are refused, and the others keep their zeros", () => {
    expect(readText("1.38E+10", phone, undefined)).toEqual({ flaw: { code: "row.scientific_notation" } });
    expect(readText("\uE000digits:6222021234567890000", phone, undefined)).toEqual({
      flaw: { code: "row.digits_lost" },
    });
    expect(readText("=A1", phone, undefined)).toEqual({ flaw: { code: "row.formula" } });
    expect(readText("0013900000001", phone, undefined)).toEqual({ value: "0013900000001" });
    expect(readText("17850.0", phone, "strip_decimal")).toEqual({ value: "17850" });
    expect(cleanCell('="0139"')).toBe("0139");
    expect(cleanCell("'=1+1")).toBe("=1+1");
  });

  test("words of exports for codes", () => {
    const gender = { name: "gender", values: ["female", "male", "other"] } as unknown as Target;
    expect(readCode("女", gender, undefined)).toEqual({ value: "female" });
    expect(readCode("M", gender, undefined)).toEqual({ value: "male" });
    expect(readCode("未知", gender, undefined)).toEqual({ value: undefined });
    expect(readCode("甲", gender, { 甲: "other" })).toEqual({ value: "other" });
    expect(readCode("甲", gender, undefined)).toMatchObject({ flaw: { code: "row.unknown_value" } });
  });
});
