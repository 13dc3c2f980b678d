import { defineJob, type JobKind, type Schedule } from "../store/index.ts";
import { versionsOf } from "./master-versions.ts";
import { beginRotation, continueRotation, destroyUnused } from "./rotation.ts";

/** `begin` makes a new version; without it an unfinished rotation is taken up. Repeated after a crash it goes on. */
interface RotateInput {
  readonly from_version: number;
}

export const ROTATE_JOB = "vault.rotate";

const rotateJob = defineJob<RotateInput>({
  kind: ROTATE_JOB,
  run: async ({ ground, input, signal, progress }) => {
    const newest = (await versionsOf(ground.vault.access.keys.pool)).at(-1)?.version ?? 0;
    if (newest === input.from_version) await beginRotation(ground);
    return continueRotation({ ground, signal, progress: (done, total) => progress(done, total) });
  },
});

/** Takes up what a crash left, and destroys versions that have been unused for a day. */
const careJob = defineJob({
  kind: "vault.key_care",
  run: async ({ ground, signal, progress }) => {
    const versions = await versionsOf(ground.vault.access.keys.pool);
    const older = versions.filter((row) => row.destroyed_at === null).slice(0, -1);
    if (older.length === 0) return { destroyed: [] };
    const unfinished = older.some((row) => row.emptied_at === null);
    if (unfinished) await continueRotation({ ground, signal, progress: (done, total) => progress(done, total) });
    return { destroyed: await destroyUnused(ground) };
  },
});

export const vaultJobs: readonly JobKind[] = [rotateJob, careJob];
/** Every hour, a few minutes after it. */
export const vaultSchedules: readonly Schedule[] = [{ kind: "vault.key_care", cron: "7 * * * *" }];
