import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differenceOf } from "./text-difference.ts";

describe("the difference of two texts", () => {
  it("names the sentences that went and came, and leaves the others", () => {
    expect(
      differenceOf("我同意接收短信。可随时撤回。保存三年。", "我同意接收短信和邮件。可随时撤回。保存两年。"),
    ).toEqual([
      { kind: "removed", text: "我同意接收短信。" },
      { kind: "added", text: "我同意接收短信和邮件。" },
      { kind: "same", text: "可随时撤回。" },
      { kind: "removed", text: "保存三年。" },
      { kind: "added", text: "保存两年。" },
    ]);
    expect(differenceOf("不变。\n", "不变。\n")).toEqual([{ kind: "same", text: "不变。\n" }]);
  });

  it("loses no character of either text", () => {
    const text = fc.array(fc.constantFrom("甲。", "乙；", "丙\n", "丁 ", "。", "\n\n", "e"), { maxLength: 20 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [before, after] = [a.join(""), b.join("")];
        const pieces = differenceOf(before, after);
        const without = (kind: string) =>
          pieces
            .filter((piece) => piece.kind !== kind)
            .map((piece) => piece.text)
            .join("");
        expect(without("added")).toBe(before);
        expect(without("removed")).toBe(after);
      }),
    );
  });
});
