import { describe, expect, it } from "vitest";
import { fromAddress, toAddress } from "./address.ts";
import { type ConditionNode, emptyDraft, type GroupNode, isComplete, type SequenceNode, sentenceFor } from "./draft.ts";
import { fromTree } from "./reading.ts";
import { sentenceText } from "./sentence.ts";
import { toTree } from "./tree.ts";
import { findSubject, prepared, type SubjectInfo, type TreeNode, type Vocabulary } from "./vocabulary.ts";

const column = (name: string): TreeNode => ({ node: "column", column: name });
const valid: TreeNode = column("is_valid");
const isBrowse: TreeNode = {
  node: "compare",
  operator: "=",
  left: column("kind"),
  right: { node: "text", value: "browse" },
};
const steps = [
  { step: "orders", zh: "购买", en: "Bought", rows: { relation: "orders", where: valid } },
  { step: "events.browse", zh: "浏览", en: "Browsed", rows: { relation: "events", where: isBrowse } },
];
const done = {
  node: "sequence",
  first: { relation: "events", where: isBrowse, window: { kind: "days", days: 180 } },
  then: { relation: "orders", where: valid },
  within_days: 7,
} satisfies TreeNode;
const count = { node: "aggregate", function: "count", ...done.first } satisfies TreeNode;
const atLeastOne = (left: TreeNode): TreeNode => ({
  node: "compare",
  operator: ">=",
  left,
  right: { node: "integer", value: 1 },
});
const within = (days: number): TreeNode => ({
  node: "or",
  parts: [
    { node: "compare", left: column("birthday"), right: { node: "shift_days", date: { node: "today" }, days } },
    { node: "is_known", value: column("birthday") },
  ],
});
const sequence = (subject: string, expression: TreeNode): SubjectInfo => ({
  subject,
  zh: subject,
  en: subject,
  type: "sequence",
  operators: ["gte"],
  steps,
  within_days_max: 3660,
  expression,
});
const vocabulary: Vocabulary = prepared({
  groups: [
    {
      group: "all",
      zh: "全部",
      en: "All",
      subjects: [
        {
          subject: "orders",
          zh: "购买",
          en: "Bought",
          type: "behaviour",
          operators: [],
          measures: [
            {
              measure: "times",
              zh: "订单数",
              en: "Orders",
              type: "integer",
              expression: { node: "aggregate", function: "count", relation: "orders", where: valid },
            },
          ],
          fields: [],
          picks: ["first", "last", "most"].map((pick) => ({
            pick,
            zh: pick === "first" ? "第一次的" : pick === "last" ? "最近一次的" : "最多的",
            en: pick,
            fields: [
              {
                field: "channel",
                zh: "渠道",
                en: "Channel",
                type: "code",
                operators: ["in", "not_in", "known", "unknown"],
                values: [{ value: "mini", zh: "小程序", en: "Mini program" }],
                expression: {
                  node: pick === "most" ? "mode" : pick,
                  relation: "orders",
                  value: column("channel"),
                  where: valid,
                },
              },
            ],
          })),
        },
        {
          subject: "events.browse",
          zh: "浏览",
          en: "Browsed",
          type: "behaviour",
          operators: [],
          measures: [],
          fields: [
            {
              field: "category",
              zh: "品类",
              en: "Category",
              type: "code",
              operators: ["in"],
              values: [{ value: "oolong", zh: "乌龙茶", en: "Oolong" }],
              expression: column("category"),
            },
          ],
        },
        sequence("sequence.followed", atLeastOne(done)),
        sequence("sequence.not_followed", atLeastOne({ node: "arithmetic", operator: "-", left: count, right: done })),
        {
          subject: "anniversary.birthday",
          zh: "生日",
          en: "Birthday",
          type: "choice",
          operators: ["in", "not_in"],
          choices: [
            { value: "today", zh: "今天", en: "today", expression: { node: "is_today" } },
            { value: "next_7", zh: "今天起 7 天内", en: "within the next 7 days", expression: within(7) },
          ],
        },
        {
          subject: "profile.joined_on",
          zh: "入会日",
          en: "Joined",
          type: "date",
          operators: [],
          expression: column("joined_on"),
        },
      ],
    },
  ],
});
const bought: SequenceNode = {
  type: "sequence",
  id: "n1",
  subject: "sequence.followed",
  first: { step: "events.browse", where: [{ field: "category", operator: "in", values: ["oolong"] }] },
  then: { step: "orders", where: [] },
  within_days: 7,
  days: 180,
  times: 1,
};
const late: SequenceNode = { ...bought, subject: "sequence.not_followed", days: 90, within_days: 14, times: 2 };
const attribute = (subject: string, operator: string, values: readonly (string | number)[]): ConditionNode => ({
  type: "attribute",
  id: "n1",
  subject,
  operator: operator as never,
  values,
});
const pick = (measure: string, window: object): ConditionNode => ({
  type: "behaviour",
  id: "n1",
  subject: "orders",
  window: window as never,
  where: [],
  measure,
  operator: "in",
  values: ["mini"],
});
const forms: Record<string, ConditionNode> = {
  "one thing and then another": bought,
  "one thing and not another": late,
  "two listed anniversaries": attribute("anniversary.birthday", "in", ["today", "next_7"]),
  "an anniversary within a number of days of one's own": attribute("anniversary.birthday", "in", ["next_45"]),
  "no such anniversary": attribute("anniversary.birthday", "not_in", ["next_7"]),
  "a date in the next days": attribute("profile.joined_on", "within_next", [10]),
  "the channel of the first order": pick("first.channel", { kind: "ever" }),
  "the channel of the last order of last year": pick("last.channel", { kind: "calendar", unit: "year", back: 1 }),
  "the commonest channel of this month": pick("most.channel", { kind: "calendar", unit: "month", back: 0 }),
};
const root = (node: ConditionNode): GroupNode => ({
  ...emptyDraft(),
  children: [{ ...node, id: "n2" } as ConditionNode],
});

describe("sequences, anniversaries, first and last", () => {
  it.each(Object.entries(forms))("come back from tree and address as the same sentence: %s", (_name, form) => {
    const draft = root(form);
    expect(isComplete(form)).toBe(true);
    const tree = toTree(draft, vocabulary);
    expect(tree).not.toBeNull();
    expect(fromTree(JSON.parse(JSON.stringify(tree)), vocabulary)).toEqual(draft);
    expect(fromAddress(toAddress(draft))).toEqual(draft);
  });

  it("are said as a person would", () => {
    const said = (node: ConditionNode) =>
      node.type === "group" ? "" : sentenceText(node, findSubject(vocabulary, node.subject), "zh", vocabulary);
    expect(Object.values(forms).map(said)).toEqual([
      "在 过去 180 天 先 浏览 品类 是 乌龙茶，之后 7 天内 又 购买，至少 1 次",
      "在 过去 90 天 先 浏览 品类 是 乌龙茶，之后 14 天内 没有 购买，至少 2 次",
      "生日 在 今天 或 今天起 7 天内",
      "生日 在 今天起 45 天内",
      "生日 不在 今天起 7 天内",
      "入会日 在今天起 10 天内",
      "任何时候 购买，第一次的渠道 是 小程序",
      "去年 购买，最近一次的渠道 是 小程序",
      "本月 购买，最多的渠道 是 小程序",
    ]);
  });

  it("look back so far that the time to follow has passed, where nothing followed", () => {
    const tree = JSON.stringify(toTree(root(late), vocabulary));
    expect(tree.match(/"window":\{"kind":"days","days":90,"back":14\}/g)).toHaveLength(2);
  });

  it("begin complete, and a step whose filter waits for a value makes the sentence wait", () => {
    const subject = findSubject(vocabulary, "sequence.followed");
    const node = subject && sentenceFor(subject, "n9");
    expect(node && isComplete(node)).toBe(true);
    const waiting = { ...bought, then: { step: "orders", where: [{ field: "channel", operator: "in", values: [] }] } };
    expect(isComplete(waiting as SequenceNode)).toBe(false);
  });
});
