import { type CheckedTree, type CheckOptions, Checker, checkTree, type TreeProblem } from "./check.ts";
import { type AnyWindow, type DayRange, dayRange } from "./day-range.ts";
import type { Expression, Window } from "./node.ts";
import { type Catalogue, columnOf, type Relation } from "./relation.ts";

/**
 * One number over many rows, for everybody together and for each store and channel: what metrics are made of. Rows
 * without a member count too. `by`: whose store and channel a row is put under, its own or those of its member (home
 * store, join channel). Every total adds up over stores and over channels, so distinct members are counted by the
 * member's only.
 */
export interface RowTotal {
  readonly of: "rows";
  readonly by: "row" | "member";
  readonly relation: string;
  readonly function: "count" | "sum" | "count_members";
  /** Whole numbers; for sum only. */
  readonly value?: Expression;
  readonly where?: Expression;
  /** Absent: the period for which the total is asked. */
  readonly window?: Window;
}

/** Members of whom a condition of member scope holds, or the sum of a value over them. */
export interface MemberTotal {
  readonly of: "members";
  readonly function: "count" | "sum";
  readonly value?: Expression;
  readonly where?: Expression;
}

export type Total = RowTotal | MemberTotal;

export interface CheckedRowTotal {
  readonly total: RowTotal;
  readonly relation: Relation;
}
export interface CheckedMemberTotal {
  readonly total: MemberTotal;
  /** 1 or the value for those who count, missing for others. */
  readonly tree: CheckedTree;
}
export type CheckedTotal = CheckedRowTotal | CheckedMemberTotal;

type Result =
  | { readonly ok: true; readonly total: CheckedTotal }
  | { readonly ok: false; readonly problems: readonly TreeProblem[] };

/** Checks a total against the catalogue: names, types, and that it adds up over stores. */
export function checkTotal(input: Total, catalogue: Catalogue, options: CheckOptions = {}): Result {
  return input.of === "rows" ? checkRows(input, catalogue, options) : checkMembers(input, catalogue, options);
}

function checkRows(input: RowTotal, catalogue: Catalogue, options: CheckOptions): Result {
  const total = JSON.parse(JSON.stringify(input)) as RowTotal;
  const at = new Checker(catalogue, options);
  const relation = catalogue.find(total.relation);
  const reject = (reason_zh: string, reason_en: string) =>
    void at.report("relation", "wrong_relation", { relation: total.relation, reason_zh, reason_en });
  if (relation === undefined || relation.per_member === "none") reject("不能用于指标", "cannot be used for a metric");
  else {
    if (relation.day === undefined && total.window?.on === undefined && onColumn(relation).on === undefined)
      reject("没有日期", "has no day");
    if (total.by === "row" && partColumns(relation).store === undefined) reject("没有门店列", "has no store column");
    if (total.function === "count_members" && total.by !== "member")
      reject("会员数须按归属门店汇总，才能相加", "must count members by their own store, or the parts do not add up");
    if (total.where !== undefined) at.condition(total.where, "where", relation);
    checkValue(at, total, relation);
  }
  if (at.problems.length > 0 || relation === undefined) return { ok: false, problems: at.problems };
  return { ok: true, total: { total, relation } };
}

function checkValue(at: Checker, total: RowTotal, relation: Relation): void {
  if (total.function !== "sum") return;
  const type = total.value === undefined ? at.report("value", "not_a_node") : at.check(total.value, "value", relation);
  if (type !== undefined && type.kind !== "integer") at.wrongType("value", { kind: "integer" }, type);
}

function checkMembers(total: MemberTotal, catalogue: Catalogue, options: CheckOptions): Result {
  const counted: Expression =
    total.function === "sum" && total.value !== undefined ? total.value : { node: "integer", value: 1 };
  const tree: Expression =
    total.where === undefined ? counted : { node: "case", branches: [{ when: total.where, then: counted }] };
  const result = checkTree(tree, catalogue, options, "integer");
  return result.ok ? { ok: true, total: { total, tree: result.tree } } : result;
}

export interface PartColumns {
  readonly store?: string;
  readonly channel?: string;
}

/** The columns by which rows of a relation are put under a store and a channel. */
export function partColumns(relation: Relation): PartColumns {
  const channel = ["channel", "join_channel"].find((name) => columnOf(relation, name) !== undefined);
  const store = relation.scope?.store;
  return { ...(store === undefined ? {} : { store }), ...(channel === undefined ? {} : { channel }) };
}

/** The days of a total: its own window, else the period asked for. */
export function totalRange({ total, relation }: CheckedRowTotal, period: AnyWindow, today: string): DayRange {
  const range = dayRange(relation, total.window ?? { ...period, ...onColumn(relation) }, today);
  if (range === undefined) throw new Error(`${relation.name} has no days`);
  return range;
}

/** Members have no business day of their own; what happens to them on a day is that they join. */
function onColumn(relation: Relation): { on?: string } {
  return relation.day === undefined && columnOf(relation, "join_day") !== undefined ? { on: "join_day" } : {};
}
