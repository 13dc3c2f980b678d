import type {
  AggregateNode,
  BandsNode,
  Comparison,
  EdgeNode,
  Expression,
  GapsNode,
  ModeNode,
  NthDayNode,
  SequenceNode,
  Via,
  Window,
} from "./node.ts";

/** Typed functions that make the tree; definitions/ and tests write with these. */
interface Rows {
  readonly where?: Expression;
  readonly window?: Window;
}

/** A plain value stands for the constant node of its kind: numbers are integers; write decimals with `decimal("0.50")`. */
export type Operand = Expression | number | string | boolean;

export function operand(value: Operand): Expression {
  if (typeof value === "number") return { node: "integer", value };
  if (typeof value === "string") return { node: "text", value };
  if (typeof value === "boolean") return { node: "boolean", value };
  return value;
}

export const decimal = (value: string): Expression => ({ node: "decimal", value });
export const date = (value: string): Expression => ({ node: "date", value });
export const today: Expression = { node: "today" };
export const column = (name: string): Expression => ({ node: "column", column: name });
export const profile = (relation: string, name: string): Expression => ({ node: "profile", relation, column: name });
export const member = (name: string): Expression => profile("members", name);
export const tag = (key: string): Expression => ({ node: "tag", key });
/** A constant that is put in before checking. */
export const parameter = (name: string): Expression => ({ node: "parameter", name });
export const segment = (id: number): Expression => ({ node: "segment", id });

export const add = (left: Operand, right: Operand): Expression => ({
  node: "add",
  left: operand(left),
  right: operand(right),
});
export const subtract = (left: Operand, right: Operand): Expression => ({
  node: "subtract",
  left: operand(left),
  right: operand(right),
});
export const multiply = (left: Operand, right: Operand): Expression => ({
  node: "multiply",
  left: operand(left),
  right: operand(right),
});
export const ratio = (numerator: Operand, denominator: Operand, scale: number): Expression => ({
  node: "ratio",
  numerator: operand(numerator),
  denominator: operand(denominator),
  scale,
  rounding: "half_up",
});
export const firstKnown = (...parts: Operand[]): Expression => ({ node: "first_known", parts: parts.map(operand) });
export const least = (...parts: Operand[]): Expression => ({ node: "least", parts: parts.map(operand) });
export const greatest = (...parts: Operand[]): Expression => ({ node: "greatest", parts: parts.map(operand) });

export const daysBetween = (from: Expression, to: Expression): Expression => ({ node: "days_between", from, to });
export const daysSince = (from: Expression): Expression => daysBetween(from, today);
export const shiftDays = (of: Expression, days: number): Expression => ({ node: "shift_days", date: of, days });
export const fullYears = (year: Expression, month: Expression, day: Expression): Expression => ({
  node: "full_years",
  year,
  month,
  day,
});
export const datePart = (part: "year" | "month" | "day" | "weekday", of: Expression): Expression => ({
  node: "date_part",
  part,
  date: of,
});

export const compare = (left: Operand, operator: Comparison, right: Operand): Expression => ({
  node: "compare",
  operator,
  left: operand(left),
  right: operand(right),
});
export const equals = (left: Operand, right: Operand): Expression => compare(left, "=", right);
export const atLeast = (left: Operand, right: Operand): Expression => compare(left, ">=", right);
export const isIn = (value: Operand, options: readonly (string | number)[]): Expression => ({
  node: "in",
  value: operand(value),
  options,
});
export const isKnown = (value: Expression): Expression => ({ node: "is_known", value });
export const and = (...parts: Expression[]): Expression => ({ node: "and", parts });
export const or = (...parts: Expression[]): Expression => ({ node: "or", parts });
export const not = (part: Expression): Expression => ({ node: "not", part });

/** The first branch that holds: `when([condition, value], …, otherwise)`. */
export const choose = (branches: readonly (readonly [Expression, Operand])[], otherwise?: Operand): Expression => ({
  node: "case",
  branches: branches.map(([when, then]) => ({ when, then: operand(then) })),
  ...(otherwise === undefined ? {} : { otherwise: operand(otherwise) }),
});
export const bands = (
  value: Expression,
  borders: readonly (readonly [number | string, string])[],
  last: string,
): BandsNode => ({ node: "bands", value, bands: borders.map(([below, label]) => ({ below, label })), last });

export const lastDays = (days: number, back = 0): Window => ({ kind: "days", days, ...(back > 0 ? { back } : {}) });
export const calendar = (unit: "month" | "year", back = 0): Window => ({
  kind: "calendar",
  unit,
  ...(back > 0 ? { back } : {}),
});
/** The same window measured on another date column of the relation. */
export const on = (name: string, window: Window): Window => ({ ...window, on: name });

type Simple = AggregateNode["function"];
const aggregate = (name: Simple, relation: string, value: Expression | undefined, rows: Rows & { via?: Via }) =>
  ({
    node: "aggregate",
    function: name,
    relation,
    ...(value === undefined ? {} : { value }),
    ...rows,
  }) satisfies AggregateNode;

export const count = (relation: string, rows: Rows & { via?: Via } = {}): Expression =>
  aggregate("count", relation, undefined, rows);
export const sum = (relation: string, value: Operand, rows: Rows & { via?: Via } = {}): Expression =>
  aggregate("sum", relation, of(value), rows);
export const minimum = (relation: string, value: Operand, rows: Rows & { via?: Via } = {}): Expression =>
  aggregate("min", relation, of(value), rows);
export const maximum = (relation: string, value: Operand, rows: Rows & { via?: Via } = {}): Expression =>
  aggregate("max", relation, of(value), rows);
export const countDistinct = (relation: string, value: Operand, rows: Rows & { via?: Via } = {}): Expression =>
  aggregate("count_distinct", relation, of(value), rows);
export const median = (relation: string, value: Operand, rows: Rows = {}): Expression =>
  aggregate("median", relation, of(value), rows);

/** Where a measure is asked over a column, its bare name will do. */
function of(value: Operand): Expression {
  return typeof value === "string" ? column(value) : operand(value);
}

export const mode = (relation: string, value: Operand, rows: Rows & { weight?: Expression } = {}): ModeNode => ({
  node: "mode",
  relation,
  value: of(value),
  ...rows,
});
export const first = (relation: string, value: Operand, rows: Rows & { by?: Expression } = {}): EdgeNode => ({
  node: "first",
  relation,
  value: of(value),
  ...rows,
});
export const last = (relation: string, value: Operand, rows: Rows & { by?: Expression } = {}): EdgeNode => ({
  node: "last",
  relation,
  value: of(value),
  ...rows,
});
export const gaps = (relation: string, name: GapsNode["function"], rows: Rows = {}): GapsNode => ({
  node: "gaps",
  relation,
  function: name,
  ...rows,
});
export const nthDay = (relation: string, n: number, rows: Rows = {}): NthDayNode => ({
  node: "nth_day",
  relation,
  n,
  ...rows,
});
export const sequence = (
  firstStep: Rows & { relation: string },
  thenStep: { relation: string; where?: Expression },
  within_days: number,
): SequenceNode => ({ node: "sequence", first: firstStep, then: thenStep, within_days });
