import type { Domain } from "../domains.ts";
import "./errors.ts";
import { ingestJobs, ingestSchedules } from "./jobs.ts";
import { startPipeline } from "./pipeline.ts";
import { recordsReference } from "./reference.ts";
import { ingestRoutes } from "./routes.ts";

export const domain: Domain = {
  name: "ingest",
  migrations: new URL("./migrations/", import.meta.url),
  routes: ingestRoutes,
  jobs: ingestJobs,
  schedules: ingestSchedules,
  reference: recordsReference,
  start: async (ground) => {
    const pipeline = await startPipeline(ground);
    return () => pipeline.stop();
  },
};
