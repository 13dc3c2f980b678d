import { Problem } from "../platform/index.ts";
import { defineJob, type JobKind, type Schedule, SYSTEM_SCOPE } from "../store/index.ts";
import { eraseFromLake } from "./erasure.ts";
import { markDirty } from "./manifest-store.ts";
import { refreshLake } from "./refresh.ts";
import { differingDays } from "./verification.ts";

export const REFRESH = "lake.refresh";
export const VERIFY = "lake.verify";
export const ERASE = "lake.erase";
/** One refresh waits or runs at a time. */
export const REFRESH_KEY = "lake";

/** A refresh that meets another one at work has nothing to do: what it would write is marked still. */
async function unlessRunning<T>(work: Promise<T>): Promise<T | { skipped: string }> {
  return work.catch((error: unknown) => {
    if (error instanceof Problem && error.code === "lake.refresh_running") return { skipped: error.code };
    throw error;
  });
}

const refresh = defineJob<object>({
  kind: REFRESH,
  run: ({ ground, signal, progress }) =>
    unlessRunning(refreshLake(ground, { signal, progress: (done, total, note) => progress(done, total, note) })),
});

/** Compares the lake with the record store day by day, marks what differs, and writes it anew. */
const verify = defineJob<object>({
  kind: VERIFY,
  run: async ({ ground, signal, progress }) => {
    const days = await differingDays(ground, { signal, progress: (done, total, note) => progress(done, total, note) });
    if (days.length === 0) return { differing_days: 0 };
    await ground.store.write(SYSTEM_SCOPE, (tx) => markDirty(tx, days));
    return { differing_days: days.length, ...(await unlessRunning(refreshLake(ground, { signal }))) };
  },
});

/** Removes parties that the record store has let go of from every file. Repeatable: a second run finds nothing. */
const erase = defineJob<{ readonly party_ids: readonly number[] }>({
  kind: ERASE,
  attempts_max: 20,
  run: ({ ground, input, signal, progress }) =>
    eraseFromLake(ground, input.party_ids, { signal, progress: (done, total, note) => progress(done, total, note) }),
});

export const lakeJobs: readonly JobKind[] = [refresh, verify, erase];

/** Every ten minutes; the full comparison at 03:20 in Shanghai. */
export const lakeSchedules: readonly Schedule[] = [
  { kind: REFRESH, cron: "*/10 * * * *" },
  { kind: VERIFY, cron: "20 19 * * *" },
];
