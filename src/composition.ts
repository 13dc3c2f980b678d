import { Registry, collectDefaultMetrics } from "prom-client";
import pg from "pg";
import type { Config } from "./config.ts";
import type { Domain } from "./domains.ts";
import type { Ground } from "./ground.ts";
import type { Clock } from "./platform/clock.ts";
import type { Log } from "./platform/log.ts";
import { makeSignals } from "./platform/signals.ts";
import { registerStages } from "./ingest/index.ts";
import { Catalogue } from "./query/index.ts";
import { recoveryMetrics, refuseHalfRestored } from "./recovery/index.ts";
import {
  type Databases,
  type Migration,
  migrate,
  openDatabases,
  openPool,
  openStore,
  openWorldClock,
  prepareQueue,
  readMigrations,
} from "./store/index.ts";
import { registerTagFollowers } from "./tags/index.ts";
import { registerIndicators } from "./trust/index.ts";
import { keyMetrics, openVault, replayDeletions, requireSameIndex } from "./vault/index.ts";

export interface Composition {
  readonly ground: Ground;
  readonly domains: readonly Domain[];
  readonly databases: Databases;
  /** Closes pools and, where it is ours, the database server. */
  close(): Promise<void>;
}

export interface ComposeOptions {
  readonly config: Config;
  /** Real time. The ground's own clock is this one, or that of a demo world which runs ahead of it. */
  readonly clock: Clock;
  readonly log: Log;
  readonly domains: readonly Domain[];
  /** The demo world goes on living: world seconds for a real one. */
  readonly live_rate?: number | undefined;
  readonly throwaway?: boolean;
  /** Tests hand in databases they made themselves. */
  readonly databases?: Databases;
  /** It was just restored: not finished, but whole enough to be looked at. */
  readonly restoring?: boolean;
  /** For the exchange of the index key: opens what nothing else may open while it is unfinished. */
  readonly exchanging?: boolean;
  /** The database is known to be at the newest version (a clone of a migrated one). */
  readonly migrated?: boolean;
}

/** Starts the stores, migrates, and makes the ground that all domains stand on. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { config, log } = options;
  if (options.restoring !== true) refuseHalfRestored(config.data_dir);
  const databases =
    options.databases ??
    (await openDatabases({
      data_dir: config.data_dir,
      database_url: config.database_url,
      keys_database_url: config.keys_database_url,
      log,
      throwaway: options.throwaway ?? false,
    }));
  try {
    return await composeOn(options, databases);
  } catch (error) {
    // a server of ours that nobody will use must not stay behind, nor keep the process alive
    if (options.databases === undefined) await databases.stop();
    throw error;
  }
}

async function composeOn(options: ComposeOptions, databases: Databases): Promise<Composition> {
  const { config, clock: wall, log, domains } = options;
  if (options.migrated !== true) await migrateAll(databases, domains, log);
  const onError = (error: Error) => log.error({ error: error.message }, "a database connection was lost");
  const store = openStore({ ...databases.app, onError });
  const closed = async (error: unknown): Promise<never> => {
    await store.close();
    throw error;
  };
  const vault = await openVault({
    data_dir: config.data_dir,
    keys_url: databases.keys_url,
    master_key: config.master_key,
    master_key_before: config.master_key_before,
    suite: config.crypto_suite,
    journal_dir: config.deletion_journal,
    wall,
    onError,
    exchanging: options.exchanging ?? false,
  }).catch(closed);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: "huitou_" });
  const catalogue = new Catalogue(domains.flatMap((domain) => [...(domain.relations ?? [])]));
  const clock = await openWorldClock(store, wall, options.live_rate);
  const signals = makeSignals((error) => log.error({ error: String(error) }, "a listener failed"));
  const ground: Ground = { config, clock, wall, log, store, vault, metrics, catalogue, signals };
  keyMetrics(ground);
  recoveryMetrics(ground);
  registerStages(
    ground,
    domains.flatMap((domain) => (domain.stage === undefined ? [] : [domain.stage])),
  );
  registerTagFollowers(
    ground,
    domains.flatMap((domain) => (domain.tagFollower === undefined ? [] : [domain.tagFollower])),
  );
  registerIndicators(
    ground,
    domains.flatMap((domain) => [...(domain.indicators ?? [])]),
  );
  if (options.exchanging !== true) {
    await requireSameIndex(ground).catch(async (error) => {
      await vault.close();
      return closed(error);
    });
    await replayDeletions(ground, domains);
  }
  return {
    ground,
    domains,
    databases,
    close: async () => {
      await store.close();
      await vault.close();
      if (options.databases === undefined) await databases.stop();
    },
  };
}

/** Brings record store and queue to the newest version. @param only to the version that has these migrations */
export async function migrateAll(
  databases: Databases,
  domains: readonly Domain[],
  log: Log,
  only?: readonly Migration[],
): Promise<void> {
  const migrations =
    only ?? (await readMigrations(domains.flatMap((d) => (d.migrations === undefined ? [] : [d.migrations]))));
  const schemas = ["catalogue", ...domains.flatMap((d) => d.schemas ?? [d.name])];
  const admin = new pg.Client({ connectionString: databases.admin_url });
  await admin.connect();
  try {
    await migrate(admin, migrations, schemas, log);
  } finally {
    await admin.end();
  }
  const jobs = openPool({ ...databases.jobs, size_max: 2, onError: () => undefined });
  try {
    await prepareQueue(jobs);
  } finally {
    await jobs.end();
  }
}
