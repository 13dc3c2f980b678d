import type { DayRange, AnyWindow } from "./day-range.ts";
import type { Dialect } from "./dialects/dialect.ts";
import { planOutputs } from "./plan.ts";
import { type Names, ScalarPrinter } from "./print-scalar.ts";
import { printPlan } from "./print.ts";
import type { Catalogue } from "./relation.ts";
import { checkedTree } from "./check.ts";
import { profile } from "./builder.ts";
import { type CheckedMemberTotal, type CheckedRowTotal, partColumns, type PartColumns, totalRange } from "./totals.ts";

const OUTSIDE: Pick<Names, "profile" | "measure"> = {
  profile: () => {
    throw new Error("a profile inside a row");
  },
  measure: () => {
    throw new Error("a measure inside a row");
  },
};

export interface RowTotalsOptions {
  /** Which rows count where a total names no window of its own. */
  readonly period: AnyWindow;
  /** One row of results for each day of these; then the days themselves are the period. */
  readonly by_day?: { readonly from: string; readonly to: string };
}

/**
 * One statement for totals over one relation that are put under the same stores. Its rows: part (all, store, channel),
 * code ('' where it is not known), day (only with by_day), and a column t0, t1 … for each total.
 */
export function printRowTotals(
  totals: readonly CheckedRowTotal[],
  dialect: Dialect,
  catalogue: Catalogue,
  today: string,
  options: RowTotalsOptions,
): string {
  const first = totals[0];
  if (first === undefined || totals.some((t) => t.relation !== first.relation || t.total.by !== first.total.by))
    throw new Error("totals of one statement are of one relation and put under the same stores");
  const { relation } = first;
  const names: Names = { ...OUTSIDE, row: { relation, alias: "r" } };
  const scalar = new ScalarPrinter(dialect, today);
  const { by_day } = options;
  const period: AnyWindow = by_day === undefined ? options.period : { kind: "between", ...by_day };
  const ranges = totals.map((total) => totalRange(total, period, today));
  const columns = totals.map(({ total }, i) => {
    const range = ranges[i];
    const clauses = [
      ...(range === undefined ? [] : within(range, dialect)),
      ...(total.where === undefined ? [] : [scalar.condition(total.where, names)]),
    ];
    const counted =
      total.function === "count"
        ? "1"
        : total.function === "sum" && total.value !== undefined
          ? scalar.value(total.value, names)
          : `r.${dialect.quoted("member_id")}`;
    return `case when ${clauses.length === 0 ? "true" : clauses.join(" and ")} then ${counted} end as t${i}`;
  });
  const parts = placeColumns(first, catalogue, dialect);
  const day = ranges[0]?.column;
  const dayColumn = by_day === undefined || day === undefined ? [] : [`r.${dialect.quoted(day)} as day`];
  const reach = widestOf(ranges);
  const inner = [
    `select ${[...parts.columns, ...dayColumn, ...columns].join(",\n    ")}`,
    `from ${dialect.relation(relation.name)} r${parts.join}`,
    ...(reach === undefined ? [] : [`where ${within(reach, dialect).join(" and ")}`]),
  ].join("\n  ");
  return grouped(
    inner,
    totals.map(({ total }) => total.function),
    by_day !== undefined,
    dialect,
  );
}

/** One statement for totals over members; its rows as those of printRowTotals. */
export function printMemberTotals(
  totals: readonly CheckedMemberTotal[],
  dialect: Dialect,
  catalogue: Catalogue,
  today: string,
): string {
  const members = catalogue.get("members");
  const at = partColumns(members);
  const place = (name: string | undefined) =>
    name === undefined ? [] : [checkedTree(profile("members", name), catalogue)];
  const [store] = place(at.store);
  const [channel] = place(at.channel);
  const plan = planOutputs(
    [
      ...(store === undefined ? [] : [{ name: "s", tree: store }]),
      ...(channel === undefined ? [] : [{ name: "c", tree: channel }]),
      ...totals.map(({ tree }, i) => ({ name: `t${i}`, tree })),
    ],
    catalogue,
    today,
  );
  const columns = [
    `${store === undefined ? "''" : "coalesce(s, '')"} as k_store`,
    `${channel === undefined ? "''" : "coalesce(c, '')"} as k_channel`,
    ...totals.map((_, i) => `t${i}`),
  ];
  const inner = `select ${columns.join(", ")} from (${printPlan(plan, dialect, { kind: "all" })}) p`;
  return grouped(
    inner,
    totals.map(({ total }) => total.function),
    false,
    dialect,
  );
}

function grouped(inner: string, functions: readonly string[], by_day: boolean, dialect: Dialect): string {
  const totals = functions.map((name, i) => {
    if (name === "count") return `count(t${i}) as t${i}`;
    if (name === "count_members") return `count(distinct t${i}) as t${i}`;
    return `${dialect.toInteger(`coalesce(sum(t${i}), 0)`)} as t${i}`;
  });
  const day = by_day ? ["day"] : [];
  const sets = [[], ["k_store"], ["k_channel"]].map((keys) => `(${[...day, ...keys].join(", ")})`);
  return [
    "select case when grouping(k_store) = 0 then 'store' when grouping(k_channel) = 0 then 'channel' else 'all' end as part,",
    `  coalesce(case when grouping(k_store) = 0 then k_store when grouping(k_channel) = 0 then k_channel end, '') as code,`,
    `  ${[...day, ...totals].join(", ")}`,
    `from (${inner}) rows_of_totals`,
    `group by grouping sets (${sets.join(", ")})`,
  ].join("\n");
}

/** Where a row is put: its own store and channel, or those of its member. */
function placeColumns(
  { total, relation }: CheckedRowTotal,
  catalogue: Catalogue,
  dialect: Dialect,
): { readonly columns: readonly string[]; readonly join: string } {
  const key = (alias: string, name: string | undefined, as: string) =>
    `${name === undefined ? "''" : `coalesce(${alias}.${dialect.quoted(name)}, '')`} as ${as}`;
  const keys = (alias: string, at: PartColumns) => [
    key(alias, at.store, "k_store"),
    key(alias, at.channel, "k_channel"),
  ];
  if (total.by === "row" || relation.name === "members") return { columns: keys("r", partColumns(relation)), join: "" };
  const id = dialect.quoted("member_id");
  return {
    columns: keys("mm", partColumns(catalogue.get("members"))),
    join: ` left join ${dialect.relation("members")} mm on mm.${id} = r.${id}`,
  };
}

function within(range: DayRange, dialect: Dialect): string[] {
  const column = `r.${dialect.quoted(range.column)}`;
  return [
    ...(range.after === undefined ? [] : [`${column} > date '${range.after}'`]),
    ...(range.until === undefined ? [] : [`${column} <= date '${range.until}'`]),
  ];
}

/** What all of them can reach, so that the engine skips partitions; undefined where they count by different days. */
function widestOf(ranges: readonly DayRange[]): DayRange | undefined {
  const column = ranges[0]?.column;
  if (column === undefined || ranges.some((range) => range.column !== column)) return undefined;
  const after = ranges.map((range) => range.after);
  const until = ranges.map((range) => range.until);
  const least = after.includes(undefined) ? undefined : after.toSorted()[0];
  const most = until.includes(undefined) ? undefined : until.toSorted().at(-1);
  return { column, ...(least === undefined ? {} : { after: least }), ...(most === undefined ? {} : { until: most }) };
}
