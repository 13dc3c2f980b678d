import { addDays, lastClosedDay, Problem } from "../platform/index.ts";
import { defineJob, type JobKind, type Schedule, SYSTEM_SCOPE } from "../store/index.ts";
import { closeDueMonths } from "./close.ts";
import { bringUpToDate, computeFigures, daysFrom, FOLLOWED_MONTHS, monthsFrom } from "./compute.ts";
import { makeMorning } from "./morning.ts";
import { missingDays } from "./figure-store.ts";

export const DAILY = "metrics.daily";
export const DAILY_KEY = "daily";
export const BACKFILL = "metrics.backfill";
/** Days that lines show. */
export const LINE_DAYS = 90;

const daily = defineJob<object>({
  kind: DAILY,
  run: ({ ground, signal, progress }) => bringUpToDate(ground, { signal, progress }),
});

export interface BackfillInput {
  readonly from: string;
  readonly to: string;
  /** Only days that have no figure yet. */
  readonly missing?: boolean;
}

const backfill = defineJob<BackfillInput>({
  kind: BACKFILL,
  run: async ({ ground, input, signal, progress }) => {
    const closed = lastClosedDay(ground.clock.now(), ground.config.timezone);
    const to = input.to < closed ? input.to : closed;
    const days = daysFrom(input.from, to);
    const points =
      input.missing === true
        ? await ground.store.read(SYSTEM_SCOPE, (tx) => missingDays(tx, "members", input.from, to))
        : days;
    const work =
      input.missing === true
        ? { days: [], points: points.toReversed(), months: [] }
        : { days, points, months: monthsFrom(input.from, to, FOLLOWED_MONTHS * 10) };
    return { steps: await computeFigures(ground, work, { signal, progress }) };
  },
});

/** What lines show and nobody computed yet, as the input of a back-fill that ends on a day. */
export function lineBackfill(day: string): BackfillInput {
  return { from: addDays(day, 1 - LINE_DAYS), to: day, missing: true };
}

/** One that waits or runs already will do. */
export function ignoreRunning(error: unknown): void {
  if (!(error instanceof Problem) || error.code !== "jobs.already_running") throw error;
}

const close = defineJob<object>({
  kind: "metrics.close",
  run: async ({ ground }) => ({ closed: await closeDueMonths(ground) }),
});

const morning = defineJob<object>({
  kind: "metrics.morning",
  run: async ({ ground }) => (await makeMorning(ground)) ?? { skipped: true },
});

export const metricJobs: readonly JobKind[] = [daily, backfill, close, morning];

export const metricSchedules: readonly Schedule[] = [
  // the day that closed, and days that late records changed; without either it costs two look-ups
  { kind: DAILY, cron: "*/10 * * * *", input: {} },
  // at 06:00 in Shanghai a month closes that is due
  { kind: "metrics.close", cron: "0 22 * * *", input: {} },
  // at 09:00 in Shanghai
  { kind: "metrics.morning", cron: "0 1 * * *", input: {} },
];
