import { addDays, type BusinessDay, daysBetween, isoWeekday } from "./calendar.ts";
import {
  HOLIDAY_NOTICES,
  LUNAR_FESTIVALS,
  LUNAR_NEW_YEAR,
  type PublicHoliday,
  SHOPPING_SEASONS,
} from "./business-calendar-data.ts";

export type DayKind = "working" | "make_up" | "weekend" | "holiday";

export interface CalendarDay {
  /** Undefined where the year's notice is not published: nothing is guessed. */
  readonly kind: DayKind | undefined;
  readonly holiday?: { readonly zh: string; readonly en: string };
  readonly season?: { readonly key: string; readonly zh: string; readonly en: string };
}

const off = new Map<string, PublicHoliday>();
const worked = new Map<string, PublicHoliday>();
for (const { holidays } of Object.values(HOLIDAY_NOTICES)) {
  for (const holiday of holidays) {
    for (let day = holiday.from; day <= holiday.to; day = addDays(day, 1)) off.set(day, holiday);
    for (const day of holiday.worked) worked.set(day, holiday);
  }
}

/** Whether the State Council's notice for a day's year is in the calendar. */
export function isPublished(day: BusinessDay): boolean {
  return HOLIDAY_NOTICES[Number(day.slice(0, 4))] !== undefined;
}

/** What kind of day it is in China, and the holiday and shopping season it lies in. */
export function calendarDay(day: BusinessDay): CalendarDay {
  const holiday = off.get(day) ?? worked.get(day);
  const season = seasonOf(day);
  return {
    kind: kindOf(day),
    ...(holiday === undefined ? {} : { holiday: { zh: holiday.zh, en: holiday.en } }),
    ...(season === undefined ? {} : { season: { key: season.key, zh: season.zh, en: season.en } }),
  };
}

function kindOf(day: BusinessDay): DayKind | undefined {
  if (off.has(day)) return "holiday";
  if (worked.has(day)) return "make_up";
  if (!isPublished(day)) return undefined;
  return isoWeekday(day) >= 6 ? "weekend" : "working";
}

/** @returns undefined where the year is not published. */
export function isWorkingDay(day: BusinessDay): boolean | undefined {
  const kind = kindOf(day);
  return kind === undefined ? undefined : kind === "working" || kind === "make_up";
}

/** The first working day after `day`; undefined when that may lie in a year that is not published. */
export function nextWorkingDay(day: BusinessDay): BusinessDay | undefined {
  for (let next = addDays(day, 1); ; next = addDays(next, 1)) {
    const works = isWorkingDay(next);
    if (works === undefined) return undefined;
    if (works) return next;
  }
}

/** The shopping season of a day: 618 or 双11. */
export function seasonOf(day: BusinessDay): (typeof SHOPPING_SEASONS)[number] | undefined {
  const at = day.slice(5);
  return SHOPPING_SEASONS.find((season) => at >= season.from && at <= season.to);
}

/** Why a day of last year is the one to compare with. */
export type Alignment = "date" | "weekday" | "spring_festival" | "holiday" | "season";

export interface Comparable {
  readonly day: BusinessDay;
  readonly by: Alignment;
}

/** Days before and after 正月初一 that shops live by it; it is never before 21 January, so they lie in one year. */
export const SPRING_FESTIVAL_DAYS = { before: 20, after: 20 } as const;
const WEEKDAYS_A_YEAR = 364;

/**
 * The day a year before to compare a day with. `date`: the same date (29 February: the 28th). `weekday`: 52 weeks
 * before. `aligned`: around the Spring Festival the same distance from 正月初一; in 端午 and 中秋 from the festival's
 * day; in the other holidays and in shopping seasons the same date; on all other days the same weekday.
 */
export function sameDayLastYear(day: BusinessDay, way: "date" | "weekday" | "aligned"): Comparable {
  if (way === "date") return { day: sameDate(day), by: "date" };
  const byWeekday: Comparable = { day: addDays(day, -WEEKDAYS_A_YEAR), by: "weekday" };
  if (way === "weekday") return byWeekday;
  return aroundSpringFestival(day) ?? inHoliday(day) ?? inSeason(day) ?? byWeekday;
}

function sameDate(day: BusinessDay): BusinessDay {
  const year = Number(day.slice(0, 4)) - 1;
  return day.slice(5) === "02-29" ? `${year}-02-28` : `${year}${day.slice(4)}`;
}

function inSeason(day: BusinessDay): Comparable | undefined {
  return seasonOf(day) === undefined ? undefined : { day: sameDate(day), by: "season" };
}

function aroundSpringFestival(day: BusinessDay): Comparable | undefined {
  const year = Number(day.slice(0, 4));
  const [first, before] = [LUNAR_NEW_YEAR[year], LUNAR_NEW_YEAR[year - 1]];
  if (first === undefined || before === undefined) return undefined;
  const distance = daysBetween(first, day);
  if (distance < -SPRING_FESTIVAL_DAYS.before || distance > SPRING_FESTIVAL_DAYS.after) return undefined;
  return { day: addDays(before, distance), by: "spring_festival" };
}

function inHoliday(day: BusinessDay): Comparable | undefined {
  const holiday = off.get(day);
  if (holiday === undefined) return undefined;
  const year = Number(day.slice(0, 4));
  const fixed = (month: string) => day.slice(5, 7) === month;
  const lunar = (days: Readonly<Record<number, string>>): Comparable | undefined => {
    const [now, before] = [days[year], days[year - 1]];
    if (now === undefined || before === undefined) return undefined;
    return { day: addDays(before, daysBetween(now, day)), by: "holiday" };
  };
  if (holiday.zh === "端午节") return lunar(LUNAR_FESTIVALS.dragon_boat);
  if (holiday.zh.includes("中秋") && !fixed("10")) return lunar(LUNAR_FESTIVALS.mid_autumn);
  return { day: sameDate(day), by: "holiday" };
}
