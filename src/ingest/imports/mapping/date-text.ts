import type { DateFormat } from "./mapping.ts";
import type { ZoneClock } from "./zone.ts";

/** A time as a file writes it: an instant, and the calendar day it names. */
export interface ReadTime {
  readonly ms: number;
  readonly day: string;
}

const YMD =
  /^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[T\s]*(上午|下午|AM|PM)?\s*(\d{1,2})(?:[:：]|时|点)(\d{1,2})(?:(?:[:：]|分)(\d{1,2})(?:[.,](\d{1,9}))?秒?)?分?\s*(AM|PM)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T\s]?(\d{2})(\d{2})(\d{2})?)?$/;
const TWO_PART = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[\sT,]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(AM|PM)?)?$/i;
const DAY_MS = 86_400_000;
/** Day 0 of spreadsheets; it makes the non-existing 29 February 1900 harmless for every later date. */
const EXCEL_EPOCH = Date.UTC(1899, 11, 30);

/** Reads a date or a date with a time. @returns undefined when the text is none in that format or names no real day. */
export function readTime(text: string, format: DateFormat, zone: ZoneClock): ReadTime | undefined {
  if (format === "epoch_s" || format === "epoch_ms") return fromEpoch(text, format === "epoch_s" ? 1000 : 1);
  if (format === "excel") return fromSerial(text, zone);
  if (format === "dmy" || format === "mdy") return fromTwoPart(text, format, zone) ?? fromYmd(text, zone);
  const ymd = fromYmd(text, zone) ?? fromCompact(text, zone);
  if (ymd !== undefined || format === "ymd") return ymd;
  if (/^\d{10}$/.test(text)) return fromEpoch(text, 1000);
  if (/^\d{13}$/.test(text)) return fromEpoch(text, 1);
  return undefined;
}

function fromYmd(text: string, zone: ZoneClock): ReadTime | undefined {
  const found = YMD.exec(text);
  if (found === null) return undefined;
  const [, y, m, d, half_before, h, mi, s, fraction = "", half_after, offset] = found;
  const half = half_before ?? half_after;
  return assemble([y, m, d, h, mi, s], half, Number(`${fraction}000`.slice(0, 3)), offset, zone);
}

function fromCompact(text: string, zone: ZoneClock): ReadTime | undefined {
  const found = COMPACT.exec(text);
  if (found === null) return undefined;
  const [, y, m, d, h, mi, s] = found;
  return assemble([y, m, d, h, mi, s], undefined, 0, undefined, zone);
}

function fromTwoPart(text: string, format: "dmy" | "mdy", zone: ZoneClock): ReadTime | undefined {
  const found = TWO_PART.exec(text);
  if (found === null) return undefined;
  const [, a, b, year = "", h, mi, s, half] = found;
  // Two-digit years: 00–69 are of this century (POSIX).
  const y = year.length === 4 ? year : `${Number(year) < 70 ? 20 : 19}${year}`;
  const [d, m] = format === "dmy" ? [a, b] : [b, a];
  return assemble([y, m, d, h, mi, s], half, 0, undefined, zone);
}

type Parts = readonly [
  y: string | undefined,
  m: string | undefined,
  d: string | undefined,
  h: string | undefined,
  mi: string | undefined,
  s: string | undefined,
];

function assemble(
  parts: Parts,
  half: string | undefined,
  ms: number,
  offset: string | undefined,
  zone: ZoneClock,
): ReadTime | undefined {
  const [y = 0, m = 0, d = 0, hour = 0, mi = 0, s = 0] = parts.map((part) => Number(part ?? 0));
  let h = hour;
  const afternoon = half !== undefined && /下午|PM/i.test(half);
  if (half !== undefined && h <= 12) h = (h % 12) + (afternoon ? 12 : 0);
  if (m < 1 || m > 12 || d < 1 || d > new Date(Date.UTC(y, m, 0)).getUTCDate()) return undefined;
  // 24:00 is the end of the day, as some tills write it.
  if (h > 24 || mi > 59 || s > 60 || (h === 24 && mi + s > 0)) return undefined;
  const wall = Date.UTC(y, m - 1, d, h, mi, Math.min(s, 59), ms);
  const day = `${String(y).padStart(4, "0")}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`;
  if (offset === undefined) return { ms: zone.instant(wall), day };
  if (/^z$/i.test(offset)) return { ms: wall, day };
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(":", ""));
  return { ms: wall - (offset.startsWith("-") ? -minutes : minutes) * 60_000, day };
}

function fromEpoch(text: string, unit_ms: number): ReadTime | undefined {
  if (!/^\d{1,14}(\.\d+)?$/.test(text)) return undefined;
  const ms = Math.round(Number(text) * unit_ms);
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? undefined : { ms, day: at.toISOString().slice(0, 10) };
}

function fromSerial(text: string, zone: ZoneClock): ReadTime | undefined {
  if (!/^\d{1,6}(\.\d+)?$/.test(text)) return fromYmd(text, zone);
  const wall = EXCEL_EPOCH + Math.round((Number(text) * DAY_MS) / 1000) * 1000;
  return { ms: zone.instant(wall), day: new Date(wall).toISOString().slice(0, 10) };
}

/**
 * Which format the samples of a column are in. Day and month in doubt: the one that fits all samples, `dmy` when both do
 * (then `sure` is false and the page asks).
 */
export function detectDateFormat(samples: readonly string[]): { format: DateFormat; sure: boolean } | undefined {
  const filled = samples.map((text) => text.trim()).filter((text) => text !== "");
  if (filled.length === 0) return undefined;
  const all = (test: (text: string) => boolean) => filled.filter(test).length >= filled.length * 0.9;
  if (all((text) => YMD.test(text))) return { format: "auto", sure: true };
  if (all((text) => /^(19|20)\d{6}(\d{4}|\d{6})?$/.test(text))) return { format: "auto", sure: true };
  if (all((text) => /^1\d{9}$/.test(text))) return { format: "epoch_s", sure: false };
  if (all((text) => /^1\d{12}$/.test(text))) return { format: "epoch_ms", sure: true };
  if (all((text) => TWO_PART.test(text))) {
    const pairs = filled.map((text) => TWO_PART.exec(text)).filter((found) => found !== null);
    const day_first = pairs.some((found) => Number(found[1]) > 12);
    const month_first = pairs.some((found) => Number(found[2]) > 12);
    if (day_first !== month_first) return { format: day_first ? "dmy" : "mdy", sure: true };
    return { format: "dmy", sure: false };
  }
  return undefined;
}
