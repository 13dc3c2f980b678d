import { addDays, type BusinessDay, daysBetween, isoWeekday, isWorkingDay } from "../../platform/index.ts";
import type { KindInfo } from "./request-kind.ts";

/** A year whose holidays are not published counts Monday to Friday: an answer is then never due later than it should be. */
function works(day: BusinessDay): boolean {
  return isWorkingDay(day) ?? isoWeekday(day) <= 5;
}

/** The last business day on which an answer is in time. The day of receipt does not count. */
export function dueDay(received: BusinessDay, { days, count }: KindInfo["due"]): BusinessDay {
  if (count === "calendar") return addDays(received, days);
  let day = received;
  for (let left = days; left > 0; ) {
    day = addDays(day, 1);
    if (works(day)) left -= 1;
  }
  return day;
}

/** Days left until the due day: 0 on it, negative when it has passed. */
export function daysLeft(due: BusinessDay, today: BusinessDay): number {
  return daysBetween(today, due);
}
