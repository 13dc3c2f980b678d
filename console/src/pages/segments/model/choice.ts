import type { AttributeNode } from "./draft.ts";
import { sameTree } from "./same-tree.ts";
import type { ChoiceInfo, SubjectInfo, TreeNode, ValueOption } from "./vocabulary.ts";

/** The furthest day of an anniversary that may be asked for: further would come round to today again. */
export const NEXT_DAYS_MAX = 300;
const NEXT = /^next_(\d+)$/;

const daysOf = (value: string): number => Number(NEXT.exec(value)?.[1] ?? 0);

/** A choice "within the next n days" of the vocabulary; any other number of days has its form. */
const pattern = (subject: SubjectInfo): ChoiceInfo | undefined =>
  subject.choices?.find(({ value }) => NEXT.test(value));

/** The same piece of tree with every shift by `from` days made one by `to` days. */
function shifted(tree: unknown, from: number, to: number): unknown {
  if (Array.isArray(tree)) return tree.map((part) => shifted(part, from, to));
  if (typeof tree !== "object" || tree === null) return tree;
  const { node, days } = tree as { node?: unknown; days?: unknown };
  const entries = Object.entries(tree).map(([key, value]) => [key, shifted(value, from, to)]);
  const copy = Object.fromEntries(entries) as object;
  return node === "shift_days" && days === from ? { ...copy, days: to } : copy;
}

function daysIn(tree: unknown): number | null {
  if (typeof tree !== "object" || tree === null) return null;
  const { node, days } = tree as { node?: unknown; days?: unknown };
  if (node === "shift_days" && typeof days === "number") return days;
  for (const value of Object.values(tree)) {
    const found = daysIn(value);
    if (found !== null) return found;
  }
  return null;
}

/** Whether "within the next n days" can be said with any n. */
export const takesDays = (subject: SubjectInfo): boolean => pattern(subject) !== undefined;

/** The condition of a choice, or null when there is none of that name. */
export function choiceTree(subject: SubjectInfo, value: string): TreeNode | null {
  const listed = subject.choices?.find((choice) => choice.value === value);
  if (listed !== undefined) return listed.expression;
  const like = pattern(subject);
  const days = daysOf(value);
  if (like === undefined || days < 1 || days > NEXT_DAYS_MAX) return null;
  return shifted(like.expression, daysOf(like.value), days) as TreeNode;
}

/** A choice by its name, also one with a number of days that the vocabulary does not list. */
export function choiceNamed(subject: SubjectInfo, value: string): ValueOption | undefined {
  const listed = subject.choices?.find((choice) => choice.value === value);
  const like = pattern(subject);
  if (listed !== undefined || like === undefined || daysOf(value) === 0) return listed;
  const [from, to] = [String(daysOf(like.value)), String(daysOf(value))];
  return { value, zh: like.zh.replace(from, to), en: like.en.replace(from, to) };
}

function readChoice(tree: unknown, subject: SubjectInfo): string | null {
  const listed = subject.choices?.find((choice) => sameTree(choice.expression, tree));
  if (listed !== undefined) return listed.value;
  const days = pattern(subject) === undefined ? null : daysIn(tree);
  if (days === null) return null;
  const value = `next_${days}`;
  return sameTree(choiceTree(subject, value), tree) ? value : null;
}

/** One of the choices, one of several, or none of them. */
export function readChoices(tree: TreeNode, subject: SubjectInfo): Pick<AttributeNode, "operator" | "values"> | null {
  const one = readChoice(tree, subject);
  if (one !== null) return { operator: "in", values: [one] };
  if (tree.node === "not") {
    const inside = readChoices(tree["part"] as TreeNode, subject);
    return inside === null || inside.operator === "not_in" ? null : { ...inside, operator: "not_in" };
  }
  const parts = tree.node === "or" && Array.isArray(tree["parts"]) ? (tree["parts"] as readonly unknown[]) : [];
  const values = parts.map((part) => readChoice(part, subject));
  if (parts.length < 2 || values.some((value) => value === null)) return null;
  return { operator: "in", values: values.filter((value) => value !== null) };
}
