import { businessDay, businessZone } from "./business-time.ts";
import { currentLanguage } from "./texts.ts";
import { worldNow } from "./world-time.ts";

const CURRENCY_DIGITS: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, VND: 0 };

function locale(): string {
  return currentLanguage() === "en" ? "en-GB" : "zh-CN";
}

export function formatCount(value: number, digits = 0): string {
  return value.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** 123450 fen → "¥1,234.50". `short` drops the cents from ¥10,000 up. */
export function formatMoney(minor: number, currency = "CNY", short = false): string {
  const digits = CURRENCY_DIGITS[currency] ?? 2;
  const amount = minor / 10 ** digits;
  const shown = short && Math.abs(amount) >= 10_000 ? 0 : digits;
  const text = amount.toLocaleString(locale(), {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  });
  return text.replace("-", "−");
}

/** 0.6183 → "61.8%". */
export function formatRatio(value: number, digits = 1): string {
  return `${formatCount(value * 100, digits)}%`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${formatCount(size, unit === 0 || size >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** "2026-11-22" → "11月22日 周日" / "Sun 22 Nov". The year is added where it is not the current one. */
export function formatDay(day: string, withYear?: boolean): string {
  const date = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  const thisYear = currentDay().slice(0, 4);
  const year = (withYear ?? day.slice(0, 4) !== thisYear) ? { year: "numeric" as const } : {};
  if (currentLanguage() === "en") {
    const options = { ...year, weekday: "short", day: "numeric", month: "short", timeZone: "UTC" } as const;
    return date.toLocaleDateString("en-GB", options);
  }
  const text = date.toLocaleDateString("zh-CN", { ...year, month: "long", day: "numeric", timeZone: "UTC" });
  return `${text} ${date.toLocaleDateString("zh-CN", { weekday: "short", timeZone: "UTC" })}`;
}

/** Today in the business time zone, by the clock the business lives by. */
export function currentDay(): string {
  return businessDay(new Date(worldNow()));
}

/** "11月22日 09:41" in the business time zone; today only "09:41"; `seconds` adds them. */
export function formatInstant(at: string | Date, options: { seconds?: boolean; day?: boolean } = {}): string {
  const date = typeof at === "string" ? new Date(at) : at;
  const time = date.toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(options.seconds === true ? { second: "2-digit" } : {}),
    timeZone: businessZone(),
  });
  const day = businessDay(date);
  if (options.day !== true && day === currentDay()) return time;
  const year = day.slice(0, 4) === currentDay().slice(0, 4) ? {} : { year: "numeric" as const };
  const shown = date.toLocaleDateString(locale(), {
    ...year,
    month: currentLanguage() === "en" ? "short" : "long",
    day: "numeric",
    timeZone: businessZone(),
  });
  return `${shown} ${time}`;
}

/** "甲、乙、丙" / "a, b, c". */
export function listText(parts: readonly string[]): string {
  return parts.join(currentLanguage() === "en" ? ", " : "、");
}
