import { addDays, type BusinessDay, businessDay, isoWeekday, startOfDay } from "../../platform/index.ts";
import type { Entry } from "../definition.ts";
import { nextTime } from "../moment.ts";

export type ScheduleEntry = Extract<Entry, { kind: "schedule" }>;

/** Days that are looked at for the next moments of a month's rhythm: each has one. */
const DAYS_A_MOMENT = 31;

/** Whether a day has a moment. A schedule that does not say which days has none. */
function isOn({ every, weekdays, month_day, on }: ScheduleEntry, day: BusinessDay): boolean {
  switch (every) {
    case "day":
      return true;
    case "week":
      return weekdays?.includes(isoWeekday(day)) ?? false;
    case "month":
      return month_day !== undefined && Number(day.slice(8)) === Math.min(month_day, lastOfMonth(day));
    case "once":
      return day === on;
  }
}

const lastOfMonth = (day: BusinessDay): number =>
  new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate();

const momentOf = ({ at }: ScheduleEntry, day: BusinessDay, timezone: string): Date =>
  nextTime(startOfDay(day, timezone), at, timezone);

/** The moments after an instant up to another one, in their order. */
export function momentsBetween(entry: ScheduleEntry, after: Date, until: Date, timezone: string): Date[] {
  const moments: Date[] = [];
  const last = businessDay(until, timezone);
  for (let day = businessDay(after, timezone); day <= last; day = addDays(day, 1)) {
    if (!isOn(entry, day)) continue;
    const at = momentOf(entry, day, timezone);
    if (at > after && at <= until) moments.push(at);
  }
  return moments;
}

/** The next moments after an instant. */
export function nextMoments(entry: ScheduleEntry, after: Date, count: number, timezone: string): Date[] {
  if (entry.every === "once") {
    const at = entry.on === undefined ? undefined : momentOf(entry, entry.on, timezone);
    return at !== undefined && at > after ? [at] : [];
  }
  const until = startOfDay(addDays(businessDay(after, timezone), (count + 1) * DAYS_A_MOMENT), timezone);
  return momentsBetween(entry, after, until, timezone).slice(0, count);
}
