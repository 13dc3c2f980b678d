import type { Domain } from "../domains.ts";
import { auditJobs, auditSchedules } from "./audit/jobs.ts";
import { startCheckpoints } from "./audit/sender.ts";
import "./clients/errors.ts";
import "./delegations/errors.ts";
import { leaverJobs, leaverSchedules } from "./delegations/leavers.ts";
import "./errors.ts";
import { accessIndicators } from "./indicators.ts";
import "./oidc/errors.ts";
import "./people-review-errors.ts";
import { accessRoutes } from "./routes.ts";
import { sweepJob, sweepSchedules } from "./sweep.ts";
import "./tablets/errors.ts";

export const domain: Domain = {
  name: "access",
  migrations: new URL("./migrations/", import.meta.url),
  routes: accessRoutes,
  jobs: [...auditJobs, sweepJob, ...leaverJobs],
  schedules: [...auditSchedules, ...sweepSchedules, ...leaverSchedules],
  indicators: accessIndicators,
  start: async (ground) => {
    const checkpoints = await startCheckpoints(ground);
    return () => checkpoints.stop();
  },
};
