import {
  type Catalogue,
  type Dialect,
  duckdb,
  postgresql,
  printMemberTotals,
  printRowTotals,
  type CheckedTotal,
} from "../query/index.ts";
import type { Ground } from "../ground.ts";
import { lakeEngine } from "../lake/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { type Formula, type Fraction, fractionOf } from "./formula.ts";

export interface Figure extends Fraction {
  readonly metric: string;
  readonly part: "all" | "store" | "channel" | "region";
  readonly code: string;
}
export interface DayFigure extends Figure {
  readonly day: string;
}

/** Which rows are asked for: days one by one, or one period that ends on a day. */
export type Period =
  | { readonly kind: "days"; readonly from: string; readonly to: string }
  | { readonly kind: "month"; readonly day: string };

export type EngineName = "postgresql" | "duckdb";
const DIALECTS: Readonly<Record<EngineName, Dialect>> = { postgresql, duckdb };
/** Parts of one answer: days × stores; a chunk of a month of a brand with 10,000 stores fits. */
const ROWS_MAX = 1_000_000;

type Row = Readonly<Record<string, unknown>>;

async function ask(ground: Ground, engine: EngineName, sql: string): Promise<readonly Row[]> {
  if (engine === "duckdb") return (await lakeEngine(ground).query(sql, [], { rows_max: ROWS_MAX })).rows;
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    // one statement over everybody: compiling it takes longer than running it
    await tx.query("set local jit = off");
    return tx.query<Row>(sql);
  });
}

/**
 * The figures of metrics over a period, for everybody, each store and each channel. Equal totals are computed once, and
 * totals over one relation together.
 */
export async function figuresOf(
  ground: Ground,
  engine: EngineName,
  formulas: readonly Formula[],
  period: Period,
): Promise<DayFigure[]> {
  const terms = formulas.flatMap((formula) => [...formula.numerator, ...(formula.denominator ?? [])]);
  const byKey = new Map(terms.map((term) => [term.key, term.checked]));
  const places = new Map<string, Map<string, number>>();
  for (const { keys, sql } of statements(byKey, DIALECTS[engine], ground.catalogue, period)) {
    for (const row of await ask(ground, engine, sql)) {
      const day = period.kind === "days" && "day" in row ? String(row["day"]) : dayOf(period);
      const place = JSON.stringify([day, row["part"], row["code"]]);
      const totals = places.get(place) ?? new Map<string, number>();
      keys.forEach((key, i) => totals.set(key, Number(row[`t${i}`])));
      places.set(place, totals);
    }
  }
  return [...places].flatMap(([place, totals]) => {
    const [day, part, code] = JSON.parse(place) as [string, Figure["part"], string];
    return formulas.map((formula) => ({
      metric: formula.definition.key,
      day,
      part,
      code,
      ...fractionOf(formula, (key) => totals.get(key) ?? 0),
    }));
  });
}

const dayOf = (period: Period) => (period.kind === "days" ? period.to : period.day);

/** One statement for each relation and way of placing its rows, one for all totals over members. */
function statements(
  byKey: ReadonlyMap<string, CheckedTotal>,
  dialect: Dialect,
  catalogue: Catalogue,
  period: Period,
): { readonly keys: readonly string[]; readonly sql: string }[] {
  const today = dayOf(period);
  const of = <T>(list: readonly (readonly [string, T])[]) => ({
    keys: list.map(([key]) => key),
    totals: list.map(([, total]) => total),
  });
  const members = of([...byKey].flatMap(([key, total]) => ("tree" in total ? [[key, total] as const] : [])));
  const rows = [...byKey].flatMap(([key, total]) => ("tree" in total ? [] : [[key, total] as const]));
  const groups = Map.groupBy(rows, ([, { total }]) => `${total.relation} ${total.by}`);
  const options = {
    period: { kind: "calendar", unit: "month" },
    ...(period.kind === "days" ? { by_day: { from: period.from, to: period.to } } : {}),
  } as const;
  return [
    ...[...groups.values()].map((group) => {
      const { keys, totals } = of(group);
      return { keys, sql: printRowTotals(totals, dialect, catalogue, today, options) };
    }),
    ...(members.keys.length === 0
      ? []
      : [{ keys: members.keys, sql: printMemberTotals(members.totals, dialect, catalogue, today) }]),
  ];
}

/** Regions as the sums of their stores. @param regionOf the region of a store; undefined where it has none. */
export function regionFigures(
  figures: readonly DayFigure[],
  formulas: readonly Formula[],
  regionOf: (store_code: string) => string | undefined,
  quotient: (formula: Formula, numerator: number, denominator: number | null) => Fraction,
): DayFigure[] {
  const byMetric = new Map(formulas.map((formula) => [formula.definition.key, formula]));
  const sums = new Map<string, { figure: DayFigure; numerator: number; denominator: number | null }>();
  for (const figure of figures) {
    if (figure.part !== "store") continue;
    const code = regionOf(figure.code) ?? "";
    const key = `${figure.metric} ${figure.day} ${code}`;
    const sum = sums.get(key) ?? { figure: { ...figure, part: "region", code }, numerator: 0, denominator: 0 };
    sums.set(key, {
      ...sum,
      numerator: sum.numerator + figure.numerator,
      denominator: figure.denominator === null ? null : (sum.denominator ?? 0) + figure.denominator,
    });
  }
  return [...sums.values()].flatMap(({ figure, numerator, denominator }) => {
    const formula = byMetric.get(figure.metric);
    return formula === undefined ? [] : [{ ...figure, ...quotient(formula, numerator, denominator) }];
  });
}
