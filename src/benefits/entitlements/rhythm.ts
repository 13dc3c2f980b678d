import { type BusinessDay } from "../../platform/index.ts";
import type { Rhythm } from "./benefit.ts";
import { birthdaysAround, lastOfMonth } from "./birthday.ts";

/** A period that a day lies in: for everybody, or for those with a birthday. */
export interface DuePeriod {
  readonly period: string;
  /** The period's last day; null: it has none. */
  readonly last_day: BusinessDay | null;
  readonly anchor_day: BusinessDay | null;
  readonly birthday: { readonly lunar: boolean; readonly month: number; readonly day: number | null } | null;
}

function quarterOf(day: BusinessDay): { readonly name: string; readonly last_day: BusinessDay } {
  const quarter = Math.ceil(Number(day.slice(5, 7)) / 3);
  const year = day.slice(0, 4);
  const month = String(quarter * 3).padStart(2, "0");
  return { name: `${year}-Q${quarter}`, last_day: lastOfMonth(`${year}-${month}-01`) };
}

/** The periods of a rhythm that a day lies in; a member is due once in each. */
export function periodsOn(rhythm: Rhythm, day: BusinessDay): DuePeriod[] {
  const all = { anchor_day: null, birthday: null };
  switch (rhythm.kind) {
    case "once":
      return [{ ...all, period: "once", last_day: null }];
    case "monthly":
      return [{ ...all, period: day.slice(0, 7), last_day: lastOfMonth(day) }];
    case "quarterly": {
      const { name, last_day } = quarterOf(day);
      return [{ ...all, period: name, last_day }];
    }
    case "birthday":
      return birthdaysAround(day, rhythm.window).map(({ year, anchor_day, last_day, ...birthday }) => ({
        period: `birthday ${year}`,
        anchor_day,
        last_day,
        birthday,
      }));
  }
}

/** Whether a day is the first of a period of the rhythm, on which most of its members are due. */
export function isFirstDay(rhythm: Rhythm, day: BusinessDay): boolean {
  if (rhythm.kind === "once") return false;
  if (rhythm.kind === "monthly") return day.endsWith("-01");
  return rhythm.kind === "quarterly" ? /-(01|04|07|10)-01$/.test(day) : true;
}
