import { defineJob } from "../../store/index.ts";
import { DRY_RUN_JOB, dryRun, type DryRunInput } from "./run.ts";

/** A dry run that failed or was cancelled leaves nothing; one that is taken up again after a crash begins anew. */
export const dryRunJob = defineJob<DryRunInput>({ kind: DRY_RUN_JOB, run: dryRun, attempts_max: 1 });
