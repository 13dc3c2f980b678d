import { describe, expect, it } from "vitest";
import { newRule, type Programme, type Rule, tidied } from "./programme.ts";
import { readReference, referenceWords } from "./reference-words.ts";
import { expiryWords, ruleSentence, termSentences } from "./rule-sentence.ts";

const GROWTH: Programme = {
  key: "growth",
  zh: "成长型积分",
  en: "Growth points",
  sentence_zh: "",
  sentence_en: "",
  currency: "CNY",
  combine: "best",
  pending_days: 7,
  expiry: { kind: "rolling", months: 12, round_to: "month" },
  grace_days: 30,
  worth: { points: 100, minor: 100 },
  notice_days: 30,
  rules: [
    { ...newRule([], "amount") },
    { ...newRule([], "multiplier") },
    { ...newRule([], "multiplier"), when: { birthday: { days_around: 3 }, tiers: ["platinum", "diamond"] } },
    { ...newRule([], "order") },
  ],
};

const names: Readonly<Record<string, string>> = { platinum: "铂金", diamond: "钻石", review: "评价", share: "分享" };
const nameOf = (_kind: string, code: string) => names[code] ?? code;
const gives = (rule: Rule, language: "zh" | "en" = "zh") => ruleSentence(rule, { language, nameOf }).gives;
const limits = (rule: Rule) => ruleSentence(rule, { language: "zh", nameOf }).limits;

describe("a programme in sentences", () => {
  it("says every kind of rule as a person would", () => {
    expect(GROWTH.rules.map((rule) => gives(rule))).toEqual([
      "每满 1 元积 1 分，每单向下取整",
      "每月 8 日，消费积分双倍",
      "铂金、钻石会员在生日前后 3 天，消费积分双倍",
      "首单满 50 元送 100 分",
    ]);
    expect(gives(newRule([], "amount"), "en")).toBe("1 point for every 1 yuan, rounded down at each order");
    expect(gives({ ...newRule([], "multiplier"), percent: 150, when: { weekdays: [7, 6] } }, "en")).toBe(
      "Spending points × 1.5 on Sat, Sun",
    );
  });

  it("says what narrows and limits a rule, and nothing of what does not", () => {
    const rule = {
      ...newRule([], "amount"),
      where: { categories: ["乌龙茶"], stores: ["S01"] },
      caps: { order: 500, member_month: 3_000 },
      budget: "spring",
      last_day: "2026-12-31",
    };
    expect(limits(rule)).toEqual([
      "只计类目：乌龙茶",
      "只限门店：S01",
      "到 2026-12-31 为止",
      "每单最多 500 分",
      "每人每月最多 3,000 分",
      "由预算「spring」支付",
    ]);
    expect(limits(newRule([], "amount"))).toEqual([]);
  });

  it("says the terms of the whole, and expiry of every kind", () => {
    expect(termSentences(GROWTH, "zh").slice(0, 4)).toEqual([
      "积分 7 天后可用",
      "从可用那天算起，12 个月后的月底到期",
      "100 分抵 1 元",
      "几个倍数同时成立时，取最高的一个",
    ]);
    expect(expiryWords({ kind: "calendar", month: 12, day: 31, years: 1 }, "zh")).toBe("次年 12 月 31 日到期");
    expect(expiryWords({ kind: "none" }, "zh")).toBe("永不过期");
    expect(expiryWords({ kind: "sliding", months: 12, after: "purchase" }, "zh")).toBe(
      "最后一次消费后 12 个月到期，期间再消费就顺延",
    );
    expect(expiryWords({ kind: "sliding", days: 90, after: "purchase_or_spend" }, "en")).toBe(
      "expire 90 days after the last purchase or redemption; each one moves that day on",
    );
  });

  it("leaves out lists that name nothing, which would be refused, and takes keys that are free", () => {
    const rule = newRule([], "amount");
    expect(tidied({ ...rule, where: { skus: [] }, caps: { order: undefined } })).toEqual(rule);
    expect(newRule([rule], "amount").key).toBe("amount_2");
  });
});

describe("what a transfer is for", () => {
  const words = (reference: string) =>
    referenceWords(reference, "zh", {
      ruleName: (rule) => (rule === "per_yuan" ? "消费积分" : rule),
      dayText: (day) => day,
    });

  it("is said in words for every cause the platform writes", () => {
    expect(words("order:17:per_yuan:5")).toBe("消费积分 · 订单 17");
    expect(words("event:01J:x:login:5")).toBe("login · 行为 01J:x");
    expect(words("redeem:T-1")).toBe("兑换 · T-1");
    expect(words("adjust:0d9c1a52-1111-4222-8333-944445555666")).toBe("人工增减");
    expect(words("adjust:march")).toBe("人工增减 · march");
    expect(words("transfer:3:9")).toBe("转赠 · 会员 3 → 会员 9");
    expect(words("grant:7:12")).toBe("批量发放 7");
    expect(words("fund:spring")).toBe("注入预算 · spring");
    expect(words("active:2026-03-02")).toBe("2026-03-02起可用");
    expect(words("expired:2027-12-31")).toBe("2027-12-31到期");
  });

  it("stays as it is where nothing is known of it", () => {
    for (const reference of ["gift", "order:17", "transfer:1", "redeem:"]) {
      expect(readReference(reference)).toEqual({ kind: "other", name: reference });
      expect(words(reference)).toBe(reference);
    }
  });
});
