const INSTANT = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}:?\d{2})$/i;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Milliseconds of an ISO 8601 instant with zone; undefined when it is none or its day does not exist. */
export function parseInstant(text: string): number | undefined {
  if (text.length === 24 && text.charCodeAt(23) === 90 && text.charCodeAt(19) === 46) {
    // What SDKs send. Written back it must be the same text, or its day or hour does not exist.
    const ms = Date.parse(text);
    if (ms >= 0 && isoText(ms) === text) return ms;
  }
  // Date.parse alone would also take 2026-02-30 and text without a zone.
  const match = INSTANT.exec(text);
  if (match === null || !dayExists(Number(match[1]), Number(match[2]), Number(match[3]))) return undefined;
  if (Number(match[4]) > 23 || Number(match[5]) > 59 || Number(match[6] ?? 0) > 59) return undefined;
  const [, year, month, day, hour, minute, second = "00", fraction = "0", zone = "Z"] = match;
  const ms = Number(`${fraction}00`.slice(0, 3));
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), ms);
  if (zone === "Z" || zone === "z") return utc;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return utc - (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Whether a text is an existing day written YYYY-MM-DD between 1900 and 2100. */
export function isDay(text: string): boolean {
  const match = DAY.exec(text);
  if (match === null) return false;
  const year = Number(match[1]);
  return year >= 1900 && year <= 2100 && dayExists(year, Number(match[2]), Number(match[3]));
}

function dayExists(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Milliseconds as an ISO 8601 text in UTC. */
export function isoText(ms: number): string {
  return new Date(ms).toISOString();
}
