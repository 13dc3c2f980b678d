import type { MetricUnit, MetricView } from "../metrics/index.ts";

/** What the home page shows of one metric: the day, the same weekday before, and the last weeks. */
export interface TodayMetric {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly value: number | null;
  readonly unit: MetricUnit;
  readonly good: "up" | "down" | "none";
  /** The same weekday of the week before: shops live by weeks. */
  readonly previous: number | null;
  /** One value per day, oldest first, the shown day last. */
  readonly series: readonly (number | null)[];
  /** Console address of the members behind the number. */
  readonly link: string | null;
  /** The part that moved most, when one explains at least a third of the change. */
  readonly because: { readonly code: string; readonly params: Readonly<Record<string, string | number>> } | null;
}

/** The metrics of the home page, in order. */
export const HOME_METRICS = [
  "new_members",
  "daily_active_members",
  "net_spend",
  "joined_share",
  "orders",
  "unsubscribed_members",
] as const;
/** Those that one store may explain. */
export const BY_STORE: ReadonlySet<string> = new Set(["net_spend", "orders"]);

export const SERIES_DAYS = 28;
const EXPLAINS_AT_LEAST = 1 / 3;

/** A part of a metric on the day and a week before. */
export interface PartChange {
  readonly part: string;
  readonly now: number;
  readonly before: number;
}

/** The part with the largest move in the direction of the whole, or null when no single part explains a third of it. */
export function mainCause(parts: readonly PartChange[]): { part: string; change: number } | null {
  const changes = parts.map(({ part, now, before }) => ({ part, change: now - before }));
  const total = changes.reduce((sum, { change }) => sum + change, 0);
  if (total === 0) return null;
  const best = changes.toSorted((a, b) => (b.change - a.change) * Math.sign(total) || (a.part < b.part ? -1 : 1))[0];
  if (best === undefined || best.part === "" || best.change / total < EXPLAINS_AT_LEAST) return null;
  return best;
}

/** A metric as the home page shows it. @param parts its stores, where one may explain the change. */
export function todayMetric(metric: MetricView, parts: readonly PartChange[]): TodayMetric {
  const { key, zh, en, unit, good } = metric.definition;
  const cause = mainCause(parts);
  return {
    key,
    zh,
    en,
    unit,
    good,
    value: metric.value,
    previous: metric.last_week,
    series: metric.series,
    link: metric.link,
    because: cause === null ? null : { code: "store", params: { part: cause.part, change: cause.change } },
  };
}
