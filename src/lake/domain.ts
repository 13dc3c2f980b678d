import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { Problem, startLoop } from "../platform/index.ts";
import { type OutboxHandler, startJob, SYSTEM_SCOPE } from "../store/index.ts";
import "./errors.ts";
import { closeLake } from "./engines.ts";
import { ERASE, lakeJobs, lakeSchedules, REFRESH, REFRESH_KEY } from "./jobs.ts";
import { followRows } from "./kept-rows.ts";
import { formOf, isFiled } from "./layout.ts";
import { currentFiles, markDirty, newestBatch } from "./manifest-store.ts";
import { filesAreThere, listedPaths } from "./recovery.ts";
import { refreshLake } from "./refresh.ts";
import { lakeRoutes } from "./routes.ts";

const ROWS_EVERY_MS = 1_000;

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

/**
 * The first batch is made at start, so that engines have something to read. Files of another form, after an update that
 * gave a relation a column, are written anew by a job at once: until then whatever reads that column fails and is tried again.
 */
async function firstRefresh(ground: Ground): Promise<void> {
  const batch = await ground.store.read(SYSTEM_SCOPE, newestBatch);
  if (batch !== undefined) {
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const forms = new Map(
        ground.catalogue
          .all()
          .filter(isFiled)
          .map((relation) => [relation.name, formOf(relation)]),
      );
      const stale = (await currentFiles(tx)).some(
        ({ relation, form }) => forms.has(relation) && forms.get(relation) !== form,
      );
      if (!stale) return;
      await startJob(tx, ground, REFRESH, {}, { key: REFRESH_KEY }).catch((error: unknown) => {
        if (!(error instanceof Problem && error.code === "jobs.already_running")) throw error;
      });
    });
    return;
  }
  // The record store serves without the lake; the next scheduled refresh tries again.
  await refreshLake(ground).catch((error: unknown) =>
    ground.log.error({ error: String(error) }, "first lake refresh failed"),
  );
}

export const domain: Domain = {
  name: "lake",
  no_indicators: "Its refresh and verification are jobs: one that fails is told by store.failed_jobs.",
  listedFiles: { folder: "lake", paths: listedPaths },
  restoreCheck: async (ground) => [await filesAreThere(ground)],
  migrations: new URL("./migrations/", import.meta.url),
  routes: lakeRoutes,
  jobs: lakeJobs,
  schedules: lakeSchedules,
  events: { "catalogue.changed": catalogueChanged, "trade.forgotten": salesForgotten },
  ready: firstRefresh,
  start: async (ground) => {
    const onError = (error: unknown) => ground.log.error({ error: String(error) }, "keeping rows in memory failed");
    const rows = startLoop(() => followRows(ground).then(() => false), { idle_ms: ROWS_EVERY_MS, onError });
    return async () => {
      await rows.stop();
      await closeLake(ground);
    };
  },
};
