import { METRIC_DEFINITIONS } from "../../definitions/metrics/index.ts";
import type { Ground } from "../ground.ts";
import { addDays, type Comparable, lastClosedDay, problem, sameDayLastYear, startOfDay } from "../platform/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import type { MetricDefinition } from "./definition.ts";
import { currentVersions } from "./definition-store.ts";
import "./errors.ts";
import { type Fraction, quotient } from "./formula.ts";
import { LINE_DAYS } from "./compute.ts";
import { type FigureRow, figuresBetween, figuresOn, partFigures, storeNames, visibleStores } from "./read-store.ts";
import { metricsState, ordersReach } from "./state-store.ts";

/** Data that ended longer ago than this are shown with their own last day. */
const ENDED_DAYS = 7;
/** Figures of the closed day are late after this hour and minute of the brand's time zone. */
export const LATE_AFTER_MINUTES = 9 * 60 + 30;

export interface Shown {
  /** The day whose figures are shown first. */
  readonly day: string;
  readonly through_day: string;
  readonly computed_at: Date;
  readonly currency: string;
  readonly is_late: boolean;
}

/** The day that pages show; undefined before anything was computed. */
export async function shownDay(tx: Tx, ground: Ground): Promise<Shown | undefined> {
  const state = await metricsState(tx);
  if (state === undefined) return undefined;
  const { last_day } = await ordersReach(tx, state.through_day);
  const ended = last_day !== null && last_day < addDays(state.through_day, -ENDED_DAYS);
  return {
    day: ended ? last_day : state.through_day,
    through_day: state.through_day,
    computed_at: state.computed_at,
    currency: state.currency,
    is_late: isLate(ground, state.through_day),
  };
}

/** Whether the last closed day is still without figures at the hour when they should be there. */
export function isLate(ground: Ground, through_day: string): boolean {
  const now = ground.clock.now();
  const { timezone } = ground.config;
  const closed = lastClosedDay(now, timezone);
  const due = startOfDay(addDays(closed, 1), timezone).getTime() + LATE_AFTER_MINUTES * 60_000;
  return through_day < closed && now.getTime() >= due;
}

/** As isLate, of what is stored; nothing computed yet is not late. */
export async function isMetricsLate(tx: Tx, ground: Ground): Promise<boolean> {
  const state = await metricsState(tx);
  return state !== undefined && isLate(ground, state.through_day);
}

/** What each store (by name) had of a metric on a day and on the same weekday before. */
export async function storeChanges(
  tx: Tx,
  scope: Scope,
  metric: string,
  day: string,
): Promise<{ part: string; now: number; before: number }[]> {
  const before = addDays(day, -7);
  const rows = await partFigures(tx, await visibleStores(tx, scope), metric, "store", [day, before]);
  const names = new Map((await storeNames(tx)).map((row) => [row.store_code, row.name]));
  return [...Map.groupBy(rows, (row) => row.code)].map(([code, list]) => {
    const at = (on: string) => list.find((row) => row.at === on)?.numerator ?? 0;
    return { part: names.get(code) ?? code, now: at(day), before: at(before) };
  });
}

export interface MetricView extends Fraction {
  readonly definition: MetricDefinition;
  /** The version of the definition by which the day was computed. */
  readonly version: number;
  readonly day: string;
  readonly yesterday: number | null;
  readonly last_week: number | null;
  readonly last_year: { readonly day: string; readonly by: Comparable["by"]; readonly value: number | null };
  /** One value for each of the last days, the shown day last; null where there is none. */
  readonly series: readonly (number | null)[];
  readonly link: string | null;
}

export interface MetricsView extends Shown {
  readonly items: readonly MetricView[];
}

const valueOf = (definition: MetricDefinition, row: FigureRow | undefined): number | null =>
  row === undefined ? null : quotient(definition, row.numerator, row.denominator).value;

/** All metrics on a day, each with what it is compared with and its line. */
export async function metricsView(
  tx: Tx,
  ground: Ground,
  scope: Scope,
  options: { readonly day?: string; readonly keys?: readonly string[]; readonly days?: number } = {},
): Promise<MetricsView | undefined> {
  const shown = await shownDay(tx, ground);
  if (shown === undefined) return undefined;
  const day = options.day ?? shown.day;
  const definitions = METRIC_DEFINITIONS.filter(({ key }) => options.keys?.includes(key) ?? true);
  const keys = definitions.map(({ key }) => key);
  const stores = await visibleStores(tx, scope);
  const days = options.days ?? LINE_DAYS;
  const line = await figuresBetween(tx, stores, keys, addDays(day, 1 - days), day);
  const last_year = sameDayLastYear(day, "aligned");
  const aside = await figuresOn(tx, stores, keys, [last_year.day, addDays(day, -1), addDays(day, -7)]);
  const byPlace = new Map([...aside, ...line].map((row) => [`${row.metric} ${row.at}`, row]));
  const versions = await currentVersions(tx);
  const items = definitions.flatMap((definition): MetricView[] => {
    const at = (on: string) => byPlace.get(`${definition.key} ${on}`);
    const row = at(day);
    if (row === undefined) return [];
    return [
      {
        definition,
        version: row.version ?? versions.get(definition.key) ?? 1,
        day,
        ...quotient(definition, row.numerator, row.denominator),
        yesterday: valueOf(definition, at(addDays(day, -1))),
        last_week: valueOf(definition, at(addDays(day, -7))),
        last_year: { ...last_year, value: valueOf(definition, at(last_year.day)) },
        series: Array.from({ length: days }, (_, i) => valueOf(definition, at(addDays(day, i + 1 - days)))),
        link: membersLink(definition.key, day),
      },
    ];
  });
  return { ...shown, day, items };
}

/** Where the members behind a figure are listed, for those that the lists can show. */
export function membersLink(key: string, day: string): string | null {
  switch (key) {
    case "new_members":
      return `/members?joined=${day}..${day}`;
    case "members":
      return "/members";
    case "active_members":
      return `/tiers/activity?rule=active&month=${day.slice(0, 7)}`;
    case "very_active_members":
      return `/tiers/activity?rule=very_active&month=${day.slice(0, 7)}`;
    case "high_value_share":
      return "/rfm";
    case "churn_rate":
      return "/lifecycle";
    default:
      return null;
  }
}

export function definitionOf(metric: string): MetricDefinition {
  const definition = METRIC_DEFINITIONS.find(({ key }) => key === metric);
  if (definition === undefined) throw problem("metrics.not_found", { metric });
  return definition;
}
