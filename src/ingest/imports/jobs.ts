import type { Ground } from "../../ground.ts";
import { defineJob, type JobContext, type Schedule, SYSTEM_SCOPE } from "../../store/index.ts";
import { forgetUpload, JOB_KINDS } from "./import.ts";
import { expiredImports } from "./import-store.ts";
import { checkImport, runImport } from "./run.ts";
import { undoImport } from "./undo.ts";

interface ImportInput {
  readonly import_id: number;
}

/** A run that its process had to leave is not done: the job is taken up again after the restart. */
function refuseWhenLeft(context: JobContext<unknown>): void {
  if (context.signal.aborted && !context.cancelled()) throw new Error("left because the process stops");
}

async function expireUploads(ground: Ground): Promise<number> {
  const expired = await ground.store.read(SYSTEM_SCOPE, (tx) => expiredImports(tx, ground.clock.now()));
  for (const row of expired) await forgetUpload(ground, row);
  return expired.length;
}

export const importJobs = [
  defineJob<ImportInput>({
    kind: JOB_KINDS.check,
    attempts_max: 5,
    run: async (context) => {
      const report = await checkImport(context.ground, context.input.import_id, context);
      refuseWhenLeft(context);
      return report;
    },
  }),
  defineJob<ImportInput>({
    kind: JOB_KINDS.run,
    attempts_max: 5,
    run: async (context) => {
      const report = await runImport(context.ground, context.input.import_id, context);
      refuseWhenLeft(context);
      return report;
    },
  }),
  defineJob<ImportInput>({
    kind: JOB_KINDS.undo,
    attempts_max: 5,
    run: async (context) => {
      const result = await undoImport(context.ground, context.input.import_id, context);
      refuseWhenLeft(context);
      return result;
    },
  }),
  defineJob<Record<string, never>>({
    kind: "ingest.import_expire",
    run: async ({ ground }) => ({ expired: await expireUploads(ground) }),
  }),
];

/** Uploads and error files are looked at every night at 03:20 in the brand's usual zone (19:20 UTC). */
export const importSchedules: readonly Schedule[] = [{ kind: "ingest.import_expire", cron: "20 19 * * *" }];
