import { addDays, businessDay, isoWeekday, minuteOfDay, startOfDay } from "../platform/index.ts";
import type { Node, Span } from "./definition.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** `span` after an instant; days keep the time of day, also where clocks change. */
export function after(from: Date, { amount, unit }: Span, timezone: string): Date {
  if (unit === "minutes") return new Date(from.getTime() + amount * MINUTE_MS);
  if (unit === "hours") return new Date(from.getTime() + amount * HOUR_MS);
  const day = businessDay(from, timezone);
  return timeOf(addDays(day, amount), minuteOfDay(from, timezone), from.getTime() % MINUTE_MS, timezone);
}

/** The first instant at or after `from` whose time of day is `clock` ("HH:MM"). */
export function nextTime(from: Date, clock: string, timezone: string): Date {
  const day = businessDay(from, timezone);
  const today = timeOf(day, minutesOf(clock), 0, timezone);
  return today >= from ? today : timeOf(addDays(day, 1), minutesOf(clock), 0, timezone);
}

type Window = Extract<Node, { kind: "window" }>;

/** The first instant at or after `from` within the window; a window whose end is before its start goes over midnight. */
export function nextWithin(from: Date, { from: begins, until, weekdays }: Window, timezone: string): Date {
  const open = new Set(weekdays ?? [1, 2, 3, 4, 5, 6, 7]);
  const [first, last] = [minutesOf(begins), minutesOf(until)];
  const today = businessDay(from, timezone);
  for (let ahead = -1; ahead <= 7; ahead += 1) {
    const day = addDays(today, ahead);
    if (!open.has(isoWeekday(day))) continue;
    const opens = timeOf(day, first, 0, timezone);
    const closes = timeOf(first < last ? day : addDays(day, 1), last, 0, timezone);
    if (from < closes) return from > opens ? from : opens;
  }
  return from;
}

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** When the local clock shows so many minutes; an hour that a change of clocks leaves out is an hour later. */
function timeOf(day: string, minutes: number, more_ms: number, timezone: string): Date {
  const start = startOfDay(day, timezone);
  const straight = new Date(start.getTime() + minutes * MINUTE_MS);
  const shift = minutes - minuteOfDay(straight, timezone);
  // a shift of half a day or more is a clock that went over midnight
  const mended = Math.abs(shift) < 720 ? shift : shift - Math.sign(shift) * 1_440;
  const at = new Date(straight.getTime() + mended * MINUTE_MS);
  const shown = mended === 0 || minuteOfDay(at, timezone) === minutes ? at : straight;
  return new Date(shown.getTime() + more_ms);
}
