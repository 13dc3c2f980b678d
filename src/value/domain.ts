import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { computeClv } from "./clv-compute.ts";
import { currentClvRun } from "./clv-run-store.ts";
import { computeRfm } from "./compute.ts";
import "./errors.ts";
import { valueJobs, valueSchedules } from "./jobs.ts";
import { relations } from "./relations.ts";
import { valueRoutes } from "./routes.ts";
import { currentRun } from "./run-store.ts";
import { membersMoved, tradeChanged, watchStaleness } from "./staleness.ts";

/** What was seeded is layered before the first page is asked for. */
async function firstRun(ground: Ground): Promise<void> {
  const run = await ground.store.read(SYSTEM_SCOPE, currentRun);
  if (run === undefined) await computeRfm(ground, { thresholds: "first" });
  const clv = await ground.store.read(SYSTEM_SCOPE, currentClvRun);
  if (clv === undefined) await computeClv(ground, { borders: "first" });
}

export const domain: Domain = {
  name: "value",
  migrations: new URL("./migrations/", import.meta.url),
  routes: valueRoutes,
  jobs: valueJobs,
  schedules: valueSchedules,
  relations,
  events: { "trade.changed": tradeChanged, "members.joined": membersMoved, "members.split": membersMoved },
  ready: firstRun,
  start: async (ground) => watchStaleness(ground),
};
