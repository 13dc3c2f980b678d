import type { Checker } from "./check.ts";
import {
  type BandsNode,
  type CaseNode,
  type ColumnNode,
  type Constant,
  type Expression,
  type InNode,
  type NodeKind,
  OPTIONS_MAX,
  type ProfileNode,
  type RatioNode,
  SCALE_MAX,
  WINDOW_DAYS_MAX,
} from "./node.ts";
import { columnOf, type Relation } from "./relation.ts";
import {
  BOOLEAN,
  commonType,
  DATE,
  decimalType,
  INTEGER,
  isNumber,
  parseDecimal,
  scaleOf,
  TEXT,
  typeName,
  typeOfColumn,
  type ValueType,
} from "./value-type.ts";

type Found = ValueType | undefined;
type Kind<K extends NodeKind> = Extract<Expression, { node: K }>;

/** The fields that each kind of node may have, beside `node`; those that end in `?` may be absent. */
export const scalarFields: Readonly<Record<string, readonly string[]>> = {
  integer: ["value"],
  decimal: ["value"],
  text: ["value"],
  date: ["value"],
  boolean: ["value"],
  today: [],
  column: ["column"],
  profile: ["relation", "column"],
  tag: ["key"],
  segment: ["id"],
  add: ["left", "right"],
  subtract: ["left", "right"],
  multiply: ["left", "right"],
  ratio: ["numerator", "denominator", "scale", "rounding"],
  first_known: ["parts"],
  least: ["parts"],
  greatest: ["parts"],
  days_between: ["from", "to"],
  shift_days: ["date", "days"],
  full_years: ["year", "month", "day"],
  date_part: ["part", "date"],
  compare: ["operator", "left", "right"],
  in: ["value", "options"],
  is_known: ["value"],
  and: ["parts"],
  or: ["parts"],
  not: ["part"],
  case: ["branches", "otherwise?"],
  bands: ["value", "bands", "last"],
};

/** Reports fields that are missing or too many. @returns whether the node has the right ones. */
export function checkFields(at: Checker, node: object, path: string, fields: readonly string[]): boolean {
  const known = new Set(["node", ...fields.map((field) => field.replace("?", ""))]);
  const before = at.problems.length;
  for (const field of Object.keys(node)) {
    if (!known.has(field)) at.report(path, "unknown_field", { field: field.slice(0, 40) });
  }
  for (const field of fields) {
    if (!field.endsWith("?") && !(field in node)) wanted(at, join(path, field), "必填的内容", "a value");
  }
  return at.problems.length === before;
}

export function join(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}

export function wanted(at: Checker, path: string, wanted_zh: string, wanted_en: string): undefined {
  return at.report(path, "bad_field", { wanted_zh, wanted_en });
}

export function checkScalar(at: Checker, node: Expression, path: string, row: Relation | null): Found {
  if (!checkFields(at, node, path, scalarFields[node.node] ?? [])) return undefined;
  switch (node.node) {
    case "integer":
    case "decimal":
    case "text":
    case "date":
    case "boolean":
      return constant(at, node, join(path, "value"));
    case "today":
      return DATE;
    case "column":
      return rowColumn(at, node, path, row);
    case "profile":
      return row === null ? profileColumn(at, node, path) : memberOnly(at, node, path);
    case "tag":
    case "segment":
      return row === null ? at.reference(node, path) : memberOnly(at, node, path);
    case "add":
    case "subtract":
    case "multiply":
      return arithmetic(at, node, path, row);
    case "ratio":
      return ratio(at, node, path, row);
    case "date_part":
    case "days_between":
    case "shift_days":
    case "full_years":
      return dates(at, node, path, row);
    default:
      return choices(at, node, path, row);
  }
}

function choices(at: Checker, node: Expression, path: string, row: Relation | null): Found {
  switch (node.node) {
    case "first_known":
    case "least":
    case "greatest":
      return common(at, list(at, node.parts, join(path, "parts"), 1), join(path, "parts"), row);
    case "compare":
      return comparison(at, node, path, row);
    case "in":
      return membership(at, node, path, row);
    case "is_known":
      return at.check(node.value, join(path, "value"), row) && BOOLEAN;
    case "and":
    case "or":
      list(at, node.parts, join(path, "parts"), 0).forEach((part, index) => {
        at.condition(part, `${join(path, "parts")}[${index}]`, row);
      });
      return BOOLEAN;
    case "not":
      at.condition(node.part, join(path, "part"), row);
      return BOOLEAN;
    case "case":
      return cases(at, node, path, row);
    case "bands":
      return bandNames(at, node, path, row);
    default:
      return undefined;
  }
}

/** A real day of the calendar between the years 1900 and 2199. */
export function isDay(value: unknown): value is string {
  if (typeof value !== "string" || !/^(19|20|21)\d\d-\d\d-\d\d$/.test(value)) return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
}

function constant(at: Checker, node: Constant, path: string): Found {
  const value: unknown = node.value;
  switch (node.node) {
    case "integer":
      return Number.isSafeInteger(value) ? INTEGER : wanted(at, path, "整数", "a whole number");
    case "decimal": {
      const parsed = typeof value === "string" ? parseDecimal(value) : undefined;
      return parsed ? decimalType(parsed.scale) : wanted(at, path, "形如 12.50 的小数", "a decimal such as 12.50");
    }
    case "text":
      return isText(value) ? TEXT : wanted(at, path, "不超过 200 字的文本", "a text of at most 200 characters");
    case "date":
      return isDay(value) ? DATE : wanted(at, path, "形如 2026-11-22 的日期", "a date such as 2026-11-22");
    case "boolean":
      return typeof value === "boolean" ? BOOLEAN : wanted(at, path, "true 或 false", "true or false");
  }
}

/** PostgreSQL takes no NUL and no lone surrogate in a text. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= 200 && !value.includes("\u0000") && value.isWellFormed();
}

function memberOnly(at: Checker, node: Expression, path: string): undefined {
  return at.report(path, "wrong_scope", {
    node: node.node,
    reason_zh: "行内条件只能用该表自己的列",
    reason_en: "a condition on rows sees only the columns of its relation",
  });
}

function rowColumn(at: Checker, node: ColumnNode, path: string, row: Relation | null): Found {
  if (row !== null) return namedColumn(at, row, node.column, join(path, "column"));
  return at.report(path, "wrong_scope", {
    node: "column",
    reason_zh: "请用 profile 读会员资料，或放进统计条件里",
    reason_en: "read a member's profile with `profile`, or put it inside an aggregate",
  });
}

export function namedColumn(at: Checker, relation: Relation, name: string, path: string): Found {
  const found = columnOf(relation, name);
  if (found !== undefined) return typeOfColumn(found.type);
  const known = relation.columns.map((column) => column.name).join(", ");
  return at.report(path, "unknown_column", { relation: relation.name, column: String(name).slice(0, 60), known });
}

export function namedRelation(at: Checker, name: unknown, path: string): Relation | undefined {
  const relation = typeof name === "string" ? at.catalogue.find(name) : undefined;
  return relation ?? at.report(path, "unknown_relation", { relation: String(name).slice(0, 60) });
}

function profileColumn(at: Checker, node: ProfileNode, path: string): Found {
  const relation = namedRelation(at, node.relation, join(path, "relation"));
  if (relation === undefined) return undefined;
  if (relation.per_member === "one") return namedColumn(at, relation, node.column, join(path, "column"));
  return at.report(join(path, "relation"), "wrong_relation", {
    relation: relation.name,
    reason_zh: "每位会员不止一行，请用统计（次数、合计、最近一次）",
    reason_en: "has more than one row per member: use an aggregate (count, sum, last)",
  });
}

function list(at: Checker, parts: unknown, path: string, least: number): readonly Expression[] {
  if (Array.isArray(parts) && parts.length >= least) return parts as Expression[];
  wanted(at, path, "列表", least > 0 ? "a list with at least one entry" : "a list");
  return [];
}

/** The type that all parts share. */
function common(at: Checker, parts: readonly Expression[], path: string, row: Relation | null): Found {
  let type: Found;
  let complete = true;
  parts.forEach((part, index) => {
    const next = at.check(part, `${path}[${index}]`, row);
    if (next === undefined) complete = false;
    else type = type === undefined ? next : joined(at, type, next, `${path}[${index}]`);
  });
  return complete ? type : undefined;
}

function joined(at: Checker, left: ValueType, right: ValueType, path: string): Found {
  return (
    commonType(left, right) ??
    at.report(path, "no_common_type", {
      left_zh: typeName(left, "zh"),
      left_en: typeName(left, "en"),
      right_zh: typeName(right, "zh"),
      right_en: typeName(right, "en"),
    })
  );
}

function number(at: Checker, node: Expression, path: string, row: Relation | null): Found {
  const type = at.check(node, path, row);
  if (type === undefined || isNumber(type)) return type;
  return at.wrongType(path, "number", type);
}

function ofType(at: Checker, node: Expression, path: string, row: Relation | null, type: ValueType): Found {
  const found = at.check(node, path, row);
  if (found === undefined || found.kind === type.kind) return found;
  return at.wrongType(path, type, found);
}

function arithmetic(
  at: Checker,
  node: Kind<"add" | "subtract" | "multiply">,
  path: string,
  row: Relation | null,
): Found {
  const left = number(at, node.left, join(path, "left"), row);
  const right = number(at, node.right, join(path, "right"), row);
  if (left === undefined || right === undefined) return undefined;
  if (node.node !== "multiply") return commonType(left, right);
  const scale = scaleOf(left) + scaleOf(right);
  if (scale > SCALE_MAX) return at.report(path, "scale_too_large", { max: SCALE_MAX });
  return left.kind === "integer" && right.kind === "integer" ? INTEGER : decimalType(scale);
}

function ratio(at: Checker, node: RatioNode, path: string, row: Relation | null): Found {
  number(at, node.numerator, join(path, "numerator"), row);
  number(at, node.denominator, join(path, "denominator"), row);
  if ((node.rounding as unknown) !== "half_up") return wanted(at, join(path, "rounding"), "half_up", "half_up");
  if (Number.isInteger(node.scale) && node.scale >= 0 && node.scale <= SCALE_MAX) return decimalType(node.scale);
  return wanted(at, join(path, "scale"), `0 到 ${SCALE_MAX} 的整数`, `a whole number from 0 to ${SCALE_MAX}`);
}

const PARTS = ["year", "month", "day", "weekday"];

function dates(
  at: Checker,
  node: Kind<"date_part" | "days_between" | "shift_days" | "full_years">,
  path: string,
  row: Relation | null,
): Found {
  switch (node.node) {
    case "days_between":
      ofType(at, node.from, join(path, "from"), row, DATE);
      ofType(at, node.to, join(path, "to"), row, DATE);
      return INTEGER;
    case "shift_days": {
      ofType(at, node.date, join(path, "date"), row, DATE);
      if (Number.isInteger(node.days) && Math.abs(node.days) <= WINDOW_DAYS_MAX) return DATE;
      return wanted(at, join(path, "days"), `不超过 ${WINDOW_DAYS_MAX} 的天数`, `at most ${WINDOW_DAYS_MAX} days`);
    }
    case "full_years":
      for (const part of ["year", "month", "day"] as const) ofType(at, node[part], join(path, part), row, INTEGER);
      return INTEGER;
    case "date_part":
      ofType(at, node.date, join(path, "date"), row, DATE);
      if (PARTS.includes(node.part)) return INTEGER;
      return wanted(at, join(path, "part"), PARTS.join("/"), `one of ${PARTS.join(", ")}`);
  }
}

const OPERATORS = ["=", "!=", "<", "<=", ">", ">="];

function comparison(at: Checker, node: Kind<"compare">, path: string, row: Relation | null): Found {
  const left = at.check(node.left, join(path, "left"), row);
  const right = at.check(node.right, join(path, "right"), row);
  if (!OPERATORS.includes(node.operator)) wanted(at, join(path, "operator"), "比较符", `one of ${OPERATORS.join(" ")}`);
  if (left === undefined || right === undefined) return BOOLEAN;
  if (joined(at, left, right, path) !== undefined && left.kind === "boolean" && !["=", "!="].includes(node.operator)) {
    wanted(at, join(path, "operator"), "= 或 !=", "= or !=");
  }
  return BOOLEAN;
}

function membership(at: Checker, node: InNode, path: string, row: Relation | null): Found {
  const type = at.check(node.value, join(path, "value"), row);
  const place = join(path, "options");
  const options: readonly unknown[] = Array.isArray(node.options) ? node.options : [];
  if (options.length === 0 || options.length > OPTIONS_MAX) {
    wanted(at, place, `1 到 ${OPTIONS_MAX} 个值`, `1 to ${OPTIONS_MAX} values`);
  }
  if (type?.kind === "text" && !options.every(isText)) wanted(at, place, "文本", "texts");
  if (type?.kind === "integer" && !options.every(Number.isSafeInteger)) wanted(at, place, "整数", "whole numbers");
  if (type !== undefined && type.kind !== "text" && type.kind !== "integer") return at.wrongType(path, TEXT, type);
  return BOOLEAN;
}

function cases(at: Checker, node: CaseNode, path: string, row: Relation | null): Found {
  const values: Expression[] = [];
  const branches: unknown[] = Array.isArray(node.branches) ? [...node.branches] : [];
  if (branches.length === 0) return wanted(at, join(path, "branches"), "至少一个分支", "at least one branch");
  for (const [index, branch] of node.branches.entries()) {
    const place = `${join(path, "branches")}[${index}]`;
    if (typeof branch !== "object" || branch === null) return wanted(at, place, "when 与 then", "when and then");
    at.condition(branch.when, `${place}.when`, row);
    values.push(branch.then);
  }
  if (node.otherwise !== undefined) values.push(node.otherwise);
  return common(at, values, join(path, "values"), row);
}

function bandNames(at: Checker, node: BandsNode, path: string, row: Relation | null): Found {
  const type = number(at, node.value, join(path, "value"), row);
  const place = join(path, "bands");
  const bands: readonly { below: unknown; label: unknown }[] = Array.isArray(node.bands) ? node.bands : [];
  if (bands.length === 0 || !isText(node.last)) return wanted(at, place, "分段与末段名称", "bands and the last label");
  let previous: bigint | undefined;
  for (const band of bands) {
    const border = type === undefined ? 0n : borderUnits(band?.below, type);
    if (border === undefined || !isText(band.label)) {
      return wanted(at, place, "与数值同类的边界和名称", "borders of the value's own scale, with labels");
    }
    if (previous !== undefined && type !== undefined && border <= previous) return at.report(place, "bands_not_rising");
    previous = border;
  }
  return TEXT;
}

/** A band's border in the units of the value's type; undefined when it does not fit. */
export function borderUnits(below: unknown, type: ValueType): bigint | undefined {
  const parsed = parseDecimal(String(below));
  if (parsed === undefined || parsed.scale > scaleOf(type)) return undefined;
  return parsed.units * 10n ** BigInt(scaleOf(type) - parsed.scale);
}
