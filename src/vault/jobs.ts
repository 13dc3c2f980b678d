import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { defineJob, type JobKind, openJob, type Schedule, startJob, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { versionsOf } from "./master-versions.ts";
import { beginRotation, continueRotation, destroyUnused } from "./rotation.ts";

/** `begin` makes a new version; without it an unfinished rotation is taken up. Repeated after a crash it goes on. */
interface RotateInput {
  readonly from_version: number;
}

const ROTATE_JOB = "vault.rotate";
const ROTATE_KEY = "rotate";
/** No version's number: what is unfinished is taken up, and no new version made. */
const NONE = -1;

/**
 * Asks that everything is sealed anew in the background, under a new version or, where one was not finished, under that.
 * @throws vault.rotation_unfinished, jobs.already_running
 */
export async function askRotation(ground: Ground, act: "rotate" | "continue", person_id?: number): Promise<string> {
  const newest = (await versionsOf(ground.vault.access.keys.pool)).at(-1);
  const left = newest?.left_values ?? 0;
  if (act === "rotate" && left > 0) throw problem("vault.rotation_unfinished", { version: newest?.version ?? 0, left });
  const from_version = act === "rotate" ? (newest?.version ?? 0) : NONE;
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    startJob(tx, ground, ROTATE_JOB, { from_version }, { key: ROTATE_KEY, person_id: person_id ?? null }),
  );
}

/** The rotation that waits or runs. */
export async function rotationJob(tx: Tx): Promise<string | null> {
  return (await openJob(tx, ROTATE_JOB, ROTATE_KEY)) ?? null;
}

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
