import { createHmac, randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import {
  CODE_CHARACTERS,
  codeAt,
  codeHash,
  codesFrom,
  isWellFormed,
  keyed,
  maskedCode,
  normaliseCode,
  printedCode,
} from "./code.ts";

const key = Buffer.alloc(32, 7);
const ALPHABET = "34679ACDEFGHJKMNPRTUWXY";

it("codes have no look-alikes, differ, and are the same again from the same place", () => {
  const codes = Array.from({ length: 5_000 }, (_, i) => codeAt(key, 1, i));
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.every((code) => code.length === CODE_CHARACTERS && /^[34679ACDEFGHJKMNPRTUWXY]+$/.test(code))).toBe(
    true,
  );
  expect(codeAt(key, 1, 7)).toBe(codes[7]);
  expect(codeAt(key, 2, 7)).not.toBe(codes[7]);
  expect(codeAt(randomBytes(32), 1, 7)).not.toBe(codes[7]);
});

it("every single wrong character and every two that changed places are noticed", () => {
  for (const code of [0, 1, 2].map((i) => codeAt(key, 9, i))) {
    expect(isWellFormed(code)).toBe(true);
    for (let at = 0; at < CODE_CHARACTERS; at++) {
      for (const other of ALPHABET) {
        if (other === code[at]) continue;
        expect(isWellFormed(code.slice(0, at) + other + code.slice(at + 1))).toBe(false);
      }
      const [a, b] = [code[at] ?? "", code[at + 1] ?? ""];
      if (b === "" || a === b) continue;
      expect(isWellFormed(code.slice(0, at) + b + a + code.slice(at + 2))).toBe(false);
    }
  }
});

it("is read as people and scanners write it, and shown as it is printed", () => {
  const code = codeAt(key, 1, 1);
  const printed = printedCode(code);
  expect(printed).toMatch(/^.{4}-.{4}-.{4}$/);
  for (const typed of [
    printed,
    ` ${printed.toLowerCase()} `,
    printed.replaceAll("-", " "),
    printed.replaceAll("-", "–"),
  ])
    expect(normaliseCode(typed)).toBe(code);
  expect(normaliseCode("ＴＥＡ２０２６")).toBe("TEA2026");
  expect(maskedCode(code)).toBe(`****-****-${code.slice(-4)}`);
  expect(codeHash(key, code)).not.toEqual(codeHash(key, codeAt(key, 1, 2)));
});

it("codes derived together are those derived one by one, and none is likelier than another", () => {
  expect(codesFrom(key, 3, 9_999, 5)).toEqual([9_999, 10_000, 10_001, 10_002, 10_003].map((at) => codeAt(key, 3, at)));
  const seen = codesFrom(key, 4, 1, 23_000).flatMap((code) =>
    Array.from(code.slice(0, -1), (character, at) => `${at}${character}`),
  );
  const counts = [...Map.groupBy(seen, (one) => one).values()].map((each) => each.length);
  // 11 places × 23 characters, each a thousand times: six standard deviations either way
  expect([counts.length, Math.min(...counts) > 810, Math.max(...counts) < 1_190]).toEqual([11 * 23, true, true]);
});

it("its keyed hash is HMAC-SHA-256", () => {
  expect(keyed(key, "find TEA")).toEqual(createHmac("sha256", key).update("find TEA").digest());
});
