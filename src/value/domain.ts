import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { computeClv } from "./clv-compute.ts";
import { currentClvRun } from "./clv-run-store.ts";
import { computeRfm } from "./compute.ts";
import "./errors.ts";
import { flowRun, membersTotal, RECORDS_MAX } from "./flow-store.ts";
import { valueJobs, valueSchedules } from "./jobs.ts";
import { computeLifecycle, computeRfmFlows, computeSilence } from "./lifecycle.ts";
import { relations } from "./relations.ts";
import { valueRoutes } from "./routes.ts";
import { currentRun } from "./run-store.ts";
import { membersErased, membersMoved, profilingChanged, tradeChanged, watchStaleness } from "./staleness.ts";

/** What was seeded is layered before the first page is asked for. */
async function firstRun(ground: Ground): Promise<void> {
  const run = await ground.store.read(SYSTEM_SCOPE, currentRun);
  if (run === undefined) await computeRfm(ground, { thresholds: "first" });
  const clv = await ground.store.read(SYSTEM_SCOPE, currentClvRun);
  if (clv === undefined) await computeClv(ground, { borders: "first" });
  await firstFlows(ground);
}

/** Where few members are, their months are counted at once; many wait for the night. */
async function firstFlows(ground: Ground): Promise<void> {
  const { known, members } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    known: (await flowRun(tx, "lifecycle")) !== undefined,
    members: await membersTotal(tx),
  }));
  if (known || members === 0 || members > RECORDS_MAX) return;
  await computeLifecycle(ground);
  await computeRfmFlows(ground);
  await computeSilence(ground);
}

export const domain: Domain = {
  name: "value",
  no_indicators: "Its layers are computed by jobs: one that fails is told by store.failed_jobs.",
  migrations: new URL("./migrations/", import.meta.url),
  routes: valueRoutes,
  jobs: valueJobs,
  schedules: valueSchedules,
  relations,
  events: {
    "trade.changed": tradeChanged,
    "members.joined": membersMoved,
    "members.split": membersMoved,
    "members.erased": membersErased,
    "members.profiling_changed": profilingChanged,
  },
  ready: firstRun,
  start: async (ground) => watchStaleness(ground),
};
