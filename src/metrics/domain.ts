import { METRIC_DEFINITIONS } from "../../definitions/metrics/index.ts";
import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { type OutboxEvent, type OutboxHandler, startJob, SYSTEM_SCOPE } from "../store/index.ts";
import { bringUpToDate, RECORDS_MAX } from "./compute.ts";
import { ensureDefinition } from "./definition-store.ts";
import { registerMetricGauges } from "./gauges.ts";
import { HISTORY, ignoreRunning, metricJobs, metricSchedules } from "./jobs.ts";
import { makeMorning } from "./morning.ts";
import { metricReference } from "./reference.ts";
import { metricRoutes } from "./routes.ts";
import { joinDays, markDays, membersTotal, metricsState, ordersReach } from "./state-store.ts";
import { metricIndicators } from "./indicators.ts";

/** Relations whose days figures are counted by. */
const COUNTED = new Set(["orders", "returns", "events"]);

const catalogueChanged: OutboxHandler = async (
  tx,
  _ground,
  events: readonly OutboxEvent<{ relation: string; days?: readonly string[] }>[],
) => {
  await markDays(
    tx,
    events.flatMap(({ payload }) => (COUNTED.has(payload.relation) ? [...(payload.days ?? [])] : [])),
  );
};

/** Who joined on a day counts on that day. */
const membersCreated: OutboxHandler = async (tx, _ground, events: readonly OutboxEvent<{ party_ids: number[] }>[]) => {
  const party_ids = events.flatMap(({ payload }) => payload.party_ids);
  await markDays(tx, await joinDays(tx, party_ids));
};

/** What was seeded has its figures before the first page is asked for; many members wait for the job. */
async function firstFigures(ground: Ground): Promise<void> {
  const now = ground.clock.now();
  const { state, members, reach } = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    for (const definition of METRIC_DEFINITIONS) await ensureDefinition(tx, definition, now);
    return {
      state: await metricsState(tx),
      members: await membersTotal(tx),
      reach: await ordersReach(tx, "9999-12-31"),
    };
  });
  if (state !== undefined || reach.last_day === null || members > RECORDS_MAX) return;
  if ((await bringUpToDate(ground)) === undefined) return;
  await makeMorning(ground);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    startJob(tx, ground, HISTORY, {}, { key: "history" }).catch(ignoreRunning),
  );
}

export const domain: Domain = {
  name: "metrics",
  indicators: metricIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["metrics"],
  routes: metricRoutes,
  jobs: metricJobs,
  schedules: metricSchedules,
  events: { "catalogue.changed": catalogueChanged, "members.created": membersCreated },
  reference: async () => [{ file: "metrics.md", text: metricReference() }],
  ready: firstFigures,
  start: async (ground) => {
    registerMetricGauges(ground);
    return async () => {};
  },
};
