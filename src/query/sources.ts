import type { DayRange } from "./day-range.ts";
import type { Expression } from "./node.ts";
import { childrenOf, type Plan, type RowFilter, type Scan } from "./plan.ts";
import type { Relation } from "./relation.ts";

/** What all scans of one relation need of it together. */
export interface Source {
  readonly relation: Relation;
  readonly scans: number;
  readonly columns: ReadonlySet<string>;
  /** The widest days that any of them reads; undefined when one reads without days. */
  readonly reach: DayRange | undefined;
}

interface Use {
  readonly relation: Relation;
  readonly filters: readonly RowFilter[];
  readonly columns: ReadonlySet<string>;
}

/** Relations that scans read for the members asked for, with the columns that any scan needs. */
export function sourcesOf(plan: Plan): Source[] {
  const uses = Map.groupBy(plan.scans.flatMap(usesOf), (use) => use.relation);
  return [...uses].map(([relation, all]) => ({
    relation,
    scans: all.length,
    columns: new Set(["member_id", ...all.flatMap((use) => [...use.columns])]),
    reach: widest(all.flatMap((use) => use.filters)),
  }));
}

function usesOf(scan: Scan): Use[] {
  switch (scan.kind) {
    case "sequence":
      return [scan.first, scan.then].map((step) => ({
        relation: step.relation,
        filters: [step],
        columns: columnsIn([step.where], [step.range?.column, step.relation.instant, step.relation.day]),
      }));
    case "rows": {
      if (scan.via !== undefined) return [];
      const { relation } = scan;
      const edges = scan.slots.some(({ measure }) => measure.node !== "aggregate");
      const order = edges ? [relation.instant ?? relation.day, ...relation.key] : [];
      const inside = scan.slots.flatMap(({ where, measure }) => [
        where,
        measure.value,
        measure.node === "aggregate" ? undefined : measure.by,
      ]);
      const days = scan.slots.map(({ range }) => range?.column);
      return [{ relation, filters: scan.slots, columns: columnsIn(inside, [...order, ...days]) }];
    }
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
