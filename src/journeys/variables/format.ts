import { businessDay, minuteOfDay } from "../../platform/index.ts";
import type { ValueType } from "./source.ts";

/** What a template is given. */
export type Told = string | number;

const twoDigits = (number: number) => String(number).padStart(2, "0");

/** A day as a member reads it. */
function dayWords(day: string): string {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return `${year}年${month}月${date}日`;
}

const isDay = (value: unknown): value is string => typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value);

/**
 * A value as the template gets it: amounts in yuan with two places, days and instants of the brand's zone in words, numbers
 * as numbers, so that a template may compare them. Undefined: there is no such value.
 */
export function toldOf(type: ValueType, value: unknown, timezone: string): Told | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  switch (type) {
    case "money": {
      const minor = Number(value);
      if (!Number.isSafeInteger(minor)) return undefined;
      const [sign, amount] = [minor < 0 ? "-" : "", Math.abs(minor)];
      return `${sign}${Math.floor(amount / 100)}.${twoDigits(amount % 100)}`;
    }
    case "number":
      return Number.isFinite(Number(value)) ? Number(value) : undefined;
    case "day":
      return isDay(value) ? dayWords(value.slice(0, 10)) : undefined;
    case "instant": {
      const at = value instanceof Date ? value : new Date(String(value));
      if (Number.isNaN(at.getTime())) return undefined;
      const minutes = minuteOfDay(at, timezone);
      return `${dayWords(businessDay(at, timezone))} ${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
    }
    case "text":
      return typeof value === "string" ? value : String(value);
  }
}
