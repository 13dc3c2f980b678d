import { Problem } from "../platform/index.ts";
import { defineJob, type JobKind, type Schedule, startJob, SYSTEM_SCOPE } from "../store/index.ts";
import { computeClv, type ClvOptions } from "./clv-compute.ts";
import { computeRfm, type ComputeOptions } from "./compute.ts";
import { computeLifecycle, computeRfmFlows, computeSilence } from "./lifecycle.ts";
import { clearStale } from "./stale-store.ts";

export const COMPUTE = "value.rfm";
/** One computation waits or runs at a time. */
export const COMPUTE_KEY = "rfm";
export const COMPUTE_CLV = "value.clv";
export const CLV_KEY = "clv";
export const FLOWS = "value.flows";
export const FLOWS_KEY = "flows";

const compute = defineJob<ComputeOptions>({
  kind: COMPUTE,
  run: async ({ ground, input, progress }) => {
    await progress(0, 1, "rfm");
    await ground.store.write(SYSTEM_SCOPE, clearStale);
    const result = await computeRfm(ground, input);
    // lifetime value stands on RFM's day, cells and thresholds
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      startJob(tx, ground, COMPUTE_CLV, { borders: "first" }, { key: CLV_KEY }).catch(ignoreRunning),
    );
    await progress(1, 1);
    return result;
  },
});

const computeValues = defineJob<ClvOptions>({
  kind: COMPUTE_CLV,
  run: ({ ground, input, progress }) => computeClv(ground, input, { progress }),
});

const flows = defineJob<Record<string, never>>({
  kind: FLOWS,
  run: async ({ ground, progress }) => {
    await progress(0, 3, "lifecycle");
    const lifecycle = await computeLifecycle(ground);
    await progress(1, 3, "rfm");
    const rfm = await computeRfmFlows(ground);
    await progress(2, 3, "silence");
    await computeSilence(ground);
    await progress(3, 3);
    return { lifecycle, rfm };
  },
});

/** One that waits or runs already will do. */
export function ignoreRunning(error: unknown): void {
  if (!(error instanceof Problem) || error.code !== "jobs.already_running") throw error;
}

export const valueJobs: readonly JobKind[] = [compute, computeValues, flows];

/** At 00:20 in Shanghai, when the day has closed. The first night with purchases makes version 1 of the thresholds. */
export const valueSchedules: readonly Schedule[] = [
  { kind: COMPUTE, cron: "20 16 * * *", input: { thresholds: "first" } },
  // at 03:40, when the lake has the closed day
  { kind: FLOWS, cron: "40 19 * * *", input: {} },
];
