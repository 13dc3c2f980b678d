import { defineJob, type JobKind, type Schedule } from "../store/index.ts";
import { evaluateAll, settleTiers } from "./evaluate.ts";

export const FULL = "tiers.full";

const full = defineJob<Record<string, never>>({
  kind: FULL,
  run: async ({ ground, progress }) => {
    await progress(0, 2, "marks");
    await settleTiers(ground);
    await progress(1, 2, "all");
    const result = await evaluateAll(ground);
    await progress(2, 2);
    return result;
  },
});

export const tierJobs: readonly JobKind[] = [full];

/** At 02:00 in Shanghai: everyone at once, the truth that what was done bit by bit is compared with. */
export const tierSchedules: readonly Schedule[] = [{ kind: FULL, cron: "0 18 * * *", input: {} }];
