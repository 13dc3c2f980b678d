import { describe, expect, it } from "vitest";
import type { GroupNode } from "../../segments/model/draft.ts";
import type { SubjectInfo, TreeNode, Vocabulary } from "../../segments/model/vocabulary.ts";
import type { History } from "./history.ts";
import { fromDefinition, type MadeDraft, newDraft, nextValue, toDefinition } from "./made-tag.ts";

const column = (name: string): TreeNode => ({ node: "column", column: name });
const valid = column("is_valid");
const sum = { node: "aggregate", function: "sum", relation: "orders", value: column("net_minor"), where: valid };
const count = { node: "aggregate", function: "count", relation: "orders", where: valid };
const orders: SubjectInfo & { readonly picks: unknown } = {
  subject: "orders",
  zh: "购买",
  en: "Bought",
  type: "behaviour",
  operators: [],
  measures: [
    { measure: "times", zh: "订单数", en: "Orders", type: "integer", expression: count },
    { measure: "net", zh: "净消费", en: "Net spend", type: "money", expression: sum },
    {
      measure: "average",
      zh: "客单价",
      en: "Average",
      type: "money",
      expression: { node: "ratio", numerator: sum, denominator: count, scale: 0, rounding: "half_up" },
    },
  ],
  fields: [
    { field: "store_code", zh: "门店", en: "Store", type: "code", operators: ["in"], expression: column("store_code") },
  ],
  picks: [
    {
      pick: "most",
      zh: "最多的",
      en: "Most frequent",
      fields: [
        {
          field: "store_code",
          zh: "门店",
          en: "Store",
          type: "code",
          expression: { node: "mode", relation: "orders", value: column("store_code"), where: valid },
        },
      ],
    },
  ],
};
const age: SubjectInfo = {
  subject: "age",
  zh: "年龄",
  en: "Age",
  type: "integer",
  operators: ["gte"],
  expression: { node: "profile", relation: "members", column: "age" },
};
const vocabulary: Vocabulary = { groups: [{ group: "all", zh: "", en: "", subjects: [orders, age] }] };
const condition: GroupNode = {
  type: "group",
  id: "root",
  join: "all",
  negated: false,
  children: [
    {
      type: "behaviour",
      id: "n2",
      subject: "orders",
      window: { kind: "last", days: 90 },
      where: [],
      measure: "times",
      operator: "gte",
      values: [2],
    },
    { type: "attribute", id: "n3", subject: "age", operator: "gte", values: [30] },
  ],
};
const history: History = {
  subject: "orders",
  measure: "net",
  window: { kind: "last", days: 365 },
  where: [{ field: "store_code", operator: "in", values: ["S1"] }],
};
const draft: MadeDraft = { ...newDraft(), key: "made_one", name: "常客" };
/** What the screen shows: ids only key it. */
const bare = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (name, part: unknown) => (name === "id" || name === "sentence" ? undefined : part)));

describe("a tag in sentences", () => {
  const forms: Record<string, MadeDraft> = {
    "conditions with a rest": { ...draft, rules: [{ value: "v1", label: "常客", condition }], otherwise: "其他" },
    "conditions without a rest": { ...draft, rules: [{ value: "v1", label: "常客", condition }] },
    "a narrowed sum": { ...draft, shape: "history", history },
    "a ratio": { ...draft, shape: "history", history: { ...history, measure: "average" } },
    "the most frequent value": { ...draft, shape: "history", history: { ...history, measure: "most:store_code" } },
    "all history": { ...draft, shape: "history", history: { ...history, window: { kind: "ever" }, where: [] } },
    "money in bands": {
      ...draft,
      shape: "bands",
      source: { from: "history", history },
      bands: [
        { value: "v1", label: "低", below: "99.5" },
        { value: "v3", label: "中", below: "500" },
        { value: "v2", label: "高", below: "" },
      ],
    },
    "a fact in bands": {
      ...draft,
      shape: "bands",
      source: { from: "fact", subject: "age" },
      bands: [
        { value: "v1", label: "青年", below: "35" },
        { value: "v2", label: "其他", below: "" },
      ],
    },
  };
  it.each(Object.entries(forms))("comes back from its definition: %s", (_name, form) => {
    const definition = toDefinition(form, vocabulary);
    expect(definition).not.toBeNull();
    const back = fromDefinition(JSON.parse(JSON.stringify(definition)), vocabulary);
    const used = { rules: ["rules", "otherwise"], history: ["history"], bands: ["source", "bands"] }[form.shape];
    const shown = (one: MadeDraft | null) =>
      bare(
        Object.fromEntries(
          Object.entries(one ?? {}).filter(([name]) => [...used, "shape", "key", "name"].includes(name)),
        ),
      );
    expect(shown(back)).toEqual(shown(form));
  });

  it("keeps money as fen, shares the window with every aggregate, and says why", () => {
    const bands = toDefinition(forms["money in bands"] ?? draft, vocabulary);
    expect(bands?.expression["bands"]).toEqual([
      { below: 9_950, label: "v1" },
      { below: 50_000, label: "v3" },
    ]);
    expect(bands?.reason.parts?.["number"]?.unit).toBe("minor");
    const ratio = toDefinition(forms["a ratio"] ?? draft, vocabulary);
    expect(JSON.stringify(ratio?.expression).match(/"days":365/g)).toHaveLength(2);
    const rules = toDefinition(forms["conditions with a rest"] ?? draft, vocabulary);
    expect(rules?.reason).toMatchObject({ zh: expect.stringContaining("{p1}"), parts: { p1: { unit: "number" } } });
  });

  it("is not given out while something is missing", () => {
    expect(toDefinition(draft, vocabulary)).toBeNull();
    const unnamed = { ...draft, rules: [{ value: "v1", label: " ", condition }] };
    expect(toDefinition(unnamed, vocabulary)).toBeNull();
    const border = {
      ...(forms["money in bands"] ?? draft),
      bands: [
        { value: "v1", label: "a", below: "x" },
        { value: "v2", label: "b", below: "" },
      ],
    };
    expect(toDefinition(border, vocabulary)).toBeNull();
  });

  it("shows what was not made here as data", () => {
    const definition = toDefinition(forms["a narrowed sum"] ?? draft, vocabulary);
    if (definition === null) throw new Error("no definition");
    const other = { node: "gaps", function: "median", relation: "orders" };
    expect(fromDefinition({ ...definition, expression: other }, vocabulary)).toBeNull();
  });

  it("gives values codes that stay when labels change", () => {
    expect(nextValue([{ value: "v1" }, { value: "v7" }, { value: "other" }])).toBe("v8");
  });
});
