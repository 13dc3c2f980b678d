import type { Ground } from "../ground.ts";
import { lastClosedDay, Problem } from "../platform/index.ts";
import { defineJob, type JobKind, type Schedule } from "../store/index.ts";
import { closeDueMonths } from "./close.ts";
import {
  bringUpToDate,
  computeFigures,
  daysFrom,
  FOLLOWED_MONTHS,
  historyWork,
  monthsFrom,
  type Steps,
} from "./compute.ts";
import { makeMorning } from "./morning.ts";

export const DAILY = "metrics.daily";
export const DAILY_KEY = "daily";
export const BACKFILL = "metrics.backfill";
export const HISTORY = "metrics.history";

const daily = defineJob<object>({
  kind: DAILY,
  run: ({ ground, signal, progress }) => bringUpToDate(ground, { signal, progress }),
});

export interface BackfillInput {
  readonly from: string;
  readonly to: string;
}

const backfill = defineJob<BackfillInput>({
  kind: BACKFILL,
  run: async ({ ground, input, signal, progress }) => {
    const closed = lastClosedDay(ground.clock.now(), ground.config.timezone);
    const to = input.to < closed ? input.to : closed;
    const days = daysFrom(input.from, to);
    const work = { days, points: days, months: monthsFrom(input.from, to, FOLLOWED_MONTHS * 10) };
    return { steps: await computeFigures(ground, work, { signal, progress }) };
  },
});

/** After the first figures: the history behind them, whose months are then closed, for it was complete. */
export async function fillHistory(ground: Ground, steps: Steps = {}): Promise<{ steps: number; closed: string[] }> {
  const done = await computeFigures(ground, await historyWork(ground), steps);
  return { steps: done, closed: steps.signal?.aborted === true ? [] : await closeDueMonths(ground, "first") };
}

const history = defineJob<object>({
  kind: HISTORY,
  run: ({ ground, signal, progress }) => fillHistory(ground, { signal, progress }),
});

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

export const metricJobs: readonly JobKind[] = [daily, backfill, history, close, morning];

export const metricSchedules: readonly Schedule[] = [
  // the day that closed, and days that late records changed; without either it costs two look-ups
  { kind: DAILY, cron: "*/10 * * * *", input: {} },
  // at 06:00 in Shanghai a month closes that is due
  { kind: "metrics.close", cron: "0 22 * * *", input: {} },
  // at 09:00 in Shanghai
  { kind: "metrics.morning", cron: "0 1 * * *", input: {} },
];
