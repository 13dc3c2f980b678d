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

const refresh = defineJob<object>({
  kind: REFRESH,
  run: ({ ground, signal, progress }) =>
    refreshLake(ground, { signal, progress: (done, total, note) => progress(done, total, note) }),
});

/** Compares the lake with the record store day by day, marks what differs, and writes it anew. */
const verify = defineJob<object>({
  kind: VERIFY,
  run: async ({ ground, signal, progress }) => {
    const days = await differingDays(ground, { signal, progress: (done, total, note) => progress(done, total, note) });
    if (days.length === 0) return { differing_days: 0 };
    await ground.store.write(SYSTEM_SCOPE, (tx) => markDirty(tx, days));
    const { batch_id } = await refreshLake(ground, { signal });
    return { differing_days: days.length, batch_id };
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
