import { describe, expect, it } from "vitest";
import { changesOf, draftOf, readableRules, readDays, readDraft, writeDraft } from "./lost-rules-data.ts";

const LIMITS = { days_min: 30, days_max: 1095 };

describe("rules of lost days as they are typed", () => {
  it("come back from the address as they were, also half typed and with any sign in a category", () => {
    const draft = {
      based_on: 3,
      rows: [
        { category: '茶具,"壶"&=', days: "36" },
        { category: "茶", days: "" },
      ],
    };
    expect(readDraft(writeDraft(draft))).toEqual(draft);
    expect(readDraft(writeDraft(draftOf([], 0)))).toEqual({ based_on: 0, rows: [] });
  });

  it.each([null, "", "edit", "{}", "[]", "[-1]", '["1"]', "[1,[]]", '[1,["a"]]', '[1,["a",30]]'])(
    "are not read from %s",
    (text) => expect(readDraft(text)).toBeUndefined(),
  );

  it("are days between the limits and nothing else", () => {
    expect(["30", " 365 ", "1095"].map((text) => readDays(text, LIMITS))).toEqual([30, 365, 1095]);
    for (const text of ["29", "1096", "", "1e2", "180.5", "-90", "九十", "99999999"])
      expect([text, readDays(text, LIMITS)]).toEqual([text, undefined]);
  });

  it("leave out what cannot be read yet", () => {
    const row = { category: "茶具", days: "365" };
    expect(readableRules([row], LIMITS)).toEqual([{ category: "茶具", lost_after_days: 365 }]);
    expect(readableRules([{ category: "茶", days: "3" }, { category: "", days: "99" }, row], LIMITS)).toHaveLength(1);
    expect(readableRules([], LIMITS)).toEqual([]);
  });

  it("differ by category", () => {
    const rule = (category: string, lost_after_days: number) => ({ category, lost_after_days });
    const before = [rule("茶具", 365), rule("绿茶", 90), rule("红茶", 120)];
    expect(changesOf(before, [rule("红茶", 120), rule("绿茶", 100), rule("茶点", 60)])).toEqual([
      { category: "绿茶", before: 90, after: 100 },
      { category: "茶点", before: undefined, after: 60 },
      { category: "茶具", before: 365, after: undefined },
    ]);
    expect(changesOf(before, before.toReversed())).toEqual([]);
  });
});
