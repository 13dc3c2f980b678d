import type { Ground } from "../ground.ts";
import { defineJob, SYSTEM_SCOPE, startJob } from "../store/index.ts";
import { deliverDue } from "./deliver.ts";
import { closeDrills, drillDue } from "./drill.ts";
import { watch, watchState } from "./watch.ts";

export const WATCH = "trust.watch";
/** In a world that runs faster minutes come more often than anybody has to look. */
const APART_MS_MIN = 20_000;

/** Looks, drills and tells, once. */
export async function watchRound(ground: Ground): Promise<Record<string, number>> {
  const watched = await watch(ground);
  const drilled = await drillDue(ground);
  const messages = await deliverDue(ground);
  await closeDrills(ground);
  return { ...watched, drilled, messages };
}

export const trustJobs = [
  defineJob({
    kind: WATCH,
    run: async ({ ground }) => {
      const last = await ground.store.read(SYSTEM_SCOPE, watchState);
      const since_ms =
        last === undefined ? Number.POSITIVE_INFINITY : ground.wall.now().getTime() - Date.parse(last.read_at);
      return since_ms < APART_MS_MIN ? { skipped: true } : watchRound(ground);
    },
  }),
];

export const trustSchedules = [{ kind: WATCH, cron: "* * * * *" }];

/** What happened while the process was down is looked at as soon as it is back, not at the next full minute. */
export async function watchAtOnce(ground: Ground): Promise<void> {
  await ground.store
    .write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, WATCH, {}, { key: "schedule" }))
    .catch((error: { code?: string }) => {
      if (error.code !== "jobs.already_running") throw error;
    });
}
