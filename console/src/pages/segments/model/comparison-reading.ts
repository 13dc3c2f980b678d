import { isTree } from "./comparison.ts";
import type { FieldFilter, Scalar } from "./draft.ts";
import { sameTree } from "./same-tree.ts";
import type { FieldInfo, Operator, TreeNode, ValueType } from "./vocabulary.ts";

export interface Comparison {
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

export const partsOf = (tree: TreeNode): readonly TreeNode[] =>
  Array.isArray(tree["parts"]) ? tree["parts"].filter(isTree) : [];

/** One value compared with others, in any of the forms in which comparisons are written. */
export function readComparison(tree: TreeNode): Comparison | null {
  if (tree.node === "not" && isTree(tree["part"])) {
    const inside = readComparison(tree["part"]);
    if (inside?.operator === "in") return { ...inside, operator: "not_in" };
    return inside?.operator === "known" ? { ...inside, operator: "unknown" } : null;
  }
  if (tree.node === "is_known" && isTree(tree["value"])) return { left: tree["value"], operator: "known", values: [] };
  if (tree.node === "in" && isTree(tree["value"]) && Array.isArray(tree["options"])) {
    return { left: tree["value"], operator: "in", values: tree["options"] as readonly Scalar[] };
  }
  if (tree.node === "and") return readBetween(partsOf(tree)) ?? readDaysAhead(partsOf(tree));
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

function readDaysAhead(parts: readonly TreeNode[]): Comparison | null {
  const [low, high] = parts;
  if (parts.length !== 2 || low?.node !== "compare" || high?.node !== "compare") return null;
  const { left, right } = high;
  if (low["operator"] !== ">=" || high["operator"] !== "<=" || !sameTree(low["left"], left)) return null;
  if (!sameTree(low["right"], TODAY) || !isTree(left) || !isTree(right) || !sameTree(right["date"], TODAY)) return null;
  return { left, operator: "within_next", values: [Number(right["days"])] };
}

const TODAY: TreeNode = { node: "today" };

function readBetween(parts: readonly TreeNode[]): Comparison | null {
  const [low, high] = parts.map((part) => (part.node === "compare" ? readComparison(part) : null));
  if (parts.length !== 2 || low == null || high == null) return null;
  if (low.operator !== "gte" || high.operator !== "lte" || !sameTree(low.left, high.left)) return null;
  return { left: low.left, operator: "between", values: [...low.values, ...high.values] };
}

export const scalarOf = (value: Scalar, type: ValueType): Scalar =>
  type === "decimal" || type === "ratio" || type === "integer" || type === "money" ? Number(value) : value;

/** The filters in `where` that stand beside the base condition, or null when that base is not there. */
export function addedTo(base: unknown, where: unknown): readonly TreeNode[] | null {
  if (!isTree(base)) {
    if (!isTree(where)) return [];
    const one = where.node !== "and" || readComparison(where) !== null;
    return one ? [where] : partsOf(where);
  }
  if (sameTree(base, where)) return [];
  if (!isTree(where) || where.node !== "and") return null;
  const [first, ...rest] = partsOf(where);
  return sameTree(first, base) ? rest : null;
}

/** The filters as fields of the vocabulary, or null where one is none. */
export function readFilters(trees: readonly TreeNode[], fields: readonly FieldInfo[]): FieldFilter[] | null {
  const filters = trees.map((tree) => readFilter(tree, fields));
  return filters.some((filter) => filter === null) ? null : filters.filter((filter) => filter !== null);
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
