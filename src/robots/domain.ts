import type { Domain } from "../domains.ts";
import { startLoop } from "../platform/index.ts";
import { clearDownloads } from "./browsers.ts";
import { startErrands } from "./errands.ts";
import "./errors.ts";
import { robotIndicators } from "./indicators.ts";
import { robotJobs, robotSchedules, runCancelled } from "./jobs.ts";
import { startDue } from "./robots.ts";
import { robotRoutes } from "./routes.ts";

const LOOK_EVERY_MS = 5_000;

export const domain: Domain = {
  name: "robots",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["robots"],
  routes: robotRoutes,
  jobs: robotJobs,
  schedules: robotSchedules,
  events: { "jobs.cancelled": runCancelled },
  indicators: robotIndicators,
  start: async (ground) => {
    await clearDownloads(ground);
    const loop = startLoop(async () => (await startDue(ground)) + (await startErrands(ground)) > 0, {
      idle_ms: LOOK_EVERY_MS,
      onError: (error) => ground.log.error({ error: String(error) }, "robots whose time has come were not started"),
    });
    return () => loop.stop();
  },
};
