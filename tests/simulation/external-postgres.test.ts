import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compose, type Composition } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { openDatabases, type Databases, SYSTEM_SCOPE } from "../../src/store/index.ts";
import { ROLES } from "../../src/store/roles.ts";

let data_dir = "";
let server: Databases;
let composition: Composition | undefined;

beforeAll(async () => {
  data_dir = await mkdtemp(join(tmpdir(), "huitou-external-"));
  await chmod(data_dir, 0o755);
  server = await openDatabases({ data_dir, database_url: "", keys_database_url: "", log: makeLog("fatal") });
});
afterAll(async () => {
  await composition?.close();
  await server.stop();
  await rm(data_dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

function urlOf(user: string, database: string): string {
  const url = new URL(server.admin_url);
  url.username = user;
  url.password = "tea";
  url.pathname = `/${database}`;
  return url.toString();
}

async function asAdmin(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.admin_url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

describe("a PostgreSQL server of one's own", () => {
  it("serves with a login that may create roles and databases, but is no superuser", async () => {
    // a fresh cluster has none of our roles; the embedded start made them, so they are taken away first
    await asAdmin(
      `drop owned by ${Object.values(ROLES).join(", ")}`,
      `drop role ${Object.values(ROLES).join(", ")}`,
      "create role brand_admin login createrole createdb password 'tea'",
      "create database brand owner brand_admin",
    );
    const config = loadConfig({ HUITOU_DATA: join(data_dir, "external"), DATABASE_URL: urlOf("brand_admin", "brand") });
    composition = await compose({ config, clock: systemClock, log: makeLog("fatal"), domains: await loadDomains() });
    const [row] = await composition.ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query("select current_user as name, current_database() as database"),
    );
    expect(row).toEqual({ name: "huitou_app", database: "brand" });
    const key = await composition.ground.vault.namedKey("test");
    expect(key.decrypt(key.encrypt(Buffer.from("x"), "c"), "c").toString()).toBe("x");
  });

  it("is refused when it would forget acknowledged writes", async () => {
    await asAdmin("alter database brand set synchronous_commit = off");
    const config = loadConfig({ HUITOU_DATA: join(data_dir, "external"), DATABASE_URL: urlOf("brand_admin", "brand") });
    await expect(compose({ config, clock: systemClock, log: makeLog("fatal"), domains: [] })).rejects.toThrow(
      /synchronous_commit/,
    );
  });
});
