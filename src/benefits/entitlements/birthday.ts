import { addDays, type BusinessDay, daysBetween, LUNAR_NEW_YEAR } from "../../platform/index.ts";

/** A birthday as it stands in a profile, which some day is about. */
export interface BirthdayMatch {
  readonly lunar: boolean;
  readonly month: number;
  /** Null: whichever day of the month. */
  readonly day: number | null;
  /** The year whose birthday it is, by its own calendar. */
  readonly year: number;
  /** The day that is celebrated; of a whole month its first. */
  readonly anchor_day: BusinessDay;
  /** The last day of the window. */
  readonly last_day: BusinessDay;
}

export type BirthdayWindow = "day" | "month" | { readonly days_around: number };

interface LunarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** A leap month repeats the one before it; birthdays are kept in the first of the two. */
  readonly leap: boolean;
}

const chinese = new Intl.DateTimeFormat("en-u-ca-chinese", {
  timeZone: "UTC",
  year: "numeric",
  month: "numeric",
  day: "numeric",
});

/**
 * The day of the lunar calendar (农历) that a day of ours is. The runtime reckons a new moon of almost midnight to the other
 * day, 2027 and 2030 at New Year: the published New Year's days are right.
 */
export function lunarDay(day: BusinessDay): LunarDay {
  const reckoned = reckonedDay(day);
  const { year, month } = reckoned;
  if (month === 12 && LUNAR_NEW_YEAR[year + 1] === day) return { year: year + 1, month: 1, day: 1, leap: false };
  const newYear = month === 1 ? LUNAR_NEW_YEAR[year] : undefined;
  if (newYear === undefined) return reckoned;
  if (day >= newYear) return { ...reckoned, day: daysBetween(newYear, day) + 1 };
  const before = reckonedDay(addDays(day, -1));
  return { ...before, day: before.day + 1 };
}

function reckonedDay(day: BusinessDay): LunarDay {
  const parts = new Map<string, string>(
    chinese.formatToParts(new Date(`${day}T00:00:00Z`)).map(({ type, value }) => [type, value]),
  );
  const month = parts.get("month") ?? "";
  return {
    year: Number(parts.get("relatedYear")),
    month: Number.parseInt(month, 10),
    day: Number(parts.get("day")),
    leap: !/^\d+$/.test(month),
  };
}

const isLeapYear = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

type Celebrated = Pick<BirthdayMatch, "lunar" | "month" | "day" | "year">;

/** The birthdays that are celebrated on a day: its own, 29 February on 1 March of other years, a lunar 30th on the last. */
export function celebratedOn(day: BusinessDay): Celebrated[] {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const solar: Celebrated[] = [{ lunar: false, month, day: date, year }];
  if (month === 3 && date === 1 && !isLeapYear(year)) solar.push({ lunar: false, month: 2, day: 29, year });
  const lunar = lunarDay(day);
  if (lunar.leap) return solar;
  const own = { lunar: true, month: lunar.month, day: lunar.day, year: lunar.year };
  if (lunar.day !== 29 || lunarDay(addDays(day, 1)).day !== 1) return [...solar, own];
  return [...solar, own, { ...own, day: 30 }];
}

/** First and last day of the month, by each calendar, that a day lies in; none of a leap month. */
function monthsOf(day: BusinessDay): BirthdayMatch[] {
  const [year = 0, month = 0] = day.split("-").map(Number);
  const first = `${day.slice(0, 7)}-01`;
  const solar = { lunar: false, month, day: null, year, anchor_day: first, last_day: lastOfMonth(day) };
  const lunar = lunarDay(day);
  if (lunar.leap) return [solar];
  const anchor_day = addDays(day, 1 - lunar.day);
  const last_day = addDays(anchor_day, lunarDay(addDays(anchor_day, 29)).day === 30 ? 29 : 28);
  return [solar, { lunar: true, month: lunar.month, day: null, year: lunar.year, anchor_day, last_day }];
}

export function lastOfMonth(day: BusinessDay): BusinessDay {
  return addDays(`${addDays(`${day.slice(0, 7)}-28`, 4).slice(0, 7)}-01`, -1);
}

/** Every birthday in whose window a day lies. */
export function birthdaysAround(day: BusinessDay, window: BirthdayWindow): BirthdayMatch[] {
  if (window === "month") return monthsOf(day);
  const around = window === "day" ? 0 : window.days_around;
  return Array.from({ length: 2 * around + 1 }, (_, at) => addDays(day, at - around)).flatMap((anchor_day) =>
    celebratedOn(anchor_day).map((one) => ({ ...one, anchor_day, last_day: addDays(anchor_day, around) })),
  );
}
