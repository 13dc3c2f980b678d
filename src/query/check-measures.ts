import { checkFields, isDay, join, namedColumn, namedRelation, wanted } from "./check-scalars.ts";
import type { Checker } from "./check.ts";
import {
  type AggregateNode,
  type Expression,
  type GapsNode,
  type Measure,
  type ModeNode,
  type NthDayNode,
  type SequenceNode,
  type Via,
  type Window,
  WINDOW_DAYS_MAX,
} from "./node.ts";
import type { Relation } from "./relation.ts";
import { DATE, INTEGER, isNumber, type ValueType } from "./value-type.ts";

type Found = ValueType | undefined;

const FIELDS: Readonly<Record<Measure["node"], readonly string[]>> = {
  aggregate: ["function", "relation", "value?", "where?", "window?", "via?"],
  mode: ["relation", "value", "weight?", "where?", "window?"],
  first: ["relation", "value", "by?", "where?", "window?"],
  last: ["relation", "value", "by?", "where?", "window?"],
  gaps: ["function", "relation", "where?", "window?"],
  nth_day: ["n", "relation", "where?", "window?"],
  sequence: ["first", "then", "within_days"],
};

export const measureNodes: ReadonlySet<string> = new Set(Object.keys(FIELDS));

export function checkMeasure(at: Checker, node: Expression, path: string, row: Relation | null): Found {
  const measure = node as Measure;
  if (row !== null) {
    return at.report(path, "wrong_scope", {
      node: node.node,
      reason_zh: "统计里面不能再套统计",
      reason_en: "an aggregate cannot stand inside an aggregate",
    });
  }
  if (!checkFields(at, node, path, FIELDS[measure.node])) return undefined;
  if (measure.node === "sequence") return sequence(at, measure, path);
  const relation = rows(at, measure, path);
  if (relation === undefined) return undefined;
  switch (measure.node) {
    case "aggregate":
      return aggregate(at, measure, path, relation);
    case "mode":
      return mode(at, measure, path, relation);
    case "first":
    case "last":
      if (measure.by !== undefined) sortable(at, measure.by, join(path, "by"), relation);
      return plain(at, measure.value, join(path, "value"), relation);
    case "gaps":
      return gaps(at, measure, path, relation);
    case "nth_day":
      return nthDay(at, measure, path, relation);
  }
}

interface RowFields {
  readonly relation: string;
  readonly where?: Expression;
  readonly window?: Window;
}

/** The relation of a measure, its filter and window checked. */
function rows(at: Checker, node: RowFields, path: string): Relation | undefined {
  const relation = namedRelation(at, node?.relation, join(path, "relation"));
  if (relation === undefined) return undefined;
  if (relation.per_member === "none") {
    return at.report(join(path, "relation"), "wrong_relation", {
      relation: relation.name,
      reason_zh: "不属于会员",
      reason_en: "does not belong to members",
    });
  }
  if (node.where !== undefined) at.condition(node.where, join(path, "where"), relation);
  if (node.window !== undefined) window(at, node.window, join(path, "window"), relation);
  return relation;
}

const WINDOW_FIELDS: Readonly<Record<string, readonly string[]>> = {
  days: ["days", "back", "on"],
  calendar: ["unit", "back", "on"],
  between: ["from", "to", "on"],
};

function window(at: Checker, given: Window, path: string, relation: Relation): void {
  if (at.options.internal === true) return;
  const fields = Object.hasOwn(WINDOW_FIELDS, String(given?.kind)) ? WINDOW_FIELDS[given.kind] : undefined;
  if (fields === undefined) return wanted(at, join(path, "kind"), "days/calendar/between", "days, calendar or between");
  for (const field of Object.keys(given)) {
    if (field !== "kind" && !fields.includes(field)) at.report(path, "unknown_field", { field: field.slice(0, 40) });
  }
  if (given.on !== undefined) {
    const type = namedColumn(at, relation, given.on, join(path, "on"));
    if (type !== undefined && type.kind !== "date") at.wrongType(join(path, "on"), DATE, type);
  } else if (relation.day === undefined) {
    at.report(path, "wrong_relation", {
      relation: relation.name,
      reason_zh: "没有日期，不能限定时间",
      reason_en: "has no day, so it takes no window",
    });
  }
  if (given.kind === "between") return between(at, given, path);
  if (!wholeWithin(given.back ?? 0, 0, WINDOW_DAYS_MAX)) days(at, join(path, "back"), 0);
  if (given.kind === "days" && !wholeWithin(given.days, 1, WINDOW_DAYS_MAX)) days(at, join(path, "days"), 1);
  if (given.kind === "calendar" && !["month", "year"].includes(given.unit)) {
    wanted(at, join(path, "unit"), "month 或 year", "month or year");
  }
}

function between(at: Checker, given: Extract<Window, { kind: "between" }>, path: string): void {
  for (const end of ["from", "to"] as const) {
    if (!isDay(given[end])) wanted(at, join(path, end), "形如 2026-11-22 的日期", "a date such as 2026-11-22");
  }
  if (isDay(given.from) && isDay(given.to) && given.from > given.to) {
    wanted(at, join(path, "to"), "不早于开始日期的日期", "a date not before `from`");
  }
}

function wholeWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function days(at: Checker, path: string, least: number): void {
  wanted(at, path, `${least} 到 ${WINDOW_DAYS_MAX} 的整数`, `a whole number from ${least} to ${WINDOW_DAYS_MAX}`);
}

const FUNCTIONS = ["count", "sum", "min", "max", "count_distinct", "median"];

function aggregate(at: Checker, node: AggregateNode, path: string, relation: Relation): Found {
  if (!FUNCTIONS.includes(node.function)) {
    return wanted(at, join(path, "function"), FUNCTIONS.join("/"), `one of ${FUNCTIONS.join(", ")}`);
  }
  if (node.via !== undefined) via(at, node.via, join(path, "via"));
  const place = join(path, "value");
  if (node.function === "count") {
    if (node.value === undefined) return INTEGER;
    return wanted(at, place, "不填（计数不需要值）", "nothing (a count takes no value)");
  }
  if (node.value === undefined) return wanted(at, place, "要统计的列", "what to aggregate");
  const type = plain(at, node.value, place, relation);
  if (type === undefined) return undefined;
  if (node.function === "count_distinct") return INTEGER;
  if (node.function === "sum" && !isNumber(type)) return at.wrongType(place, "number", type);
  if (node.function === "median" && !isNumber(type) && type.kind !== "date") return at.wrongType(place, "number", type);
  if (type.kind === "boolean") return at.wrongType(place, "number", type);
  return type;
}

function via(at: Checker, given: Via, path: string): void {
  const relation = rows(at, { ...given, relation: given?.relation }, path);
  if (relation === undefined) return;
  const type = namedColumn(at, relation, given.column, join(path, "column"));
  if (type !== undefined && type.kind !== "integer") at.wrongType(join(path, "column"), INTEGER, type);
}

/** Any value but an instant: instants order rows, days are what people count in. */
function plain(at: Checker, node: Expression, path: string, relation: Relation): Found {
  const type = at.check(node, path, relation);
  if (type?.kind !== "instant") return type;
  return at.wrongType(path, DATE, type);
}

function sortable(at: Checker, node: Expression, path: string, relation: Relation): void {
  const type = at.check(node, path, relation);
  if (type?.kind === "text" || type?.kind === "boolean") at.wrongType(path, "number", type);
}

function mode(at: Checker, node: ModeNode, path: string, relation: Relation): Found {
  if (node.weight !== undefined) {
    const weight = at.check(node.weight, join(path, "weight"), relation);
    if (weight !== undefined && !isNumber(weight)) at.wrongType(join(path, "weight"), "number", weight);
  }
  return plain(at, node.value, join(path, "value"), relation);
}

function needsDay(at: Checker, node: RowFields, path: string, relation: Relation): boolean {
  if (relation.day !== undefined || node.window?.on !== undefined) return true;
  at.report(join(path, "relation"), "wrong_relation", {
    relation: relation.name,
    reason_zh: "没有日期",
    reason_en: "has no day",
  });
  return false;
}

function gaps(at: Checker, node: GapsNode, path: string, relation: Relation): Found {
  if (!needsDay(at, node, path, relation)) return undefined;
  if (["count", "min", "max", "median"].includes(node.function)) return INTEGER;
  return wanted(at, join(path, "function"), "count/min/max/median", "count, min, max or median");
}

function nthDay(at: Checker, node: NthDayNode, path: string, relation: Relation): Found {
  if (!needsDay(at, node, path, relation)) return undefined;
  if (wholeWithin(node.n, 1, 1000)) return DATE;
  return wanted(at, join(path, "n"), "1 到 1000 的整数", "a whole number from 1 to 1000");
}

function sequence(at: Checker, node: SequenceNode, path: string): Found {
  for (const step of ["first", "then"] as const) {
    const place = join(path, step);
    if (typeof node[step] !== "object" || node[step] === null) return wanted(at, place, "一个步骤", "a step");
    const relation = rows(at, node[step], place);
    if (relation !== undefined && (relation.day === undefined || relation.instant === undefined)) {
      at.report(join(place, "relation"), "wrong_relation", {
        relation: relation.name,
        reason_zh: "没有时刻，不能排先后",
        reason_en: "has no instant to order by",
      });
    }
  }
  if (wholeWithin(node.within_days, 0, WINDOW_DAYS_MAX)) return INTEGER;
  days(at, join(path, "within_days"), 0);
  return undefined;
}
