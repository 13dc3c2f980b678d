import type { MeasureInfo, Operator, SubjectInfo, SubjectType, ValueOption } from "./vocabulary.ts";

/**
 * Which records of a behaviour count: all, the last days, a stretch of days ago, a month or year (`back` of them ago), or
 * two calendar days (inclusive).
 */
export type TimeWindow =
  | { readonly kind: "ever" }
  | { readonly kind: "last"; readonly days: number }
  | { readonly kind: "ago"; readonly from_days: number; readonly to_days: number }
  | { readonly kind: "calendar"; readonly unit: "month" | "year"; readonly back: number }
  | { readonly kind: "dates"; readonly from: string; readonly to: string };

export type Scalar = string | number | boolean;

export interface FieldFilter {
  readonly field: string;
  readonly operator: Operator;
  readonly values: readonly Scalar[];
}

/** "城市 是 杭州": an attribute, a tag or another segment. */
export interface AttributeNode {
  readonly type: "attribute";
  readonly id: string;
  readonly subject: string;
  readonly operator: Operator;
  readonly values: readonly Scalar[];
}

/** "在过去 90 天 购买 品类 是 乌龙茶 的次数 ≥ 2": records of one kind, narrowed, measured, compared. */
export interface BehaviourNode {
  readonly type: "behaviour";
  readonly id: string;
  readonly subject: string;
  readonly window: TimeWindow;
  readonly where: readonly FieldFilter[];
  readonly measure: string;
  readonly operator: Operator;
  readonly values: readonly Scalar[];
}

/** One thing of a sequence: records of one kind, narrowed. */
export interface SequenceStep {
  readonly step: string;
  readonly where: readonly FieldFilter[];
}

/** "在 过去 180 天 先 浏览 品类 是 乌龙茶，之后 7 天内 又 购买": one thing, and then another or not. */
export interface SequenceNode {
  readonly type: "sequence";
  readonly id: string;
  /** Which of the two forms: followed, or not. */
  readonly subject: string;
  readonly first: SequenceStep;
  readonly then: SequenceStep;
  readonly within_days: number;
  /** How far back the first step is looked for. */
  readonly days: number;
  /** At least so many times. */
  readonly times: number;
}

export interface GroupNode {
  readonly type: "group";
  readonly id: string;
  readonly join: "all" | "any";
  readonly negated: boolean;
  readonly children: readonly ConditionNode[];
}

export type SentenceNode = AttributeNode | BehaviourNode | SequenceNode;
export type ConditionNode = SentenceNode | GroupNode;

/** Groups stand in groups at most this deep, and a segment has at most so many sentences: it must stay readable. */
export const GROUP_DEPTH_MAX = 3;
export const SENTENCES_MAX = 40;

export const emptyDraft = (): GroupNode => ({ type: "group", id: "root", join: "all", negated: false, children: [] });

/** A first sentence for a subject: complete where a sensible default exists, else waiting for its values. */
export function sentenceFor(
  subject: SubjectInfo,
  id: string,
  chosen?: { readonly field: string | null; readonly option: ValueOption } | null,
): SentenceNode {
  if (subject.type === "behaviour") {
    const measure = subject.measures?.[0];
    return {
      type: "behaviour",
      id,
      subject: subject.subject,
      window: { kind: "last", days: 90 },
      where: chosen?.field == null ? [] : [{ field: chosen.field, operator: "in", values: [chosen.option.value] }],
      measure: measure?.measure ?? "times",
      operator: "gte",
      values: [1],
    };
  }
  if (subject.type === "sequence") return sequenceFor(subject, id);
  const operator = subject.operators[0] ?? "in";
  return {
    type: "attribute",
    id,
    subject: subject.subject,
    operator,
    values: chosen == null || chosen.field !== null ? defaultValues(subject.type, operator) : [chosen.option.value],
  };
}

/** Put into the cart and then bought or not, until another step is chosen. */
function sequenceFor(subject: SubjectInfo, id: string): SequenceNode {
  const [first, then] = ["events.cart", "orders"].map(
    (name) => subject.steps?.find(({ step }) => step === name) ?? subject.steps?.[0],
  );
  return {
    type: "sequence",
    id,
    subject: subject.subject,
    first: { step: first?.step ?? "", where: [] },
    then: { step: then?.step ?? "", where: [] },
    within_days: 7,
    days: 180,
    times: 1,
  };
}

export function defaultValues(type: SubjectType, operator: Operator): readonly Scalar[] {
  if (operator === "known" || operator === "unknown") return [];
  if (inDays(operator)) return [30];
  if (type === "boolean") return [true];
  return [];
}

/** Whether an operator compares a date with so many days from today. */
export const inDays = (operator: Operator): boolean =>
  operator === "within_last" || operator === "not_within_last" || operator === "within_next";

/** How many values an operator needs: exactly, or at least one for a list. */
export function valuesNeeded(operator: Operator): 0 | 1 | 2 | "list" {
  if (operator === "known" || operator === "unknown") return 0;
  if (operator === "between") return 2;
  if (operator === "in" || operator === "not_in") return "list";
  return 1;
}

const enough = (operator: Operator, values: readonly Scalar[]): boolean => {
  const needed = valuesNeeded(operator);
  return needed === "list" ? values.length > 0 : values.length === needed;
};

/** Whether the node can be counted; an incomplete sentence is shown as waiting and left out of the count. */
export function isComplete(node: ConditionNode): boolean {
  if (node.type === "group") return node.children.some(isComplete);
  if (node.type === "attribute") return enough(node.operator, node.values);
  if (node.type === "sequence") {
    return [...node.first.where, ...node.then.where].every((filter) => enough(filter.operator, filter.values));
  }
  return enough(node.operator, node.values) && node.where.every((filter) => enough(filter.operator, filter.values));
}

export function sentences(node: ConditionNode): readonly SentenceNode[] {
  return node.type === "group" ? node.children.flatMap(sentences) : [node];
}

export function findNode(node: ConditionNode, id: string): ConditionNode | undefined {
  if (node.id === id) return node;
  if (node.type !== "group") return undefined;
  for (const child of node.children) {
    const found = findNode(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function findParent(root: GroupNode, id: string): { parent: GroupNode; index: number } | undefined {
  const index = root.children.findIndex((child) => child.id === id);
  if (index >= 0) return { parent: root, index };
  for (const child of root.children) {
    const found = child.type === "group" ? findParent(child, id) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

export function depthOf(root: GroupNode, id: string, depth = 0): number {
  if (root.id === id) return depth;
  for (const child of root.children) {
    if (child.id === id) return depth + 1;
    const below = child.type === "group" ? depthOf(child, id, depth + 1) : -1;
    if (below >= 0) return below;
  }
  return -1;
}

function mapGroup(root: GroupNode, id: string, change: (group: GroupNode) => GroupNode): GroupNode {
  if (root.id === id) return change(root);
  let touched = false;
  const children = root.children.map((child) => {
    if (child.type !== "group") return child;
    const next = mapGroup(child, id, change);
    if (next !== child) touched = true;
    return next;
  });
  return touched ? { ...root, children } : root;
}

export function insertInto(root: GroupNode, groupId: string, node: ConditionNode, at?: number): GroupNode {
  return mapGroup(root, groupId, (group) => {
    const index = at ?? group.children.length;
    return { ...group, children: [...group.children.slice(0, index), node, ...group.children.slice(index)] };
  });
}

/** Removes the node; a group left without sentences goes with it (the root stays). */
export function removeNode(root: GroupNode, id: string): GroupNode {
  const children = root.children
    .filter((child) => child.id !== id)
    .map((child) => (child.type === "group" ? removeNode(child, id) : child))
    .filter((child) => child.type !== "group" || child.children.length > 0);
  return { ...root, children };
}

export function replaceNode(root: GroupNode, node: ConditionNode): GroupNode {
  const children = root.children.map((child) => {
    if (child.id === node.id) return node;
    return child.type === "group" ? replaceNode(child, node) : child;
  });
  return root.id === node.id && node.type === "group" ? node : { ...root, children };
}

/** Moves a node one place up or down within its group. */
export function moveNode(root: GroupNode, id: string, by: -1 | 1): GroupNode {
  const place = findParent(root, id);
  if (place === undefined) return root;
  const target = place.index + by;
  if (target < 0 || target >= place.parent.children.length) return root;
  return mapGroup(root, place.parent.id, (group) => {
    const children = [...group.children];
    const [node] = children.splice(place.index, 1);
    if (node !== undefined) children.splice(target, 0, node);
    return { ...group, children };
  });
}

/** Puts a node into a new group in its own place: the way from "并且" to "满足任一". */
export function wrapNode(root: GroupNode, id: string, groupId: string, join: "all" | "any"): GroupNode {
  const place = findParent(root, id);
  const node = findNode(root, id);
  if (place === undefined || node === undefined || depthOf(root, id) >= GROUP_DEPTH_MAX) return root;
  const group: GroupNode = { type: "group", id: groupId, join, negated: false, children: [node] };
  return insertInto(removeAt(root, place.parent.id, place.index), place.parent.id, group, place.index);
}

function removeAt(root: GroupNode, groupId: string, index: number): GroupNode {
  return mapGroup(root, groupId, (group) => ({
    ...group,
    children: group.children.filter((_, position) => position !== index),
  }));
}

export function updateGroup(
  root: GroupNode,
  id: string,
  change: Partial<Pick<GroupNode, "join" | "negated">>,
): GroupNode {
  return mapGroup(root, id, (group) => ({ ...group, ...change }));
}

/** The next free id: ids stay short because they travel nowhere, they only key the screen. */
export function nextId(root: GroupNode): string {
  let highest = 0;
  const visit = (node: ConditionNode): void => {
    highest = Math.max(highest, Number(/^n(\d+)$/.exec(node.id)?.[1] ?? 0));
    if (node.type === "group") node.children.forEach(visit);
  };
  visit(root);
  return `n${highest + 1}`;
}

export const measureOf = (subject: SubjectInfo | undefined, measure: string): MeasureInfo | undefined =>
  subject?.measures?.find((candidate) => candidate.measure === measure);
