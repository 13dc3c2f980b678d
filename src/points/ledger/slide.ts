import { addDays, type BusinessDay } from "../../platform/index.ts";

/** How long points live, in months or in days. */
export interface Length {
  readonly months?: number | undefined;
  readonly days?: number | undefined;
}

/** Points whose last day moves on with what their member does: so long after the last activity. */
export interface Slide extends Length {
  /** Whether spending points counts as well as an order that earns. */
  readonly spending: boolean;
  /** The day from which on activities count. */
  readonly from: BusinessDay;
}

/** Something a member did that keeps points alive. */
export interface Activity {
  readonly kind: "purchase" | "spend";
  readonly day: BusinessDay;
  /** The order, or what the points were spent for. */
  readonly reference: string;
}

/** An activity under the number that did it. */
export interface OwnActivity extends Activity {
  readonly owner: number;
}

/** What decides how a lot moves on, as the ledger keeps it. */
export interface Sliding {
  readonly last_day: BusinessDay | null;
  /** 'P12M' or 'P90D', and '+spend' where spending counts. */
  readonly slide: string | null;
  readonly slide_from: BusinessDay | null;
}

const pad = (value: number) => String(value).padStart(2, "0");
export const daysInMonth = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The same day `months` later; the last day of the month where that has no such day. */
export function addMonths(day: BusinessDay, months: number): BusinessDay {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const at = year * 12 + (month - 1) + months;
  const [to_year, to_month] = [Math.floor(at / 12), (at % 12) + 1];
  return `${to_year}-${pad(to_month)}-${pad(Math.min(date, daysInMonth(to_year, to_month)))}`;
}

/** The last day of a life that begins on a day: of one year from 1 March on, the last of February. */
export function endOfLife({ months, days }: Length, day: BusinessDay): BusinessDay {
  return addDays(months === undefined ? day : addDays(addMonths(day, months), -1), days ?? 0);
}

export function slideText({ months, days, spending }: Slide): string {
  return `${months === undefined ? `P${days}D` : `P${months}M`}${spending ? "+spend" : ""}`;
}

export function readSlide(text: string, from: BusinessDay): Slide {
  const [, count, unit, spend] = /^P(\d+)([MD])(\+spend)?$/.exec(text) ?? [];
  const length = unit === "M" ? { months: Number(count) } : { days: Number(count) };
  return { ...length, spending: spend !== undefined, from };
}

/** Points by hand are not spent by their member. */
const BY_HAND = "adjust:";
export const isByHand = (reference: string): boolean => reference.startsWith(BY_HAND);

/**
 * How far a lot's last day moves on. Each activity counts on its own day: one after the last day comes too late, unless an
 * earlier one has moved that. @param activities in any order @returns the new last day and the activity that gave it
 */
export function movesOn(
  lot: Sliding,
  activities: readonly Activity[],
): { readonly last_day: BusinessDay; readonly by: Activity } | undefined {
  if (lot.slide === null || lot.slide_from === null || lot.last_day === null) return undefined;
  const slide = readSlide(lot.slide, lot.slide_from);
  let last_day = lot.last_day;
  let by: Activity | undefined;
  const counted = activities.filter(({ kind, day }) => day >= slide.from && (kind === "purchase" || slide.spending));
  for (const activity of counted.toSorted(byDay)) {
    if (activity.day > last_day) break;
    const end = endOfLife(slide, activity.day);
    if (end <= last_day) continue;
    last_day = end;
    by = activity;
  }
  return by === undefined ? undefined : { last_day, by };
}

function byDay(one: Activity, other: Activity): number {
  if (one.day !== other.day) return one.day < other.day ? -1 : 1;
  return one.reference < other.reference ? -1 : one.reference > other.reference ? 1 : 0;
}
