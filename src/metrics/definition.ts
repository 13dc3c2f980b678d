import type { DataRow, Total } from "../query/index.ts";

/** A total that is added to, or with `minus` taken from, its side of the fraction. */
export interface Term {
  readonly total: Total;
  readonly minus?: true;
}

export type MetricUnit = "people" | "count" | "minor" | "share";

/**
 * What a figure of a day speaks of. `day`: of that day alone; of a month, of all its days together. `month`: of the
 * calendar month up to that day. `rolling`: of the windows that end on that day. `stock`: of how things stood on it.
 */
export type MetricPeriod = "day" | "month" | "rolling" | "stock";

/** Rows in, figure out; a test runs it on every engine. */
export interface MetricExample {
  readonly today: string;
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly rows: Readonly<Record<string, readonly DataRow[]>>;
  readonly numerator: number;
  readonly denominator?: number;
  readonly value: number;
  readonly zh: string;
}

/** A metric as data: names, one sentence, and a fraction of totals that add up over stores and channels. */
export interface MetricDefinition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  /** The role that answers for the definition. */
  readonly owner: "operations" | "analytics" | "finance";
  readonly family: "members" | "trade" | "loyalty" | "conversion";
  readonly unit: MetricUnit;
  /** Which direction is good. */
  readonly good: "up" | "down" | "none";
  readonly period: MetricPeriod;
  /** Whose store and channel it is put under: those of the ticket, or home store and join channel of the member. */
  readonly stores: "ticket" | "home";
  readonly population_zh: string;
  readonly population_en: string;
  readonly window_zh: string;
  readonly window_en: string;
  /** The fraction in words. */
  readonly formula_zh: string;
  readonly formula_en: string;
  readonly numerator: readonly Term[];
  /** Absent: the numerator is the figure. Otherwise ratio(numerator, denominator, scale, half_up). */
  readonly denominator?: readonly Term[];
  /** Digits kept of the fraction: 4 makes basis points of a share, 0 fen of an amount. */
  readonly scale: number;
  readonly example: MetricExample;
}

/** Wraps a definition so that its type is checked where it is written. */
export function defineMetric(definition: MetricDefinition): MetricDefinition {
  return definition;
}
