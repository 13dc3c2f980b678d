import { describe, expect, it } from "vitest";
import { fromAddress, toAddress } from "./address.ts";
import type { AttributeNode, BehaviourNode, GroupNode } from "./draft.ts";
import {
  emptyDraft,
  findNode,
  insertInto,
  isComplete,
  moveNode,
  nextId,
  removeNode,
  replaceNode,
  sentenceFor,
  sentences,
  updateGroup,
  wrapNode,
} from "./draft.ts";
import { begin, HISTORY_STEPS_MAX, record, redo, undo } from "./history.ts";
import { sentenceText } from "./sentence.ts";
import type { SubjectInfo, Vocabulary } from "./vocabulary.ts";
import { findSubject, matchedValue, searchVocabulary } from "./vocabulary.ts";

const city: SubjectInfo = {
  subject: "members.city",
  zh: "城市",
  en: "City",
  type: "code",
  operators: ["in", "not_in", "known", "unknown"],
  values: [
    { value: "杭州", zh: "杭州", en: "Hangzhou" },
    { value: "上海", zh: "上海", en: "Shanghai" },
  ],
};
const purchase: SubjectInfo = {
  subject: "purchase",
  zh: "购买",
  en: "bought",
  type: "behaviour",
  operators: ["gte", "lte", "eq", "between"],
  measures: [
    { measure: "times", zh: "次数", en: "times", type: "integer", unit: { zh: "次", en: "times" } },
    { measure: "net_minor", zh: "净消费", en: "net spend", type: "money" },
  ],
  fields: [
    {
      field: "category_1",
      zh: "品类",
      en: "category",
      type: "code",
      operators: ["in", "not_in"],
      values: [{ value: "oolong", zh: "乌龙茶", en: "Oolong" }],
    },
  ],
};
const vocabulary: Vocabulary = {
  groups: [
    { group: "profile", zh: "资料", en: "Profile", subjects: [city] },
    { group: "behaviour", zh: "行为", en: "Behaviour", subjects: [purchase] },
  ],
};
const inCity: AttributeNode = {
  type: "attribute",
  id: "n1",
  subject: "members.city",
  operator: "in",
  values: ["杭州", "上海"],
};
const boughtOolong: BehaviourNode = {
  type: "behaviour",
  id: "n2",
  subject: "purchase",
  window: { kind: "last", days: 90 },
  where: [{ field: "category_1", operator: "in", values: ["oolong"] }],
  measure: "times",
  operator: "gte",
  values: [2],
};
const draft: GroupNode = { ...emptyDraft(), children: [inCity, boughtOolong] };

describe("sentences", () => {
  it("says a behaviour as a person would", () => {
    expect(sentenceText(boughtOolong, purchase, "zh")).toBe("在 过去 90 天 购买 品类 是 乌龙茶，次数 ≥ 2 次");
    expect(sentenceText(boughtOolong, purchase, "en")).toBe(
      "In the last 90 days bought category is Oolong, times ≥ 2 times",
    );
  });
  it("says 没有 for a count of zero", () => {
    const never: BehaviourNode = { ...boughtOolong, operator: "eq", values: [0] };
    expect(sentenceText(never, purchase, "zh")).toBe("在 过去 90 天 没有 购买 品类 是 乌龙茶");
  });
  it("joins the values of a list with 或 and cuts a long list", () => {
    expect(sentenceText(inCity, city, "zh")).toBe("城市 是 杭州 或 上海");
    const many = { ...inCity, values: ["a", "b", "c", "d", "e"] };
    expect(sentenceText(many, city, "zh")).toBe("城市 是 a 或 b 或 c 或 d 等 5 项");
  });
  it("shows money in yuan", () => {
    const spend: BehaviourNode = { ...boughtOolong, where: [], measure: "net_minor", values: [123_450] };
    expect(sentenceText(spend, purchase, "zh")).toBe("在 过去 90 天 购买，净消费 ≥ ¥1,234.5");
  });
  it("says 是 once where the value is 是", () => {
    const bound = { ...city, zh: "已绑微信", en: "WeChat bound", values: [{ value: "yes", zh: "是", en: "Yes" }] };
    expect(sentenceText({ ...inCity, values: ["yes"] }, bound, "zh")).toBe("已绑微信 是");
    expect(sentenceText({ ...inCity, operator: "not_in", values: ["yes"] }, bound, "zh")).toBe("已绑微信 不是 是");
  });
  it("asks for what is missing", () => {
    expect(sentenceText({ ...inCity, values: [] }, city, "zh")).toBe("城市 是 选择…");
  });
});

describe("vocabulary search", () => {
  it("finds a subject by a value it may take and offers that value", () => {
    const hits = searchVocabulary(vocabulary, "乌龙");
    expect(hits.flatMap((group) => group.subjects.map((subject) => subject.subject))).toEqual(["purchase"]);
    expect(matchedValue(purchase, "乌龙")).toEqual({ field: "category_1", option: purchase.fields?.[0]?.values?.[0] });
  });
  it("wants every word and gives everything for none", () => {
    expect(searchVocabulary(vocabulary, "城市 乌龙")).toEqual([]);
    expect(searchVocabulary(vocabulary, " ")).toBe(vocabulary.groups);
    expect(findSubject(vocabulary, "members.city")).toBe(city);
  });
});

describe("the draft", () => {
  it("starts a sentence with the value that was searched for", () => {
    const node = sentenceFor(purchase, "n9", matchedValue(purchase, "乌龙"));
    expect(node).toMatchObject({ where: [{ field: "category_1", values: ["oolong"] }], measure: "times", values: [1] });
    expect(isComplete(node)).toBe(true);
    expect(isComplete(sentenceFor(city, "n9"))).toBe(false);
  });
  it("wraps, moves and removes without losing a sentence, and leaves no empty group", () => {
    const wrapped = wrapNode(draft, "n1", "n3", "any");
    expect(findNode(wrapped, "n3")).toMatchObject({ type: "group", join: "any", children: [inCity] });
    expect(sentences(wrapped)).toEqual([inCity, boughtOolong]);
    expect(moveNode(wrapped, "n3", 1).children.map((child) => child.id)).toEqual(["n2", "n3"]);
    expect(removeNode(wrapped, "n1").children).toEqual([boughtOolong]);
    expect(nextId(wrapped)).toBe("n4");
  });
  it("changes only what was asked", () => {
    const changed = replaceNode(draft, { ...inCity, operator: "not_in" });
    expect(changed.children[1]).toBe(boughtOolong);
    expect(updateGroup(draft, "root", { join: "any" }).children).toBe(draft.children);
    expect(insertInto(draft, "root", inCity, 1).children).toHaveLength(3);
    expect(draft.children).toHaveLength(2);
  });
});

describe("the address", () => {
  it("carries every form of condition there and back", () => {
    const all: GroupNode = {
      ...emptyDraft(),
      join: "any",
      children: [
        { ...inCity, id: "n2" },
        {
          type: "group",
          id: "n3",
          join: "all",
          negated: true,
          children: [
            { ...boughtOolong, id: "n4" },
            { ...boughtOolong, id: "n5", window: { kind: "ever" } },
            { ...boughtOolong, id: "n6", window: { kind: "ago", from_days: 30, to_days: 60 } },
            { ...boughtOolong, id: "n7", window: { kind: "dates", from: "2026-01-01", to: "2026-02-01" } },
          ],
        },
      ],
    };
    expect(fromAddress(toAddress(all))).toEqual(all);
    expect(toAddress(all)).toMatch(/^[A-Za-z0-9_-]+$/);
  });
  it("takes a broken link for no condition", () => {
    expect(fromAddress("%%%")).toBeNull();
    expect(fromAddress(toAddress(draft).slice(0, -9))).toBeNull();
    expect(toAddress(emptyDraft())).toBe("");
  });
});

describe("undo and redo", () => {
  it("goes back and forth, forgets the future on a new step and stays bounded", () => {
    let history = begin(0);
    for (let step = 1; step <= HISTORY_STEPS_MAX + 5; step += 1) history = record(history, step);
    expect(history.past).toHaveLength(HISTORY_STEPS_MAX);
    const back = undo(undo(history));
    expect(back.present).toBe(HISTORY_STEPS_MAX + 3);
    expect(redo(back).present).toBe(HISTORY_STEPS_MAX + 4);
    expect(redo(record(back, -1)).present).toBe(-1);
    expect(undo(begin(1)).present).toBe(1);
  });
  it("takes typing into one chip for one step, and a step after undo for a new one", () => {
    const typed = record(record(record(begin(""), "1", "n1"), "12", "n1"), "123", "n1");
    expect(undo(typed).present).toBe("");
    expect(undo(record(typed, "x", "n2")).present).toBe("123");
    expect(undo(record(undo(record(typed, "y", "n2")), "z", "n2")).present).toBe("123");
  });
});
