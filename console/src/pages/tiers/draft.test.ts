import { describe, expect, test } from "vitest";
import { benefitsOfLines, draftOf, ladderOfDraft, readAmount } from "./draft.ts";
import type { Ladder } from "./tier-data.ts";

const ladder: Ladder = {
  key: "growth",
  zh: "成长型",
  en: "Growth",
  sentence_zh: "甲",
  sentence_en: "A",
  measure: { kind: "net_spend", cap_per_order_minor: 123_450 },
  currency: "CNY",
  window: { kind: "calendar_year" },
  grace_days: 30,
  downgrade: "one_step",
  tiers: [
    { key: "a", zh: "甲", en: "A", benefits: [] },
    { key: "b", zh: "乙", en: "B", from: { at_least: 500_000 }, renew_at_least: 400_000, benefits: [] },
    { key: "c", zh: "丙", en: "C", from: { above: 5_000_000 }, benefits: [{ code: "x", zh: "一", en: "X" }] },
  ],
};

describe("a ladder as it is typed", () => {
  test("comes back as it was", () => {
    expect(ladderOfDraft(draftOf(ladder))).toEqual(ladder);
    const points: Ladder = { ...ladder, measure: { kind: "points", parts: [] } };
    expect(ladderOfDraft(draftOf(points))).toEqual(points);
  });

  test.each([
    ["5,000", true, 500_000],
    ["0.29", true, 29],
    ["1.005", true, Number.NaN],
    ["12.5", false, Number.NaN],
    ["五千", true, Number.NaN],
    [" ", true, undefined],
  ])("%s as money %s is %s", (text, money, amount) => {
    expect(readAmount(text, money)).toEqual(amount);
  });
});

describe("benefits as lines", () => {
  const before = [
    { code: "gift", zh: "生日礼", en: "Birthday gift" },
    { code: "service", zh: "优先客服", en: "Priority service" },
  ];

  test("keep their codes when they stay, are reworded or go", () => {
    expect(benefitsOfLines("生日礼\n优先客服", before, "zh")).toEqual(before);
    expect(benefitsOfLines("优先客服", before, "zh")).toEqual([before[1]]);
    expect(benefitsOfLines("生日礼盒\n优先客服", before, "zh")[0]).toEqual({
      code: "gift",
      zh: "生日礼盒",
      en: "Birthday gift",
    });
  });

  test("get a code of their own when they are new", () => {
    expect(benefitsOfLines("生日礼\n优先客服\n\n包邮", before, "zh").map(({ code }) => code)).toEqual([
      "gift",
      "service",
      "benefit_3",
    ]);
  });
});
