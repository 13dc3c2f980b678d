import { defineJob } from "../../store/index.ts";
import { cutAudit } from "./retention.ts";
import { verifyAndKeep } from "./verification.ts";

export const VERIFY_JOB = "access.verify_audit";

export const auditJobs = [
  defineJob({
    kind: VERIFY_JOB,
    run: ({ ground, progress }) => verifyAndKeep(ground, (rows) => void progress(rows, null)),
  }),
  defineJob({ kind: "access.cut_audit", run: async ({ ground }) => ({ removed: await cutAudit(ground) }) }),
];

/** By the hours of UTC: half past two and half past three in the morning in China. */
export const auditSchedules = [
  { kind: VERIFY_JOB, cron: "30 18 * * *" },
  { kind: "access.cut_audit", cron: "30 19 * * *" },
];
