/** Days are "YYYY-MM-DD" strings in the brand's time zone: they compare and sort as text. */
export type BusinessDay = string;

/** Whether a text is a day that the calendar has. */
export function isDay(text: string): text is BusinessDay {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}

/** The business day on which an instant falls. */
export function businessDay(at: Date, timezone: string): BusinessDay {
  const local = at.getTime() + zoneOffsetMs(at, timezone);
  return new Date(local).toISOString().slice(0, 10);
}

/** Whole minutes since midnight that the clock in `timezone` shows. */
export function minuteOfDay(at: Date, timezone: string): number {
  const local = new Date(at.getTime() + zoneOffsetMs(at, timezone));
  return local.getUTCHours() * 60 + local.getUTCMinutes();
}

/** The last closed business day: yesterday in the brand's time zone (measures.md, D). */
export function lastClosedDay(now: Date, timezone: string): BusinessDay {
  return addDays(businessDay(now, timezone), -1);
}

const dayMs = 86_400_000;

/** `day` moved by a whole number of days, which may be negative. */
export function addDays(day: BusinessDay, days: number): BusinessDay {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: BusinessDay, to: BusinessDay): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function isoWeekday(day: BusinessDay): number {
  const sundayFirst = new Date(`${day}T00:00:00Z`).getUTCDay();
  return sundayFirst === 0 ? 7 : sundayFirst;
}

/** The instant at which a business day begins in `timezone`. */
export function startOfDay(day: BusinessDay, timezone: string): Date {
  const guess = Date.parse(`${day}T00:00:00Z`);
  // Two rounds settle the offset also on the day a zone changes it.
  let at = guess - zoneOffsetMs(new Date(guess), timezone);
  at = guess - zoneOffsetMs(new Date(at), timezone);
  return new Date(at);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Made once for each zone: making one takes a hundred times as long as using it. */
function clockFormatter(timezone: string): Intl.DateTimeFormat {
  let formatter = clocks.get(timezone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" });
    clocks.set(timezone, formatter);
  }
  return formatter;
}

/** The time of day at an instant in `timezone`, "HH:MM". */
export function timeOfDay(at: Date, timezone: string): string {
  return clockFormatter(timezone).format(at).slice(11, 16);
}

const QUARTER_MS = 900_000;
/** Before 1973 clocks were changed by seconds somewhere; since then at full quarters of an hour. */
const QUARTERS_SINCE = Date.UTC(1973, 0, 1);
/** A year and a half of quarters of an hour. */
const OFFSETS_MAX = 50_000;

const offsets = new Map<string, Map<number, number>>();

/**
 * How far the clock in `timezone` is ahead of UTC at an instant. Kept for each quarter of an hour: a formatter takes 2 µs, and
 * a dry run of 90 days asks millions of times.
 */
export function zoneOffsetMs(at: Date, timezone: string): number {
  const ms = at.getTime();
  if (!(ms >= QUARTERS_SINCE)) return formattedOffsetMs(at, timezone);
  const quarter = Math.floor(ms / QUARTER_MS);
  let known = offsets.get(timezone);
  if (known === undefined) offsets.set(timezone, (known = new Map()));
  let offset = known.get(quarter);
  if (offset === undefined) {
    offset = formattedOffsetMs(at, timezone);
    if (known.size >= OFFSETS_MAX) known.clear();
    known.set(quarter, offset);
  }
  return offset;
}

function formattedOffsetMs(at: Date, timezone: string): number {
  const text = clockFormatter(timezone).format(at);
  return Date.parse(`${text.replace(" ", "T")}Z`) - Math.floor(at.getTime() / 1000) * 1000;
}
