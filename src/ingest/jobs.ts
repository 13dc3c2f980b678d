import { defineJob, type JobKind, type Schedule, SYSTEM_SCOPE } from "../store/index.ts";
import { sealingKeyName } from "./accept.ts";
import { LIMITS } from "./limits.ts";
import { expireRejects } from "./reject-store.ts";
import { replayJob } from "./replay.ts";

const DAY_MS = 86_400_000;

/** Rejects past their time lose their originals, and with the day's key every copy of them in a back-up. */
const expireJob = defineJob({
  kind: "ingest.expire",
  run: async ({ ground }) => {
    const now = ground.clock.now();
    const before = new Date(now.getTime() - LIMITS.reject_days_max * DAY_MS);
    const expired = await ground.store.write(SYSTEM_SCOPE, (tx) => expireRejects(tx, before, now));
    // Two days of grace for batches received around midnight and rejects that a stage made of them.
    await ground.vault.destroyNamedKey(sealingKeyName(new Date(before.getTime() - 2 * DAY_MS)), now);
    return { expired };
  },
});

export const ingestJobs: readonly JobKind[] = [replayJob, expireJob];
/** 03:40 in Shanghai. */
export const ingestSchedules: readonly Schedule[] = [{ kind: "ingest.expire", cron: "40 19 * * *" }];
