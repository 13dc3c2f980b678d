import { describe, expect, it } from "vitest";
import { optOutWord } from "./opt-out.ts";

describe("words that withdraw consent", () => {
  it("are read however they are written", () => {
    for (const [text, word] of [
      ["R", "R"],
      [" r ", "R"],
      ["Ｒ", "R"],
      ["td", "TD"],
      ["TD。", "TD"],
      ["TD 谢谢", "TD"],
      ["回T", undefined],
      ["T", "T"],
      ["n", "N"],
      ["退订！", "退订"],
      ["退订短信", "退订"],
      ["拒收", "拒收"],
      ["不要再发了", "不要再发"],
      ["Stop", "STOP"],
    ] as const)
      expect([text, optOutWord(text)]).toEqual([text, word]);
  });

  it("are not seen in what says something else", () => {
    for (const text of ["", "好的", "R2 还有货吗", "TDK", "Thanks", "想退货", "请问怎么退订", "1", "👍"])
      expect([text, optOutWord(text)]).toEqual([text, undefined]);
  });
});
