const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** Zones change over at multiples of it. */
const STEP_MINUTES = 15;
const LOOK_AHEAD_MINUTES = 3 * DAY_MINUTES;

export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock on the wall shows there: minutes since its midnight. */
export function wallMinute(at: Date, timezone: string): number {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(timezone, format);
  }
  const [hour = 0, minute = 0] = format.format(at).split(":").map(Number);
  return hour * 60 + minute;
}

function within(minute: number, from: number, to: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** Whether it is quiet there; hours that end when they begin are none. */
export function isQuiet(at: Date, { from, to }: QuietHours, timezone: string): boolean {
  const [begins, ends] = [minuteOf(from), minuteOf(to)];
  return begins !== ends && within(wallMinute(at, timezone), begins, ends);
}

/**
 * The first full minute from `at` on at which the clock on the wall is outside of the quiet hours. It goes by what the wall
 * shows, so that an hour that is left out in spring, or comes twice in autumn, is neither lost nor used twice.
 */
export function quietUntil(at: Date, { from, to }: QuietHours, timezone: string): Date {
  const [begins, ends] = [minuteOf(from), minuteOf(to)];
  const first = Math.ceil(at.getTime() / MINUTE_MS);
  for (let minute = first; minute < first + LOOK_AHEAD_MINUTES; ) {
    const shown = wallMinute(new Date(minute * MINUTE_MS), timezone);
    // until the next quarter of an hour the wall goes on evenly
    const even = STEP_MINUTES - (minute % STEP_MINUTES);
    for (let on = 0; on < even; on += 1)
      if (begins === ends || !within((shown + on) % DAY_MINUTES, begins, ends))
        return new Date((minute + on) * MINUTE_MS);
    minute += even;
  }
  return at;
}
