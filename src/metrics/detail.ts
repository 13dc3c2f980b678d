import type { Ground } from "../ground.ts";
import { addDays, calendarDay, problem, sameDayLastYear } from "../platform/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { listCloses, listReopenings, monthBasis, type MonthBasis } from "./close-store.ts";
import { CLOSE_DAY, CLOSE_HOUR, dueAt } from "./close.ts";
import { daysFrom, monthEnd } from "./compute.ts";
import type { MetricDefinition } from "./definition.ts";
import { definitionVersions } from "./definition-store.ts";
import "./errors.ts";
import { quotient } from "./formula.ts";
import { figuresBetween, monthFigures, partFigures, storeNames, visibleStores } from "./read-store.ts";
import { definitionOf, membersLink, metricsView } from "./view.ts";

export const RANGE_DAYS_MAX = 800;

export interface MonthRow {
  readonly month: string;
  readonly value: number | null;
  readonly numerator: number;
  readonly denominator: number | null;
  readonly version: number;
  readonly closed_at: Date | null;
  readonly due_at: Date;
  /** As it was closed; null while the month is open. */
  readonly closed_value: number | null;
  readonly closed_version: number | null;
  /** Now less as closed; null while the month is open. */
  readonly difference: number | null;
  /** What came after the close. */
  readonly since_close: MonthBasis | null;
}

/** The months of a metric: the value now, and beside a closed one what it was closed with and what came later. */
export async function monthRows(
  tx: Tx,
  ground: Ground,
  definition: MetricDefinition,
  stores: readonly string[] | null,
): Promise<MonthRow[]> {
  const now = await monthFigures(tx, stores, [definition.key], false);
  const closed = new Map((await monthFigures(tx, stores, [definition.key], true)).map((row) => [row.at, row]));
  const closes = new Map((await listCloses(tx)).map((close) => [close.month, close]));
  const rows: MonthRow[] = [];
  for (const row of now) {
    const close = closes.get(row.at);
    const then = closed.get(row.at);
    const fraction = quotient(definition, row.numerator, row.denominator);
    const closed_value = then === undefined ? null : quotient(definition, then.numerator, then.denominator).value;
    const since = close === undefined ? null : minus(await monthBasis(tx, `${row.at}-01`, monthEnd(row.at)), close);
    rows.push({
      month: row.at,
      ...fraction,
      version: row.version,
      closed_at: close?.closed_at ?? null,
      due_at: dueAt(row.at, ground.config.timezone),
      closed_value,
      closed_version: then?.version ?? null,
      difference: closed_value === null || fraction.value === null ? null : fraction.value - closed_value,
      since_close: since,
    });
  }
  return rows.toReversed();
}

function minus(a: MonthBasis, b: MonthBasis): MonthBasis {
  return {
    orders: a.orders - b.orders,
    orders_minor: a.orders_minor - b.orders_minor,
    refunds: a.refunds - b.refunds,
    refunds_minor: a.refunds_minor - b.refunds_minor,
  };
}

export interface DetailOptions {
  readonly from?: string;
  readonly to?: string;
  readonly part?: "store" | "region" | "channel";
}

/** One metric: its definition and versions, its line, its parts on a day, its months. */
export async function metricDetail(tx: Tx, ground: Ground, scope: Scope, metric: string, options: DetailOptions) {
  const definition = definitionOf(metric);
  const view = await metricsView(tx, ground, scope, { keys: [metric], ...(options.to ? { day: options.to } : {}) });
  const stores = await visibleStores(tx, scope);
  if (view === undefined) return { definition, state: "none" as const };
  const to = view.day;
  const from = options.from ?? addDays(to, -89);
  if (from > to || addDays(from, RANGE_DAYS_MAX) < to)
    throw problem("metrics.range_invalid", { from, to, max: RANGE_DAYS_MAX });
  const figures = new Map((await figuresBetween(tx, stores, [metric], from, to)).map((row) => [row.at, row]));
  const line = daysFrom(from, to).map((day) => {
    const row = figures.get(day);
    const { kind, holiday, season } = calendarDay(day);
    return {
      day,
      value: row === undefined ? null : quotient(definition, row.numerator, row.denominator).value,
      ...(kind === "holiday" ? { holiday } : {}),
      ...(season === undefined ? {} : { season }),
    };
  });
  return {
    state: "ready" as const,
    ...view,
    item: view.items[0] ?? null,
    items: undefined,
    definition,
    versions: (await definitionVersions(tx, metric)).map(({ version, created_at }) => ({ version, created_at })),
    from,
    line,
    part: options.part ?? "store",
    parts: await partRows(tx, definition, stores, options.part ?? "store", to),
    months: await monthRows(tx, ground, definition, stores),
    closing: { day: CLOSE_DAY, hour: CLOSE_HOUR },
    reopenings: await listReopenings(tx),
    link: membersLink(metric, to),
  };
}

export interface PartView {
  readonly code: string;
  readonly name: string | null;
  readonly region_name: string | null;
  readonly numerator: number;
  readonly denominator: number | null;
  readonly value: number | null;
  readonly last_week: number | null;
  readonly last_year: number | null;
}

async function partRows(
  tx: Tx,
  definition: MetricDefinition,
  stores: readonly string[] | null,
  part: "store" | "region" | "channel",
  day: string,
): Promise<PartView[]> {
  const lastYear = sameDayLastYear(day, "aligned").day;
  const rows = await partFigures(tx, stores, definition.key, part, [day, addDays(day, -7), lastYear]);
  const names = await storeNames(tx);
  const byStore = new Map(names.map((row) => [row.store_code, row]));
  const byRegion = new Map(names.map((row) => [row.region_code ?? "", row.region_name]));
  const value = (code: string, at: string) => {
    const row = rows.find((candidate) => candidate.code === code && candidate.at === at);
    return row === undefined ? null : quotient(definition, row.numerator, row.denominator).value;
  };
  return rows
    .filter((row) => row.at === day)
    .map((row) => ({
      code: row.code,
      name:
        part === "store"
          ? (byStore.get(row.code)?.name ?? null)
          : part === "region"
            ? (byRegion.get(row.code) ?? null)
            : null,
      region_name: part === "store" ? (byStore.get(row.code)?.region_name ?? null) : null,
      ...quotient(definition, row.numerator, row.denominator),
      last_week: value(row.code, addDays(day, -7)),
      last_year: value(row.code, lastYear),
    }))
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0) || (a.code < b.code ? -1 : 1));
}
