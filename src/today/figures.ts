import { addDays, type BusinessDay } from "../platform/index.ts";

/** What the home page shows of one figure: the day, the same weekday before, and the last weeks. */
export interface TodayMetric {
  readonly key: string;
  readonly value: number;
  readonly unit: "people" | "fen" | "ratio" | "count";
  /** The same weekday of the week before: shops live by weeks. */
  readonly previous: number | null;
  /** One value per day, oldest first, the shown day last. */
  readonly series: readonly number[];
  /** Console address of the members behind the number. */
  readonly link: string | null;
  /** The part that moved most, when one explains at least a third of the change. */
  readonly because: { readonly code: string; readonly params: Readonly<Record<string, string | number>> } | null;
}

export interface DayRow {
  readonly day: BusinessDay;
  /** What the figure is broken down by: a store, a channel. */
  readonly part: string;
  readonly value: number;
}

export const SERIES_DAYS = 28;
const EXPLAINS_AT_LEAST = 1 / 3;

/** Sums day rows into a series that ends on `day`; days without rows are zero. */
export function seriesOf(rows: readonly DayRow[], day: BusinessDay): number[] {
  const byDay = new Map<string, number>();
  for (const row of rows) byDay.set(row.day, (byDay.get(row.day) ?? 0) + row.value);
  return Array.from({ length: SERIES_DAYS }, (_, i) => byDay.get(addDays(day, i - SERIES_DAYS + 1)) ?? 0);
}

/** The part with the largest move in the direction of the whole, or null when no single part explains a third of it. */
export function mainCause(rows: readonly DayRow[], day: BusinessDay): { part: string; change: number } | null {
  const before = addDays(day, -7);
  const change = new Map<string, number>();
  for (const row of rows) {
    if (row.day === day) change.set(row.part, (change.get(row.part) ?? 0) + row.value);
    if (row.day === before) change.set(row.part, (change.get(row.part) ?? 0) - row.value);
  }
  const total = [...change.values()].reduce((a, b) => a + b, 0);
  if (total === 0) return null;
  const best = [...change.entries()].sort((a, b) => (b[1] - a[1]) * Math.sign(total) || (a[0] < b[0] ? -1 : 1))[0];
  if (best === undefined || best[0] === "" || best[1] / total < EXPLAINS_AT_LEAST) return null;
  return { part: best[0], change: best[1] };
}

/** Builds the metric of a summed figure. */
export function metricOf(
  key: string,
  unit: TodayMetric["unit"],
  rows: readonly DayRow[],
  day: BusinessDay,
  options: { link: string | null; cause: string | null },
): TodayMetric {
  const series = seriesOf(rows, day);
  const cause = options.cause === null ? null : mainCause(rows, day);
  return {
    key,
    unit,
    value: series.at(-1) ?? 0,
    previous: series.at(-8) ?? null,
    series,
    link: options.link,
    because:
      cause === null || options.cause === null
        ? null
        : { code: options.cause, params: { part: cause.part, change: cause.change } },
  };
}

/** Ratio of two daily series; a day without a denominator has the ratio 0. */
export function ratioMetric(
  key: string,
  part: readonly DayRow[],
  whole: readonly DayRow[],
  day: BusinessDay,
  link: string | null,
): TodayMetric {
  const [a, b] = [seriesOf(part, day), seriesOf(whole, day)];
  const series = a.map((value, i) => ((b[i] ?? 0) === 0 ? 0 : value / (b[i] ?? 1)));
  return {
    key,
    unit: "ratio",
    value: series.at(-1) ?? 0,
    previous: series.at(-8) ?? null,
    series,
    link,
    because: null,
  };
}
