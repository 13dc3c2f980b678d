import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { type Databases, openDatabases } from "../../src/store/index.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: { admin_url: string; template: string; template_keys: string };
  }
}

/** One PostgreSQL for the whole run, with one migrated database that each test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const data_dir = await mkdtemp(join(tmpdir(), "huitou-pg-"));
  // as root the server runs as another user: a closed folder would send its cluster elsewhere, where nobody removes it
  await chmod(data_dir, 0o755);
  const log = makeLog("error");
  const databases = await openDatabases({ data_dir, database_url: "", keys_database_url: "", log, throwaway: true });
  const config = loadConfig({ HUITOU_DATA: data_dir });
  const composition = await composeOrStop(databases, async () =>
    compose({
      config,
      clock: systemClock,
      log,
      domains: await loadDomains(process.env["TEST_DOMAINS"]?.split(",")),
      databases,
    }),
  );
  await composition.close();
  await forgetConnections(databases.admin_url);
  const admin = new URL(databases.admin_url);
  admin.pathname = "/postgres";
  project.provide("postgres", { admin_url: admin.toString(), template: "huitou", template_keys: "huitou_keys" });
  return async () => {
    await databases.stop();
    await rm(data_dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  };
}

/** A set-up that fails leaves no server behind. */
async function composeOrStop<T>(databases: Databases, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    await databases.stop();
    throw error;
  }
}

/** A template must have no other connection; closed pools take a moment to be noticed. */
async function forgetConnections(url: string): Promise<void> {
  const changed = new URL(url);
  changed.pathname = "/postgres";
  const client = new pg.Client({ connectionString: changed.toString() });
  await client.connect();
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname in ('huitou', 'huitou_keys')",
  );
  await client.end();
}
