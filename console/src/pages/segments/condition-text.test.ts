import { describe, expect, it } from "vitest";
import { conditionText } from "./condition-text.ts";
import type { ConditionNode, GroupNode } from "./model/draft.ts";
import type { SubjectInfo, Vocabulary } from "./model/vocabulary.ts";
import en from "./en.json" with { type: "json" };
import zh from "./zh.json" with { type: "json" };

const subject = (name: string, zhName: string): SubjectInfo => ({
  subject: name,
  zh: zhName,
  en: name,
  type: "code",
  operators: ["in", "not_in"],
});
const vocabulary: Vocabulary = {
  groups: [{ group: "g", zh: "组", en: "group", subjects: [subject("city", "城市"), subject("tier", "等级")] }],
};
const city = (value: string): ConditionNode => ({
  type: "attribute",
  id: value,
  subject: "city",
  operator: "in",
  values: [value],
});
const group = (join: "all" | "any", children: ConditionNode[], negated = false): GroupNode => ({
  type: "group",
  id: "g",
  join,
  negated,
  children,
});

const texts = { zh, en } as unknown as Record<"zh" | "en", Record<string, Record<string, string>>>;
const say = (language: "zh" | "en", node: ConditionNode) =>
  conditionText(node, vocabulary, language, (key) => {
    const [section = "", name = ""] = key.split(".");
    return texts[language][section]?.[name] ?? key;
  });

describe("a condition as one line of text", () => {
  it("joins sentences by their word, and puts inner groups in brackets without a gap before them", () => {
    const node = group("all", [city("杭州"), group("any", [city("上海"), city("苏州")])]);
    expect(say("zh", node)).toBe("城市 是 杭州，并且（城市 是 上海，或者 城市 是 苏州）");
    expect(say("en", node)).toMatch(/^city is 杭州 \S+ \(city is 上海 \S+ city is 苏州\)$/);
  });

  it("says when a group is meant the other way round", () => {
    expect(say("zh", group("any", [city("杭州"), city("上海")], true))).toBe(
      "排除满足的人 城市 是 杭州，或者 城市 是 上海",
    );
  });
});
