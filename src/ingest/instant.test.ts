import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDay, parseInstant } from "./instant.ts";

describe("parseInstant", () => {
  test("reads what SDKs write, to the millisecond", () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000_000, max: 250_000_000_000_000 }), (ms) => {
        expect(parseInstant(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });

  test.each([
    ["2026-11-22T10:00:00+08:00", "2026-11-22T02:00:00.000Z"],
    ["2026-11-22 10:00:00.5 +0800", "2026-11-22T02:00:00.500Z"],
    ["2026-11-21T23:30-05:30", "2026-11-22T05:00:00.000Z"],
    ["2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"],
    ["2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.123Z"],
  ])("%s is %s", (text, expected) => {
    expect(new Date(parseInstant(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test.each([
    "2026-02-30T00:00:00.000Z",
    "2025-02-29T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-11-22T24:00:00.000Z",
    "2026-11-22T10:00:00",
    "2026-11-22",
    "yesterday",
    "1795300000000",
    "",
  ])("%s is no instant", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

test.each([
  ["2024-02-29", true],
  ["2026-02-29", false],
  ["1899-12-31", false],
  ["2026-1-1", false],
])("whether %s is a day: %s", (text, expected) => {
  expect(isDay(text)).toBe(expected);
});
