import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodedColumn } from "./coded-column.ts";

describe("a column of codes", () => {
  test("says of every member what was said last, whatever the order and the number of values", () => {
    const change = fc.tuple(fc.nat(400), fc.option(fc.integer({ min: -900, max: 900 })));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 900 }), fc.nat(50), (changes, ids) => {
        const column = new CodedColumn({ kind: "number", scale: 1 }, ids);
        for (const sorted of [-1, 0, 2.5, 7]) column.append(sorted, true);
        const known = new Map<number, string | null>();
        for (const [member_id, tenths] of changes) {
          const text = tenths === null ? null : (tenths / 10).toFixed(1);
          column.set(member_id, text);
          known.set(member_id, text);
        }
        for (const [member_id, text] of known) {
          const code = column.codes[member_id] ?? 0;
          expect(code === 0 ? null : Number(column.word(code))).toEqual(text === null ? null : Number(text));
        }
        const numbers = Array.from(column.ascending(), (code) => column.number(code));
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        expect(numbers.length).toBe(column.size - 1);
      }),
    );
  });

  test("grows with its values and its members", () => {
    const column = new CodedColumn({ kind: "text" });
    for (let member = 0; member < 70_000; member++) column.set(member, `v${member}`);
    expect(column.codes.BYTES_PER_ELEMENT).toBe(4);
    expect([0, 255, 256, 65_535, 69_999].map((member) => column.word(column.codes[member] ?? 0))).toEqual([
      "v0",
      "v255",
      "v256",
      "v65535",
      "v69999",
    ]);
  });

  test("writes days as days", () => {
    const column = new CodedColumn({ kind: "day" });
    column.set(3, "2024-02-29");
    expect(column.word(column.codes[3] ?? 0)).toBe("2024-02-29");
  });
});
