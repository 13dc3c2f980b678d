import { addDays, daysBetween } from "../platform/index.ts";
import { type AnyWindow, dayRange } from "./day-range.ts";
import type { AggregateNode, EdgeNode, Expression, GapsNode, Measure, ModeNode, SequenceNode } from "./node.ts";
import { type Catalogue, columnOf, type Relation } from "./relation.ts";
import { compareValues, type DataRow, type Value } from "./value.ts";

type Known = Exclude<Value, null>;

export interface MeasureContext {
  readonly today: string;
  readonly catalogue: Catalogue;
  readonly member: number;
  rowsOf(relation: string, member: number): readonly DataRow[];
  value(node: Expression, relation: Relation, row: DataRow): Value;
  holds(node: Expression, relation: Relation, row: DataRow): boolean;
}

/** The value of a measure for one member, by reading all rows one after the other. */
export function measureRows(node: Measure, at: MeasureContext): Value {
  switch (node.node) {
    case "aggregate":
      return aggregate(node, at);
    case "mode":
      return mode(node, at);
    case "first":
    case "last":
      return edge(node, at);
    case "gaps":
      return gaps(node, at);
    case "nth_day":
      return distinctDays(node, at)[node.n - 1] ?? null;
    case "sequence":
      return sequence(node, at);
  }
}

interface Rows {
  readonly relation: string;
  readonly where?: Expression;
  readonly window?: AnyWindow;
}

function rowsFor(node: Rows, at: MeasureContext, member = at.member): DataRow[] {
  const relation = at.catalogue.get(node.relation);
  const range = dayRange(relation, node.window, at.today);
  return at.rowsOf(node.relation, member).filter((row) => {
    if (range !== undefined) {
      const day = row[range.column];
      if (typeof day !== "string") return false;
      if (range.after !== undefined && day <= range.after) return false;
      if (range.until !== undefined && day > range.until) return false;
    }
    return node.where === undefined || at.holds(node.where, relation, row);
  });
}

function aggregate(node: AggregateNode, at: MeasureContext): Value {
  const relation = at.catalogue.get(node.relation);
  const members = node.via === undefined ? [at.member] : reached(node.via, at);
  const rows = members.flatMap((member) => rowsFor(node, at, member));
  const { value } = node;
  if (node.function === "count" || value === undefined) return BigInt(rows.length);
  const values = rows.map((row) => at.value(value, relation, row)).filter((found) => found !== null);
  const sorted = values.sort(compareValues);
  switch (node.function) {
    case "sum":
      return sorted.reduce<bigint>((total, next) => total + (next as bigint), 0n);
    case "count_distinct":
      return BigInt(new Set(sorted).size);
    case "min":
      return sorted[0] ?? null;
    case "max":
      return sorted.at(-1) ?? null;
    case "median":
      return nearestRank(sorted);
  }
}

/** Of n sorted values the ⌈n/2⌉-th. */
function nearestRank(sorted: readonly Known[]): Value {
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? null;
}

function reached(via: NonNullable<AggregateNode["via"]>, at: MeasureContext): number[] {
  const rows = rowsFor(via, at);
  return [...new Set(rows.map((row) => row[via.column]).filter((id) => typeof id === "number"))];
}

function mode(node: ModeNode, at: MeasureContext): Value {
  const relation = at.catalogue.get(node.relation);
  const column = dayRange(relation, node.window, at.today)?.column;
  const groups = new Map<Known, { weight: bigint; latest: string }>();
  for (const row of rowsFor(node, at)) {
    const value = at.value(node.value, relation, row);
    if (value === null) continue;
    const group = groups.get(value) ?? { weight: 0n, latest: "" };
    const weight = node.weight === undefined ? 1n : at.value(node.weight, relation, row);
    if (typeof weight === "bigint") group.weight += weight;
    const day = column === undefined ? "" : String(row[column]);
    if (day > group.latest) group.latest = day;
    groups.set(value, group);
  }
  const best = [...groups].sort(([a, left], [b, right]) => {
    if (left.weight !== right.weight) return left.weight > right.weight ? -1 : 1;
    if (left.latest !== right.latest) return left.latest > right.latest ? -1 : 1;
    return compareValues(a, b);
  });
  return best[0]?.[0] ?? null;
}

function edge(node: EdgeNode, at: MeasureContext): Value {
  const relation = at.catalogue.get(node.relation);
  const natural = relation.instant ?? relation.day;
  const key = (row: DataRow): Value => {
    if (node.by !== undefined) return at.value(node.by, relation, row);
    return natural === undefined ? 0n : at.value({ node: "column", column: natural }, relation, row);
  };
  const direction = node.node === "last" ? -1 : 1;
  const sorted = rowsFor(node, at).sort((a, b) => {
    const order = missingLast(key(a), key(b), direction);
    if (order !== 0) return order;
    for (const name of relation.key) {
      const column: Expression = { node: "column", column: name };
      if (columnOf(relation, name) === undefined) continue;
      const next = missingLast(at.value(column, relation, a), at.value(column, relation, b), 1);
      if (next !== 0) return next;
    }
    return 0;
  });
  const row = sorted[0];
  return row === undefined ? null : at.value(node.value, relation, row);
}

function missingLast(a: Value, b: Value, direction: 1 | -1): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return compareValues(a, b) * direction;
}

function distinctDays(node: Rows, at: MeasureContext): string[] {
  const column = dayRange(at.catalogue.get(node.relation), node.window, at.today)?.column ?? "";
  return [...new Set(rowsFor(node, at).map((row) => String(row[column])))].sort();
}

function gaps(node: GapsNode, at: MeasureContext): Value {
  const days = distinctDays(node, at);
  const found = days.slice(1).map((day, index) => BigInt(daysBetween(days[index] ?? day, day)));
  const sorted = found.sort(compareValues);
  switch (node.function) {
    case "count":
      return BigInt(sorted.length);
    case "min":
      return sorted[0] ?? null;
    case "max":
      return sorted.at(-1) ?? null;
    case "median":
      return nearestRank(sorted);
  }
}

function sequence(node: SequenceNode, at: MeasureContext): Value {
  const first = at.catalogue.get(node.first.relation);
  const then = at.catalogue.get(node.then.relation);
  const later = rowsFor(node.then, at);
  const followed = rowsFor(node.first, at).filter((row) => {
    const start = row[first.instant ?? ""];
    const limit = addDays(String(row[first.day ?? ""]), node.within_days);
    if (typeof start !== "string") return false;
    return later.some((next) => {
      const instant = next[then.instant ?? ""];
      return typeof instant === "string" && instant > start && String(next[then.day ?? ""]) <= limit;
    });
  });
  return BigInt(followed.length);
}
