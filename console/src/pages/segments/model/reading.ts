import { readChoices } from "./choice.ts";
import { isTree, MEASURES } from "./comparison.ts";
import { addedTo, type Comparison, partsOf, readComparison, readFilters, scalarOf } from "./comparison-reading.ts";
import type { AttributeNode, BehaviourNode, ConditionNode, GroupNode, TimeWindow } from "./draft.ts";
import { sameTree } from "./same-tree.ts";
import { readSequence } from "./sequence.ts";
import type { MeasureInfo, Operator, SubjectInfo, TreeNode, ValueType, Vocabulary } from "./vocabulary.ts";

/**
 * The way back: a stored condition → sentences. A condition that was not made here (imported JSON, a later builder) may
 * have no sentence form; then null, and the page shows it as it is instead of guessing.
 */
export function fromTree(tree: TreeNode, vocabulary: Vocabulary): GroupNode | null {
  const count = { ids: 0 };
  const node = readNode(tree, vocabulary, count);
  if (node === null) return null;
  if (node.type === "group" && !node.negated) return { ...node, id: "root" };
  return { type: "group", id: "root", join: "all", negated: false, children: [node] };
}

function readNode(tree: TreeNode, vocabulary: Vocabulary, count: { ids: number }): ConditionNode | null {
  count.ids += 1;
  const id = `n${count.ids}`;
  const sentence = readSentence(tree, vocabulary, id);
  if (sentence !== null) return sentence;
  if (tree.node === "not" && isTree(tree["part"])) {
    const inner = readNode(tree["part"], vocabulary, count);
    if (inner === null) return null;
    if (inner.type === "group" && !inner.negated) return { ...inner, negated: true };
    return { type: "group", id, join: "all", negated: true, children: [inner] };
  }
  if (tree.node !== "and" && tree.node !== "or") return null;
  const children = partsOf(tree).map((part) => readNode(part, vocabulary, count));
  if (children.some((child) => child === null)) return null;
  return {
    type: "group",
    id,
    join: tree.node === "and" ? "all" : "any",
    negated: false,
    children: children.filter((child) => child !== null),
  };
}

function readSentence(tree: TreeNode, vocabulary: Vocabulary, id: string): ConditionNode | null {
  const segments = readSegments(tree);
  const subjects = vocabulary.groups.flatMap((group) => group.subjects);
  if (segments !== null) {
    const subject = subjects.find((candidate) => candidate.type === "segment");
    return subject === undefined ? null : { type: "attribute", id, subject: subject.subject, ...segments };
  }
  for (const subject of subjects) {
    const choices = subject.type === "choice" ? readChoices(tree, subject) : null;
    if (choices !== null) return { type: "attribute", id, subject: subject.subject, ...choices };
    const sequence = subject.type === "sequence" ? readSequence(tree, subject, vocabulary, id) : null;
    if (sequence !== null) return sequence;
  }
  const compared = readComparison(tree);
  if (compared === null) return null;
  for (const subject of subjects) {
    const found =
      subject.type === "behaviour" ? readBehaviour(compared, subject, id) : readAttribute(compared, subject, id);
    if (found !== null) return found;
  }
  return null;
}

function readSegments(tree: TreeNode): Pick<AttributeNode, "operator" | "values"> | null {
  if (tree.node === "segment") return { operator: "in", values: [String(tree["id"])] };
  if (tree.node === "not" && isTree(tree["part"])) {
    const inside = readSegments(tree["part"]);
    return inside === null || inside.operator === "not_in" ? null : { ...inside, operator: "not_in" };
  }
  const parts = tree.node === "or" ? partsOf(tree) : [];
  if (parts.length < 2 || parts.some((part) => part.node !== "segment")) return null;
  return { operator: "in", values: parts.map((part) => String(part["id"])) };
}

/** "= 女" and "是 女" are one condition; it is shown in the form that the vocabulary offers. */
const offered = (operator: Operator, operators: readonly Operator[]): Operator =>
  operator === "eq" && operators.includes("in") && !operators.includes("eq") ? "in" : operator;

function readAttribute(compared: Comparison, subject: SubjectInfo, id: string): AttributeNode | null {
  if (subject.expression === undefined || !sameTree(subject.expression, compared.left)) return null;
  const type = subject.type as ValueType;
  const values = compared.values.map((value) => scalarOf(value, type));
  return {
    type: "attribute",
    id,
    subject: subject.subject,
    operator: offered(compared.operator, subject.operators),
    values,
  };
}

function readBehaviour(compared: Comparison, subject: SubjectInfo, id: string): BehaviourNode | null {
  const aggregate = firstAggregate(compared.left);
  if (aggregate === null) return null;
  for (const measure of subject.measures ?? []) {
    const filters = filtersOf(aggregate, measure);
    if (filters === null || !sameTree(withoutNarrowing(compared.left, measure), measure.expression)) continue;
    const where = readFilters(filters, subject.fields ?? []);
    const window = readWindow(aggregate["window"]);
    if (window === null || where === null) continue;
    return {
      type: "behaviour",
      id,
      subject: subject.subject,
      window,
      where,
      measure: measure.measure,
      operator: offered(compared.operator, measure.operators ?? []),
      values: compared.values.map((value) => scalarOf(value, measure.type)),
    };
  }
  return null;
}

function firstAggregate(tree: TreeNode): TreeNode | null {
  if (MEASURES.has(tree.node)) return tree;
  for (const value of Object.values(tree)) {
    const found = isTree(value) ? firstAggregate(value) : null;
    if (found !== null) return found;
  }
  return null;
}

/** The filters that were added to the measure's own base condition, or null when that base is not there. */
function filtersOf(aggregate: TreeNode, measure: MeasureInfo): readonly TreeNode[] | null {
  const own = measure.expression === undefined ? null : firstAggregate(measure.expression);
  if (own === null) return null;
  return addedTo(own["where"], aggregate["where"]);
}

/** The measure's expression again: every aggregate with its base condition and without a window. */
function withoutNarrowing(tree: TreeNode, measure: MeasureInfo): TreeNode {
  if (MEASURES.has(tree.node)) {
    const { window: _window, where: _where, ...rest } = tree;
    const base = measure.expression === undefined ? undefined : firstAggregate(measure.expression)?.["where"];
    return base === undefined ? (rest as TreeNode) : ({ ...rest, where: base } as unknown as TreeNode);
  }
  const entries = Object.entries(tree).map(([key, value]) => [
    key,
    isTree(value) ? withoutNarrowing(value, measure) : value,
  ]);
  return Object.fromEntries(entries) as TreeNode;
}

function readWindow(window: unknown): TimeWindow | null {
  if (window === undefined) return { kind: "ever" };
  const { kind, days, back, from, to, on, unit } = window as Record<string, unknown>;
  if (on !== undefined) return null;
  if (kind === "days" && typeof days === "number") {
    if (typeof back !== "number" || back === 0) return { kind: "last", days };
    return { kind: "ago", from_days: back, to_days: back + days - 1 };
  }
  if (kind === "calendar" && (unit === "month" || unit === "year")) {
    return { kind: "calendar", unit, back: typeof back === "number" ? back : 0 };
  }
  return kind === "between" ? { kind: "dates", from: String(from), to: String(to) } : null;
}
