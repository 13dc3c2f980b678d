import { describe, expect, it } from "vitest";
import type { ConditionNode, GroupNode } from "./draft.ts";
import { emptyDraft } from "./draft.ts";
import { fromTree } from "./reading.ts";
import { leftOut, toTree } from "./tree.ts";
import type { SubjectInfo, TreeNode, Vocabulary } from "./vocabulary.ts";

const column = (name: string): TreeNode => ({ node: "column", column: name });
const profile = (name: string): TreeNode => ({ node: "profile", relation: "members", column: name });
const isBrowse: TreeNode = {
  node: "compare",
  operator: "=",
  left: column("kind"),
  right: { node: "text", value: "browse" },
};
const attribute = (subject: string, type: SubjectInfo["type"]): SubjectInfo => ({
  subject,
  zh: subject,
  en: subject,
  type,
  operators: [],
  expression: profile(subject),
});
const count = { node: "aggregate", function: "count", relation: "orders" };
const sum = { node: "aggregate", function: "sum", relation: "orders", value: column("net_minor") };
const purchase: SubjectInfo = {
  subject: "purchase",
  zh: "购买",
  en: "bought",
  type: "behaviour",
  operators: [],
  measures: [
    { measure: "times", zh: "次数", en: "times", type: "integer", expression: count },
    {
      measure: "average",
      zh: "单均",
      en: "average",
      type: "money",
      expression: { node: "ratio", numerator: sum, denominator: count, scale: 0 },
    },
  ],
  fields: [
    { field: "store_code", zh: "门店", en: "store", type: "code", operators: [], expression: column("store_code") },
    { field: "items", zh: "件数", en: "items", type: "integer", operators: [], expression: column("items") },
  ],
};
const browse: SubjectInfo = {
  ...purchase,
  subject: "browse",
  measures: [
    {
      measure: "times",
      zh: "次数",
      en: "times",
      type: "integer",
      expression: { ...count, relation: "events", where: isBrowse },
    },
  ],
  fields: [
    { field: "category", zh: "品类", en: "category", type: "code", operators: [], expression: column("category") },
  ],
};
const vocabulary: Vocabulary = {
  groups: [
    {
      group: "all",
      zh: "全部",
      en: "All",
      subjects: [
        attribute("city", "code"),
        attribute("joined_on", "date"),
        attribute("discount_share", "ratio"),
        attribute("wechat_bound", "boolean"),
        attribute("spend", "money"),
        purchase,
        browse,
        { subject: "segment", zh: "分群", en: "segment", type: "segment", operators: ["in", "not_in"] },
      ],
    },
  ],
};
const attributeNode = (
  subject: string,
  operator: string,
  values: readonly (string | number | boolean)[],
): ConditionNode => ({
  type: "attribute",
  id: "",
  subject,
  operator: operator as never,
  values,
});
const behaviour = (subject: string, change: object): ConditionNode => ({
  type: "behaviour",
  id: "",
  subject,
  window: { kind: "last", days: 90 },
  where: [],
  measure: "times",
  operator: "gte",
  values: [2],
  ...change,
});
const root = (...children: ConditionNode[]): GroupNode => ({ ...emptyDraft(), children });

/** Ids only key the screen. */
const bare = (node: ConditionNode): unknown => {
  const { id: _id, ...rest } = node;
  return node.type === "group" ? { ...rest, children: node.children.map(bare) } : rest;
};

describe("condition tree", () => {
  const forms: Record<string, ConditionNode> = {
    "a value among some": attributeNode("city", "in", ["杭州", "上海"]),
    "a value among none of some": attributeNode("city", "not_in", ["杭州"]),
    "a known value": attributeNode("city", "known", []),
    "a missing value": attributeNode("city", "unknown", []),
    "a date in the last days": attributeNode("joined_on", "within_last", [30]),
    "a date before the last days": attributeNode("joined_on", "not_within_last", [90]),
    "a date between two": attributeNode("joined_on", "between", ["2026-01-01", "2026-02-01"]),
    "a share": attributeNode("discount_share", "gte", [0.4]),
    "a yes": attributeNode("wechat_bound", "eq", [true]),
    "money between": attributeNode("spend", "between", [10_000, 50_000]),
    "a segment": attributeNode("segment", "in", ["7"]),
    "one of two segments": attributeNode("segment", "in", ["7", "9"]),
    "in neither segment": attributeNode("segment", "not_in", ["7", "9"]),
    "purchases of the last days": behaviour("purchase", {}),
    "no purchase ever": behaviour("purchase", { window: { kind: "ever" }, operator: "eq", values: [0] }),
    "purchases a while ago in two stores": behaviour("purchase", {
      window: { kind: "ago", from_days: 30, to_days: 60 },
      where: [{ field: "store_code", operator: "in", values: ["S1", "S2"] }],
    }),
    "an average over large orders": behaviour("purchase", {
      measure: "average",
      operator: "between",
      values: [6000, 9000],
      where: [
        { field: "items", operator: "gte", values: [2] },
        { field: "store_code", operator: "not_in", values: ["S1"] },
      ],
    }),
    "one filter between two numbers": behaviour("purchase", {
      where: [{ field: "items", operator: "between", values: [2, 5] }],
    }),
    "browsing, with the base condition of its kind": behaviour("browse", {
      window: { kind: "dates", from: "2026-01-01", to: "2026-03-31" },
      where: [{ field: "category", operator: "in", values: ["乌龙茶"] }],
    }),
    "browsing at all": behaviour("browse", {}),
    "a group of either": {
      type: "group",
      id: "",
      join: "any",
      negated: false,
      children: [attributeNode("city", "in", ["杭州"]), behaviour("browse", {})],
    },
    "not a group": {
      type: "group",
      id: "",
      join: "all",
      negated: true,
      children: [attributeNode("city", "in", ["杭州"]), behaviour("browse", {})],
    },
  };
  it.each(Object.entries(forms))("comes back from the tree as the same sentence: %s", (_name, form) => {
    const draft = root(form, attributeNode("city", "known", []));
    const tree = toTree(draft, vocabulary);
    expect(tree).not.toBeNull();
    const back = fromTree(JSON.parse(JSON.stringify(tree)), vocabulary);
    expect(back && bare(back)).toEqual(bare(draft));
  });

  it("writes days as the server's windows count them: today included, the stretch inclusive at both ends", () => {
    const windowOf = (window: object) =>
      (
        toTree(root(behaviour("purchase", { window })), vocabulary) as never as {
          parts: [{ left: { window: unknown } }];
        }
      ).parts[0].left.window;
    expect(windowOf({ kind: "last", days: 90 })).toEqual({ kind: "days", days: 90 });
    expect(windowOf({ kind: "ago", from_days: 30, to_days: 60 })).toEqual({ kind: "days", days: 31, back: 30 });
    expect(windowOf({ kind: "ever" })).toBeUndefined();
  });

  it("narrows every aggregate of a measure", () => {
    const tree = JSON.stringify(toTree(root(behaviour("purchase", { measure: "average", values: [1] })), vocabulary));
    expect(tree.match(/"kind":"days"/g)).toHaveLength(2);
  });

  it("leaves out what still waits for a value and says how much", () => {
    const draft = root(attributeNode("city", "in", []), attributeNode("city", "known", []));
    expect(toTree(draft, vocabulary)).toEqual({ node: "and", parts: [{ node: "is_known", value: profile("city") }] });
    expect(leftOut(draft, vocabulary)).toBe(1);
    expect(toTree(root(), vocabulary)).toBeNull();
    expect(leftOut(root(attributeNode("gone", "known", [])), vocabulary)).toBe(1);
  });

  it("does not guess at a condition that has no sentence", () => {
    expect(
      fromTree(
        {
          node: "compare",
          operator: "=",
          left: { node: "gaps", function: "median" },
          right: { node: "integer", value: 3 },
        },
        vocabulary,
      ),
    ).toBeNull();
  });
});
