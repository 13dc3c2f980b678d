import type { Domain } from "../domains.ts";
import { assessmentJobs, assessmentSchedules } from "./assessment/jobs.ts";
import { assessmentRoutes } from "./assessment/routes.ts";
import { privacyIndicators, privacyJobs, privacyRoutes, privacySchedules } from "./privacy/index.ts";
import { startLoop } from "../platform/index.ts";
import { deliverDue } from "./deliver.ts";
import "./errors.ts";
import { trustJobs, trustSchedules, watchAtOnce } from "./jobs.ts";
import { trustIndicators } from "./own-indicators.ts";
import { trustRoutes } from "./routes.ts";

const RETRY_MS = 10_000;

export const domain: Domain = {
  name: "trust",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["trust"],
  routes: (app, ground) => {
    trustRoutes(app, ground);
    privacyRoutes(app, ground);
    assessmentRoutes(app, ground);
  },
  jobs: [...trustJobs, ...privacyJobs, ...assessmentJobs],
  schedules: [...trustSchedules, ...privacySchedules, ...assessmentSchedules],
  indicators: [...trustIndicators, ...privacyIndicators],
  ready: watchAtOnce,
  // what could not be delivered is tried again between two rounds
  start: async (ground) => {
    const retries = startLoop(async () => (await deliverDue(ground)) > 0, {
      idle_ms: RETRY_MS,
      onError: (error) => ground.log.error({ error: String(error) }, "alerts were not sent"),
    });
    return () => retries.stop();
  },
};
