import { expect, test } from "vitest";
import { toldOf } from "./format.ts";

const ZONE = "Asia/Shanghai";

test("amounts are told in yuan with two places, also small and negative ones", () => {
  expect([0, 5, 26_800, -150].map((minor) => toldOf("money", minor, ZONE))).toEqual([
    "0.00",
    "0.05",
    "268.00",
    "-1.50",
  ]);
});

test("days and instants are those of the brand's zone", () => {
  expect(toldOf("day", "2027-11-30", ZONE)).toBe("2027年11月30日");
  expect(toldOf("instant", "2026-12-31T16:30:00.000Z", ZONE)).toBe("2027年1月1日 00:30");
});

test("numbers stay numbers, which a template may compare", () => {
  expect(toldOf("number", "2.000000", ZONE)).toBe(2);
  expect(toldOf("number", 120, ZONE)).toBe(120);
});

test("what there is not, or is of another kind, is no value", () => {
  for (const type of ["money", "number", "day", "instant", "text"] as const) {
    expect(toldOf(type, null, ZONE)).toBeUndefined();
    expect(toldOf(type, undefined, ZONE)).toBeUndefined();
  }
  expect(toldOf("day", "soon", ZONE)).toBeUndefined();
  expect(toldOf("money", "1.5", ZONE)).toBeUndefined();
});
