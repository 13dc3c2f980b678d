import { defineJob, type JobKind, type Schedule, SYSTEM_SCOPE } from "../store/index.ts";
import { EXPORT_JOB, type ExportInput, runExport } from "./export-run.ts";
import { expireExports } from "./exports.ts";
import { checkSegment } from "./membership.ts";
import { forgetMovements } from "./movement-store.ts";
import { keptConditions } from "./segment-store.ts";

/** Every night each kept segment is evaluated as a whole; what differs from what was followed is an error of ours. */
const check = defineJob<Record<string, never>>({
  kind: "segments.check",
  run: async ({ ground, signal, progress }) => {
    const kept = await ground.store.read(SYSTEM_SCOPE, keptConditions);
    let difference = 0;
    for (const [done, { segment_id }] of kept.entries()) {
      signal.throwIfAborted();
      await progress(done, kept.length);
      difference += await checkSegment(ground, segment_id);
    }
    const forgotten = await ground.store.write(SYSTEM_SCOPE, (tx) => forgetMovements(tx, ground.clock.now()));
    return { segments: kept.length, difference, forgotten };
  },
});

const exporting = defineJob<ExportInput>({ kind: EXPORT_JOB, run: runExport });

const expiry = defineJob<Record<string, never>>({
  kind: "segments.export_expire",
  run: async ({ ground }) => ({ ended: await expireExports(ground) }),
});

export const segmentJobs: readonly JobKind[] = [check, exporting, expiry];
/** 03:50 in Shanghai, after the lake was compared; files that have expired every hour. */
export const segmentSchedules: readonly Schedule[] = [
  { kind: "segments.check", cron: "50 19 * * *" },
  { kind: "segments.export_expire", cron: "25 * * * *" },
];
