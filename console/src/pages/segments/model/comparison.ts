import type { FieldFilter, Scalar } from "./draft.ts";
import type { FieldInfo, Operator, TreeNode, ValueType } from "./vocabulary.ts";

type Compared = Pick<FieldFilter, "operator" | "values">;

export const isTree = (value: unknown): value is TreeNode =>
  typeof value === "object" && value !== null && typeof (value as TreeNode).node === "string";

const SIGNS: Partial<Record<Operator, string>> = { eq: "=", ne: "!=", gte: ">=", lte: "<=", gt: ">", lt: "<" };

export const not = (part: TreeNode): TreeNode => ({ node: "not", part });
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

const TODAY: TreeNode = { node: "today" };
const fromToday = (days: number): TreeNode => ({ node: "shift_days", date: TODAY, days });

/** The comparison of a value as the server writes it. */
export function comparison(left: TreeNode, { operator, values }: Compared, type: ValueType): TreeNode {
  const [first = 0, second = 0] = values;
  if (operator === "known") return { node: "is_known", value: left };
  if (operator === "unknown") return not({ node: "is_known", value: left });
  if (operator === "within_last") return compare(left, ">", fromToday(-Number(first)));
  if (operator === "not_within_last") return compare(left, "<=", fromToday(-Number(first)));
  if (operator === "within_next") {
    return { node: "and", parts: [compare(left, ">=", TODAY), compare(left, "<=", fromToday(Number(first)))] };
  }
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

/** Nodes that look at records, and so take a window and filters. */
export const MEASURES: ReadonlySet<string> = new Set(["aggregate", "first", "last", "mode"]);

/** A base condition and the filters added to it. */
export function narrowing(base: unknown, filters: readonly TreeNode[]): TreeNode | undefined {
  const parts = isTree(base) ? [base, ...filters] : filters;
  return parts.length > 1 ? { node: "and", parts } : parts[0];
}

/** The conditions of filters, or null when a field is unknown. */
export function filterTrees(where: readonly FieldFilter[], fields: readonly FieldInfo[]): readonly TreeNode[] | null {
  const trees = where.map((filter) => {
    const field = fields.find((candidate) => candidate.field === filter.field);
    return field?.expression === undefined ? null : comparison(field.expression, filter, field.type);
  });
  return trees.some((tree) => tree === null) ? null : trees.filter((tree) => tree !== null);
}
