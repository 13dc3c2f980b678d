import type { Domain } from "../domains.ts";
import "./errors.ts";
import { refreshJob } from "./jobs.ts";
import { relations } from "./relations.ts";
import { segmentRoutes } from "./routes.ts";

export const domain: Domain = {
  name: "segments",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["segments"],
  relations,
  routes: segmentRoutes,
  jobs: [refreshJob],
  schedules: [{ kind: "segments.refresh", cron: "*/5 * * * *" }],
};
