import { addDays, type BusinessDay } from "../../platform/index.ts";
import type { Expiry } from "./programme.ts";

const pad = (value: number) => String(value).padStart(2, "0");
const daysInMonth = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The same day `months` later; the last day of the month where that has no such day. */
export function addMonths(day: BusinessDay, months: number): BusinessDay {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const at = year * 12 + (month - 1) + months;
  const [to_year, to_month] = [Math.floor(at / 12), (at % 12) + 1];
  return `${to_year}-${pad(to_month)}-${pad(Math.min(date, daysInMonth(to_year, to_month)))}`;
}

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
    // a life of one year that begins on 1 March ends on the last of February
    const months = expiry.months === undefined ? active_from : addDays(addMonths(active_from, expiry.months), -1);
    const last = addDays(months, expiry.days ?? 0);
    return expiry.round_to === undefined ? last : endOf(last, expiry.round_to);
  }
  const year = Number(active_from.slice(0, 4));
  const dayIn = (of: number) =>
    `${of}-${pad(expiry.month)}-${pad(Math.min(expiry.day, daysInMonth(of, expiry.month)))}`;
  const next = dayIn(year) >= active_from ? year : year + 1;
  return dayIn(next + expiry.years);
}
