import { addDays } from "../platform/index.ts";
import type { Window } from "./node.ts";
import type { Relation } from "./relation.ts";

/** Rows whose `column` lies in (after, until]; an absent end is open. */
export interface DayRange {
  readonly column: string;
  readonly after?: string;
  readonly until?: string;
}

/** What the wake-up rule asks beside the public windows: rows that are still to come, (today − back, ∞). */
export type AnyWindow = Window | { readonly kind: "ahead"; readonly back: number; readonly on?: string };

/** The days that a window means on `today`; undefined for a relation without days. */
export function dayRange(relation: Relation, window: AnyWindow | undefined, today: string): DayRange | undefined {
  const column = window?.on ?? relation.day;
  if (column === undefined) return undefined;
  if (window === undefined) return { column, until: today };
  switch (window.kind) {
    case "days": {
      const until = addDays(today, -(window.back ?? 0));
      return { column, after: addDays(until, -window.days), until };
    }
    case "calendar": {
      const from = periodStart(today, window.unit, -(window.back ?? 0));
      const end = addDays(periodStart(from, window.unit, 1), -1);
      return { column, after: addDays(from, -1), until: end < today ? end : today };
    }
    case "between":
      return { column, after: addDays(window.from, -1), until: window.to < today ? window.to : today };
    case "ahead":
      return { column, after: addDays(today, -window.back) };
  }
}

/** The first day of the month or year of `day`, moved by `shift` of them. */
export function periodStart(day: string, unit: "month" | "year", shift: number): string {
  const year = Number(day.slice(0, 4));
  const month = unit === "year" ? 0 : Number(day.slice(5, 7)) - 1;
  const at = unit === "year" ? Date.UTC(year + shift, 0, 1) : Date.UTC(year, month + shift, 1);
  return new Date(at).toISOString().slice(0, 10);
}
