import type { Domain } from "../domains.ts";
import "./errors.ts";
import { importJobs, importRoutes, importSchedules } from "./imports/index.ts";
import { indexExchange } from "./index-exchange.ts";
import { ingestJobs, ingestSchedules } from "./jobs.ts";
import { startPipeline } from "./pipeline.ts";
import { pullJobs, pullRoutes, pullSchedules } from "./pulls/index.ts";
import { recordsReference } from "./reference.ts";
import { ingestRoutes } from "./routes.ts";
import { ingestIndicators } from "./indicators.ts";

export const domain: Domain = {
  name: "ingest",
  indicators: ingestIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  routes: (app, ground) => {
    ingestRoutes(app, ground);
    importRoutes(app, ground);
    pullRoutes(app, ground);
  },
  jobs: [...ingestJobs, ...importJobs, ...pullJobs],
  schedules: [...ingestSchedules, ...importSchedules, ...pullSchedules],
  reference: recordsReference,
  indexExchange,
  start: async (ground) => {
    const pipeline = await startPipeline(ground);
    return () => pipeline.stop();
  },
};
