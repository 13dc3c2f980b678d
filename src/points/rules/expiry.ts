import type { BusinessDay } from "../../platform/index.ts";
import { daysInMonth, endOfLife, type Slide } from "../ledger/slide.ts";
import type { Expiry } from "./programme.ts";

const pad = (value: number) => String(value).padStart(2, "0");

const MONTHS = { month: 1, quarter: 3, half_year: 6, year: 12 } as const;

/** The last day of the month, quarter, half year or year in which a day lies. */
function endOf(day: BusinessDay, period: keyof typeof MONTHS): BusinessDay {
  const [year = 0, month = 1] = day.split("-").map(Number);
  const last = Math.ceil(month / MONTHS[period]) * MONTHS[period];
  return `${year}-${pad(last)}-${pad(daysInMonth(year, last))}`;
}

/**
 * The last business day on which points can be spent that become active on a day.
 * @returns null: they do not expire
 */
export function lastDayOf(expiry: Expiry, active_from: BusinessDay): BusinessDay | null {
  if (expiry.kind === "none") return null;
  if (expiry.kind === "rolling") {
    const last = endOfLife(expiry, active_from);
    return expiry.round_to === undefined ? last : endOf(last, expiry.round_to);
  }
  if (expiry.kind === "sliding") return endOfLife(expiry, active_from);
  const year = Number(active_from.slice(0, 4));
  const dayIn = (of: number) =>
    `${of}-${pad(expiry.month)}-${pad(Math.min(expiry.day, daysInMonth(of, expiry.month)))}`;
  const next = dayIn(year) >= active_from ? year : year + 1;
  return dayIn(next + expiry.years);
}

/** How a last day moves on. @param from the day from which on what the member does counts @returns undefined: it stays */
export function slideOf(expiry: Expiry, from: BusinessDay): Slide | undefined {
  if (expiry.kind !== "sliding") return undefined;
  const length = expiry.months === undefined ? { days: expiry.days } : { months: expiry.months };
  return { ...length, spending: expiry.after === "purchase_or_spend", from };
}
