import { expect, test } from "vitest";
import { requireGoodPin } from "./pin-rules.ts";

const isGood = (pin: string) => {
  try {
    requireGoodPin(pin);
    return true;
  } catch {
    return false;
  }
};

test("rows, repetitions, groups, birthdays and what many people choose are no PINs", () => {
  const bad = ["123456", "654321", "789012", "210987", "000000", "777777", "121212", "123123", "112233", "111222"];
  expect([...bad, "880312", "991231", "198803", "200712", "147258", "520131"].filter(isGood)).toEqual([]);
});

test("anything but six digits is none either", () => {
  expect(["", "12345", "8402750", "84o275", "８４０２７５", " 840275"].filter(isGood)).toEqual([]);
});

test("most of the million are left", () => {
  const sample = Array.from({ length: 10_000 }, (_, n) => String((n * 7_919) % 1_000_000).padStart(6, "0"));
  expect(sample.filter(isGood).length).toBeGreaterThan(9_500);
});
