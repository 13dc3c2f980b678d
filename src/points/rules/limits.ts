import type { BusinessDay } from "../../platform/index.ts";
import type { Caps } from "./programme.ts";

/** What a rule has given for a cause so far. */
export interface Given {
  readonly cause: string;
  readonly rule: string;
  readonly owner: number;
  readonly day: BusinessDay;
  readonly points: number;
}

/** A period in which a limit counts, and the limit. */
export interface CapPeriod {
  readonly period: string;
  readonly cap: number;
}

/** The periods of a day that a rule's limits name. */
export function capPeriods(caps: Caps | undefined, day: BusinessDay): CapPeriod[] {
  if (caps === undefined) return [];
  const { member_day, member_month, member_ever } = caps;
  return [
    ...(member_day === undefined ? [] : [{ period: day, cap: member_day }]),
    ...(member_month === undefined ? [] : [{ period: day.slice(0, 7), cap: member_month }]),
    ...(member_ever === undefined ? [] : [{ period: "ever", cap: member_ever }]),
  ];
}

/** How much of its limits a member has used, under all numbers together. */
export class CapUse {
  readonly #used = new Map<string, number>();

  constructor(given: readonly Given[]) {
    for (const row of given) this.add(row.rule, row.day, row.points);
  }

  add(rule: string, day: BusinessDay, points: number): void {
    for (const period of [day, day.slice(0, 7), "ever"]) {
      const key = `${rule} ${period}`;
      this.#used.set(key, (this.#used.get(key) ?? 0) + points);
    }
  }

  /** What may be given beyond what is given. @returns Infinity where nothing limits */
  left(rule: string, periods: readonly CapPeriod[]): number {
    const rooms = periods.map(({ period, cap }) => cap - (this.#used.get(`${rule} ${period}`) ?? 0));
    return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...rooms));
  }
}
