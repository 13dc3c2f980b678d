import type { BusinessDay } from "../platform/index.ts";
import type { DayRange } from "./day-range.ts";
import type { Expression } from "./node.ts";
import { childrenOf, type Plan, type RowFilter, type RowsScan, type Scan } from "./plan.ts";
import type { Relation } from "./relation.ts";

/** What all scans of one relation need of it together. */
export interface Source {
  readonly relation: Relation;
  readonly scans: number;
  readonly columns: ReadonlySet<string>;
  /** The widest days that any of them reads; undefined when one reads without days. */
  readonly reach: DayRange | undefined;
  /** What every row must fulfil that any of them takes. */
  readonly shared: readonly Expression[];
}

interface Use {
  readonly relation: Relation;
  readonly filters: readonly RowFilter[];
  readonly columns: ReadonlySet<string>;
}

/**
 * Relations that scans read for the members asked for, with the columns that any scan needs.
 * @param everyone rows of all members: then the people whom a member reached are among them too.
 */
export function sourcesOf(plan: Plan, everyone = false): Source[] {
  const found = plan.scans.flatMap((scan) => [...usesOf(scan), ...(everyone ? viaUses(scan) : [])]);
  const uses = Map.groupBy(found, (use) => use.relation);
  return [...uses].map(([relation, all]) => {
    const filters = all.flatMap((use) => use.filters);
    return {
      relation,
      scans: all.length,
      columns: new Set(["member_id", ...all.flatMap((use) => [...use.columns])]),
      reach: widest(filters),
      shared: sharedConditions(filters),
    };
  });
}

/** The day after which all rows of a relation lie that a plan reads; undefined: it reads some without such a bound. */
export function readAfter(plan: Plan, relation: string): BusinessDay | undefined {
  const source = sourcesOf(plan, true).find((one) => one.relation.name === relation);
  return source?.reach !== undefined && source.reach.column === source.relation.day ? source.reach.after : undefined;
}

/** Both sides of a scan that goes through one relation to another. */
function viaUses(scan: Scan): Use[] {
  if (scan.kind !== "rows" || scan.via === undefined || scan.viaRelation === undefined) return [];
  const { via, viaRelation, viaRange } = scan;
  const filter = { ...(via.where ? { where: via.where } : {}), ...(viaRange ? { range: viaRange } : {}) };
  const columns = columnsIn([via.where], [via.column, viaRange?.column]);
  return [rowsUse(scan), { relation: viaRelation, filters: [filter], columns }];
}

function rowsUse({ relation, slots }: RowsScan): Use {
  const edges = slots.some(({ measure }) => measure.node !== "aggregate");
  const order = edges ? [relation.instant ?? relation.day, ...relation.key] : [];
  const inside = slots.flatMap(({ where, measure }) => [
    where,
    measure.value,
    measure.node === "aggregate" ? undefined : measure.by,
  ]);
  const days = slots.map(({ range }) => range?.column);
  return { relation, filters: slots, columns: columnsIn(inside, [...order, ...days]) };
}

function usesOf(scan: Scan): Use[] {
  switch (scan.kind) {
    case "sequence":
      return [scan.first, scan.then].map((step) => ({
        relation: step.relation,
        filters: [step],
        columns: columnsIn([step.where], [step.range?.column, step.relation.instant, step.relation.day]),
      }));
    case "rows":
      return scan.via === undefined ? [rowsUse(scan)] : [];
    case "mode": {
      const inside = scan.slots.flatMap(({ measure }) => [measure.value, measure.weight]);
      return [
        { relation: scan.relation, filters: [scan], columns: columnsIn([scan.where, ...inside], [scan.range?.column]) },
      ];
    }
    case "days":
      return [{ relation: scan.relation, filters: [scan], columns: columnsIn([scan.where], [scan.range?.column]) }];
  }
}

function columnsIn(
  expressions: readonly (Expression | undefined)[],
  names: readonly (string | undefined)[],
): Set<string> {
  const found = new Set(names.filter((name) => name !== undefined));
  const visit = (node: Expression): void => {
    if (node.node === "column") found.add(node.column);
    childrenOf(node).forEach(visit);
  };
  for (const expression of expressions) if (expression !== undefined) visit(expression);
  return found;
}

/** The smallest range that holds all; an end stays open when it is open anywhere. */
export function widest(filters: readonly RowFilter[]): DayRange | undefined {
  const ranges = filters.map((filter) => filter.range);
  const column = ranges[0]?.column;
  if (column === undefined || ranges.some((range) => range?.column !== column)) return undefined;
  const least = extreme(
    ranges.map((range) => range?.after),
    -1,
  );
  const most = extreme(
    ranges.map((range) => range?.until),
    1,
  );
  if (least === undefined && most === undefined) return undefined;
  return { column, ...(least === undefined ? {} : { after: least }), ...(most === undefined ? {} : { until: most }) };
}

function extreme(days: readonly (string | undefined)[], direction: 1 | -1): string | undefined {
  if (days.includes(undefined)) return undefined;
  const sorted = (days as string[]).toSorted();
  return direction === 1 ? sorted.at(-1) : sorted[0];
}

/** The parts that all filters have in common, and of a column that each compares with texts, all those texts. */
function sharedConditions(filters: readonly RowFilter[]): Expression[] {
  const parts = filters.map(({ where }) => conjuncts(where));
  const [first = [], ...others] = parts;
  const common = first.filter((part) => {
    const text = JSON.stringify(part);
    return others.every((other) => other.some((one) => JSON.stringify(one) === text));
  });
  const columns = new Set(parts.flatMap((list) => list.flatMap((part) => optionsOf(part)?.column ?? [])));
  const chosen = [...columns].flatMap((column) => {
    const options = parts.map((list) => list.map(optionsOf).find((found) => found?.column === column)?.options);
    if (options.some((list) => list === undefined)) return [];
    const all = [...new Set(options.flatMap((list) => list ?? []))].toSorted();
    const value: Expression = { node: "column", column };
    return [{ node: "in", value, options: all } as Expression];
  });
  return [...common.filter((part) => optionsOf(part) === undefined), ...chosen];
}

function conjuncts(where: Expression | undefined): readonly Expression[] {
  if (where === undefined) return [];
  return where.node === "and" ? where.parts.flatMap(conjuncts) : [where];
}

/** The texts that a condition allows for a column. */
function optionsOf(part: Expression): { column: string; options: readonly string[] } | undefined {
  if (part.node === "in" && part.value.node === "column") {
    const options = part.options.filter((option) => typeof option === "string");
    return options.length === part.options.length ? { column: part.value.column, options } : undefined;
  }
  if (part.node !== "compare" || part.operator !== "=" || part.left.node !== "column" || part.right.node !== "text")
    return undefined;
  return { column: part.left.column, options: [part.right.value] };
}
