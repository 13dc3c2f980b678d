import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { type Composition, compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { type Domain, loadDomains } from "../../src/domains.ts";
import { FakeClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import type { Ground } from "../../src/ground.ts";
import type { Databases } from "../../src/store/index.ts";

export interface TestWorld {
  readonly ground: Ground;
  readonly clock: FakeClock;
  readonly composition: Composition;
  readonly domains: readonly Domain[];
}

let count = 0;

/**
 * A database of its own for this test file, cloned from the migrated template, with a clock that stands still.
 * Call at the top of a file; use inside tests: `world().ground`.
 */
export function withDatabase(): () => TestWorld {
  let world: TestWorld | undefined;
  let cleanUp = async () => {};
  beforeAll(async () => {
    ({ world, cleanUp } = await openTestWorld());
  });
  afterAll(async () => {
    await cleanUp();
  });
  return () => {
    if (world === undefined) throw new Error("the test database is used before beforeAll ran");
    return world;
  };
}

export async function openTestWorld(): Promise<{ world: TestWorld; cleanUp: () => Promise<void> }> {
  const server = inject("postgres");
  count += 1;
  const name = `test_${process.pid}_${count}`;
  await clone(server.admin_url, server.template, name);
  await clone(server.admin_url, server.template_keys, `${name}_keys`);
  const data_dir = await mkdtemp(join(tmpdir(), "huitou-test-"));
  const config = { ...loadConfig({ ...process.env, HUITOU_DATA: data_dir, DATABASE_URL: "" }), data_dir };
  const url = (database: string) => {
    const changed = new URL(server.admin_url);
    changed.pathname = `/${database}`;
    return changed.toString();
  };
  const databases: Databases = {
    admin_url: url(name),
    app: { url: url(name), role: "huitou_app" },
    jobs: { url: url(name), role: "huitou_jobs" },
    keys_url: url(`${name}_keys`),
    embedded: undefined,
    stop: async () => {},
  };
  const clock = new FakeClock();
  const domains = await loadDomains(process.env["TEST_DOMAINS"]?.split(","));
  const composition = await compose({
    config,
    clock,
    log: makeLog(process.env["LOG_LEVEL"] ?? "fatal"),
    domains,
    databases,
    migrated: true,
  });
  const journal = composition.ground.vault.access.journal.file;
  return {
    world: { ground: composition.ground, clock, composition, domains },
    cleanUp: async () => {
      await composition.close();
      await drop(server.admin_url, name);
      await drop(server.admin_url, `${name}_keys`);
      await rm(journal, { force: true });
      await rm(data_dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}

async function clone(admin_url: string, template: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: admin_url });
  await client.connect();
  try {
    // a session advisory lock: PostgreSQL refuses two clones of one template at a time
    await client.query("select pg_advisory_lock(1)");
    await client.query(`create database "${name}" template "${template}" strategy file_copy`);
  } finally {
    await client.end();
  }
}

async function drop(admin_url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: admin_url });
  await client.connect();
  try {
    await client.query(`drop database if exists "${name}" with (force)`);
  } finally {
    await client.end();
  }
}
