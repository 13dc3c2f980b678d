import { defineJob, type JobKind, type Schedule, SYSTEM_SCOPE } from "../store/index.ts";
import { computeRfm, type ComputeOptions } from "./compute.ts";
import { clearStale } from "./stale-store.ts";

export const COMPUTE = "value.rfm";
/** One computation waits or runs at a time. */
export const COMPUTE_KEY = "rfm";

const compute = defineJob<ComputeOptions>({
  kind: COMPUTE,
  run: async ({ ground, input, progress }) => {
    await progress(0, 1, "rfm");
    await ground.store.write(SYSTEM_SCOPE, clearStale);
    const result = await computeRfm(ground, input);
    await progress(1, 1);
    return result;
  },
});

export const valueJobs: readonly JobKind[] = [compute];

/** At 00:20 in Shanghai, when the day has closed. The first night with purchases makes version 1 of the thresholds. */
export const valueSchedules: readonly Schedule[] = [
  { kind: COMPUTE, cron: "20 16 * * *", input: { thresholds: "first" } },
];
