import type { Domain } from "../domains.ts";
import { type OutboxHandler, startJob } from "../store/index.ts";
import "./errors.ts";
import { closeLake } from "./engines.ts";
import { ERASE, lakeJobs, lakeSchedules } from "./jobs.ts";
import { markDirty } from "./manifest-store.ts";
import { lakeRoutes } from "./routes.ts";

interface CatalogueChanged {
  readonly relation: string;
  readonly days: readonly string[];
}

/** Notes which days of which relation the next refresh has to write. */
const catalogueChanged: OutboxHandler = async (tx, ground, events) => {
  const changes = events.map((event) => event.payload as CatalogueChanged);
  const known = changes.filter(({ relation }) => ground.catalogue.find(relation) !== undefined);
  await markDirty(
    tx,
    known.flatMap(({ relation, days }) => days.map((business_day) => ({ relation, business_day }))),
  );
};

/** Sales no longer name these parties: now their rows leave the files too. */
const salesForgotten: OutboxHandler = async (tx, ground, events) => {
  const party_ids = events.flatMap((event) => (event.payload as { party_ids: readonly number[] }).party_ids);
  await startJob(tx, ground, ERASE, { party_ids });
};

export const domain: Domain = {
  name: "lake",
  migrations: new URL("./migrations/", import.meta.url),
  routes: lakeRoutes,
  jobs: lakeJobs,
  schedules: lakeSchedules,
  events: { "catalogue.changed": catalogueChanged, "trade.forgotten": salesForgotten },
  start: async (ground) => () => closeLake(ground),
};
