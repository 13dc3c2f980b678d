import type { AttributeNode, BehaviourNode, ConditionNode, FieldFilter, Scalar, TimeWindow } from "./draft.ts";
import { isComplete } from "./draft.ts";
import type { Operator, SubjectInfo, TreeNode, ValueType, Vocabulary } from "./vocabulary.ts";
import { findSubject } from "./vocabulary.ts";

type Compared = Pick<FieldFilter, "operator" | "values">;

const SIGNS: Partial<Record<Operator, string>> = { eq: "=", ne: "!=", gte: ">=", lte: "<=", gt: ">", lt: "<" };

const not = (part: TreeNode): TreeNode => ({ node: "not", part });
const compare = (left: TreeNode, operator: string, right: TreeNode): TreeNode => ({
  node: "compare",
  operator,
  left,
  right,
});

/** A typed constant; decimals and ratios keep their digits as text, money is already in minor units. */
function constant(value: Scalar, type: ValueType): TreeNode {
  if (type === "boolean") return { node: "boolean", value: value === true || value === "true" };
  if (type === "integer" || type === "money") return { node: "integer", value: Math.round(Number(value)) };
  if (type === "decimal" || type === "ratio") return { node: "decimal", value: String(value) };
  return { node: type === "date" ? "date" : "text", value: String(value) };
}

const daysAgo = (days: Scalar): TreeNode => ({ node: "shift_days", date: { node: "today" }, days: -Number(days) });

function comparison(left: TreeNode, { operator, values }: Compared, type: ValueType): TreeNode {
  const [first = 0, second = 0] = values;
  if (operator === "known") return { node: "is_known", value: left };
  if (operator === "unknown") return not({ node: "is_known", value: left });
  if (operator === "within_last") return compare(left, ">", daysAgo(first));
  if (operator === "not_within_last") return compare(left, "<=", daysAgo(first));
  if (operator === "between") {
    return {
      node: "and",
      parts: [compare(left, ">=", constant(first, type)), compare(left, "<=", constant(second, type))],
    };
  }
  if (operator === "in" || operator === "not_in") {
    const inside: TreeNode = { node: "in", value: left, options: values.map((value) => option(value, type)) };
    return operator === "in" ? inside : not(inside);
  }
  return compare(left, SIGNS[operator] ?? "=", constant(first, type));
}

const option = (value: Scalar, type: ValueType): string | number =>
  type === "integer" || type === "money" ? Number(value) : String(value);

const windowNode = (window: TimeWindow): object | undefined => {
  if (window.kind === "ever") return undefined;
  if (window.kind === "last") return { kind: "days", days: window.days };
  if (window.kind === "ago") {
    return { kind: "days", days: window.to_days - window.from_days + 1, back: window.from_days };
  }
  return { kind: "between", from: window.from, to: window.to };
};

/** Puts the window and the filters into every aggregate of a measure; its own base condition stays first. */
function narrowed(expression: TreeNode, window: object | undefined, filters: readonly TreeNode[]): TreeNode {
  if (expression.node !== "aggregate") {
    const entries = Object.entries(expression).map(([key, value]) => [
      key,
      isTree(value) ? narrowed(value, window, filters) : value,
    ]);
    return Object.fromEntries(entries) as TreeNode;
  }
  const parts = isTree(expression["where"]) ? [expression["where"], ...filters] : filters;
  const where = parts.length > 1 ? { node: "and", parts } : parts[0];
  return {
    ...expression,
    ...(where === undefined ? {} : { where }),
    ...(window === undefined ? {} : { window }),
  };
}

const isTree = (value: unknown): value is TreeNode =>
  typeof value === "object" && value !== null && typeof (value as TreeNode).node === "string";

function attributeTree(node: AttributeNode, subject: SubjectInfo): TreeNode | null {
  if (subject.type === "segment") {
    const parts = node.values.map((value): TreeNode => ({ node: "segment", id: Number(value) }));
    const inside = parts.length === 1 && parts[0] !== undefined ? parts[0] : { node: "or", parts };
    return node.operator === "not_in" ? not(inside) : inside;
  }
  if (subject.type === "behaviour" || subject.expression === undefined) return null;
  return comparison(subject.expression, node, subject.type);
}

function behaviourTree(node: BehaviourNode, subject: SubjectInfo): TreeNode | null {
  const measure = subject.measures?.find((candidate) => candidate.measure === node.measure);
  if (measure?.expression === undefined) return null;
  const filters = node.where.map((filter) => {
    const field = subject.fields?.find((candidate) => candidate.field === filter.field);
    return field?.expression === undefined ? null : comparison(field.expression, filter, field.type);
  });
  if (filters.some((filter) => filter === null)) return null;
  const left = narrowed(
    measure.expression,
    windowNode(node.window),
    filters.filter((filter) => filter !== null),
  );
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
  return node.type === "attribute" ? attributeTree(node, subject) : behaviourTree(node, subject);
}

/** Sentences in the draft that the count leaves out, to be said beside it. */
export function leftOut(node: ConditionNode, vocabulary: Vocabulary): number {
  if (node.type === "group") return node.children.reduce((sum, child) => sum + leftOut(child, vocabulary), 0);
  return toTree(node, vocabulary) === null ? 1 : 0;
}
