import type {
  AttributeNode,
  BehaviourNode,
  ConditionNode,
  FieldFilter,
  GroupNode,
  Scalar,
  TimeWindow,
} from "./draft.ts";
import type { FieldInfo, MeasureInfo, Operator, SubjectInfo, TreeNode, ValueType, Vocabulary } from "./vocabulary.ts";

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

interface Comparison {
  readonly left: TreeNode;
  readonly operator: Operator;
  readonly values: readonly Scalar[];
}

const SIGNS: Readonly<Record<string, Operator>> = {
  "=": "eq",
  "!=": "ne",
  ">=": "gte",
  "<=": "lte",
  ">": "gt",
  "<": "lt",
};

const isTree = (value: unknown): value is TreeNode =>
  typeof value === "object" && value !== null && typeof (value as TreeNode).node === "string";

const partsOf = (tree: TreeNode): readonly TreeNode[] =>
  Array.isArray(tree["parts"]) ? tree["parts"].filter(isTree) : [];

export const sameTree = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = Object.entries(b).filter(([, value]) => value !== undefined);
  return (
    left.length === right.length && left.every(([key, value]) => sameTree(value, (b as Record<string, unknown>)[key]))
  );
};

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

function readComparison(tree: TreeNode): Comparison | null {
  if (tree.node === "not" && isTree(tree["part"])) {
    const inside = readComparison(tree["part"]);
    if (inside?.operator === "in") return { ...inside, operator: "not_in" };
    return inside?.operator === "known" ? { ...inside, operator: "unknown" } : null;
  }
  if (tree.node === "is_known" && isTree(tree["value"])) return { left: tree["value"], operator: "known", values: [] };
  if (tree.node === "in" && isTree(tree["value"]) && Array.isArray(tree["options"])) {
    return { left: tree["value"], operator: "in", values: tree["options"] as readonly Scalar[] };
  }
  if (tree.node === "and") return readBetween(partsOf(tree));
  const { left, right, operator } = tree;
  if (tree.node !== "compare" || !isTree(left) || !isTree(right)) return null;
  if (right.node === "shift_days") return readDaysAgo(left, right, String(operator));
  const sign = SIGNS[String(operator)];
  return sign === undefined || right["value"] === undefined
    ? null
    : { left, operator: sign, values: [right["value"] as Scalar] };
}

function readDaysAgo(left: TreeNode, right: TreeNode, operator: string): Comparison | null {
  const days = -Number(right["days"]);
  if (!isTree(right["date"]) || right["date"].node !== "today") return null;
  if (operator === ">") return { left, operator: "within_last", values: [days] };
  return operator === "<=" ? { left, operator: "not_within_last", values: [days] } : null;
}

function readBetween(parts: readonly TreeNode[]): Comparison | null {
  const [low, high] = parts.map((part) => (part.node === "compare" ? readComparison(part) : null));
  if (parts.length !== 2 || low == null || high == null) return null;
  if (low.operator !== "gte" || high.operator !== "lte" || !sameTree(low.left, high.left)) return null;
  return { left: low.left, operator: "between", values: [...low.values, ...high.values] };
}

/** "= 女" and "是 女" are one condition; it is shown in the form that the vocabulary offers. */
const offered = (operator: Operator, operators: readonly Operator[]): Operator =>
  operator === "eq" && operators.includes("in") && !operators.includes("eq") ? "in" : operator;

const scalarOf = (value: Scalar, type: ValueType): Scalar =>
  type === "decimal" || type === "ratio" || type === "integer" || type === "money" ? Number(value) : value;

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
    const where = filters.map((filter) => readFilter(filter, subject.fields ?? []));
    const window = readWindow(aggregate["window"]);
    if (window === null || where.some((filter) => filter === null)) continue;
    return {
      type: "behaviour",
      id,
      subject: subject.subject,
      window,
      where: where.filter((filter) => filter !== null),
      measure: measure.measure,
      operator: compared.operator,
      values: compared.values.map(Number),
    };
  }
  return null;
}

function firstAggregate(tree: TreeNode): TreeNode | null {
  if (tree.node === "aggregate") return tree;
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
  const base = own["where"];
  const where = aggregate["where"];
  if (!isTree(base)) {
    if (!isTree(where)) return [];
    return where.node === "and" && readBetween(partsOf(where)) === null ? partsOf(where) : [where];
  }
  if (sameTree(base, where)) return [];
  if (!isTree(where) || where.node !== "and") return null;
  const [first, ...rest] = partsOf(where);
  return sameTree(first, base) ? rest : null;
}

/** The measure's expression again: every aggregate with its base condition and without a window. */
function withoutNarrowing(tree: TreeNode, measure: MeasureInfo): TreeNode {
  if (tree.node === "aggregate") {
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

function readFilter(tree: TreeNode, fields: readonly FieldInfo[]): FieldFilter | null {
  const compared = readComparison(tree);
  const field = fields.find(
    (candidate) => candidate.expression !== undefined && sameTree(candidate.expression, compared?.left),
  );
  if (compared === null || field === undefined) return null;
  return {
    field: field.field,
    operator: compared.operator,
    values: compared.values.map((value) => scalarOf(value, field.type)),
  };
}

function readWindow(window: unknown): TimeWindow | null {
  if (window === undefined) return { kind: "ever" };
  const { kind, days, back, from, to, on } = window as Record<string, unknown>;
  if (on !== undefined) return null;
  if (kind === "days" && typeof days === "number") {
    if (typeof back !== "number" || back === 0) return { kind: "last", days };
    return { kind: "ago", from_days: back, to_days: back + days - 1 };
  }
  return kind === "between" ? { kind: "dates", from: String(from), to: String(to) } : null;
}
