import { choiceTree } from "./choice.ts";
import { comparison, filterTrees, isTree, MEASURES, narrowing, not } from "./comparison.ts";
import type { AttributeNode, BehaviourNode, ConditionNode, TimeWindow } from "./draft.ts";
import { isComplete } from "./draft.ts";
import { sequenceTree } from "./sequence.ts";
import type { SubjectInfo, TreeNode, Vocabulary } from "./vocabulary.ts";
import { findSubject } from "./vocabulary.ts";

const windowNode = (window: TimeWindow): object | undefined => {
  if (window.kind === "ever") return undefined;
  if (window.kind === "last") return { kind: "days", days: window.days };
  if (window.kind === "ago") {
    return { kind: "days", days: window.to_days - window.from_days + 1, back: window.from_days };
  }
  if (window.kind === "calendar") {
    return { kind: "calendar", unit: window.unit, ...(window.back > 0 ? { back: window.back } : {}) };
  }
  return { kind: "between", from: window.from, to: window.to };
};

/** Puts the window and the filters into every aggregate of a measure; its own base condition stays first. */
function narrowed(expression: TreeNode, window: object | undefined, filters: readonly TreeNode[]): TreeNode {
  if (!MEASURES.has(expression.node)) {
    const entries = Object.entries(expression).map(([key, value]) => [
      key,
      isTree(value) ? narrowed(value, window, filters) : value,
    ]);
    return Object.fromEntries(entries) as TreeNode;
  }
  const where = narrowing(expression["where"], filters);
  return {
    ...expression,
    ...(where === undefined ? {} : { where }),
    ...(window === undefined ? {} : { window }),
  };
}

function attributeTree(node: AttributeNode, subject: SubjectInfo): TreeNode | null {
  if (subject.type === "segment" || subject.type === "choice") {
    const trees = node.values.map((value): TreeNode | null =>
      subject.type === "choice" ? choiceTree(subject, String(value)) : { node: "segment", id: Number(value) },
    );
    const parts = trees.filter((tree) => tree !== null);
    if (parts.length < trees.length) return null;
    const inside = parts.length === 1 && parts[0] !== undefined ? parts[0] : { node: "or", parts };
    return node.operator === "not_in" ? not(inside) : inside;
  }
  if (subject.type === "behaviour" || subject.type === "sequence" || subject.expression === undefined) return null;
  return comparison(subject.expression, node, subject.type);
}

function behaviourTree(node: BehaviourNode, subject: SubjectInfo): TreeNode | null {
  const measure = subject.measures?.find((candidate) => candidate.measure === node.measure);
  if (measure?.expression === undefined) return null;
  const filters = filterTrees(node.where, subject.fields ?? []);
  if (filters === null) return null;
  const left = narrowed(measure.expression, windowNode(node.window), filters);
  return comparison(left, node, measure.type);
}

/** The draft as the server's condition. Sentences that still wait for a value, or whose subject is gone, are left out. */
export function toTree(node: ConditionNode, vocabulary: Vocabulary): TreeNode | null {
  if (node.type === "group") {
    const parts = node.children.map((child) => toTree(child, vocabulary)).filter((part) => part !== null);
    if (parts.length === 0) return null;
    const group: TreeNode = { node: node.join === "all" ? "and" : "or", parts };
    return node.negated ? not(group) : group;
  }
  const subject = findSubject(vocabulary, node.subject);
  if (subject === undefined || !isComplete(node)) return null;
  if (node.type === "sequence") return sequenceTree(node, subject, vocabulary);
  return node.type === "attribute" ? attributeTree(node, subject) : behaviourTree(node, subject);
}

/** Sentences in the draft that the count leaves out, to be said beside it. */
export function leftOut(node: ConditionNode, vocabulary: Vocabulary): number {
  if (node.type === "group") return node.children.reduce((sum, child) => sum + leftOut(child, vocabulary), 0);
  return toTree(node, vocabulary) === null ? 1 : 0;
}
