import { createHmac } from "node:crypto";
import pg from "pg";
import type { Log } from "../platform/log.ts";
import { startEmbedded, type EmbeddedServer } from "./embedded-postgres.ts";
import { ensureRoles, quote, ROLES } from "./roles.ts";

/** Where the record store and the key store are, and how to stop them. */
export interface Databases {
  /** An administrator's connection string to the record store: migrations only. */
  readonly admin_url: string;
  /** Connection string and role for serving. */
  readonly app: { readonly url: string; readonly role: string };
  readonly jobs: { readonly url: string; readonly role: string };
  /** The key store is a database of its own and never part of a data back-up. */
  readonly keys_url: string;
  readonly embedded: EmbeddedServer | undefined;
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  readonly data_dir: string;
  readonly database_url: string;
  readonly keys_database_url: string;
  readonly log: Log;
  readonly throwaway?: boolean;
}

const DATABASE = "huitou";

/** Starts or reaches the PostgreSQL server and makes sure that databases and roles are there. */
export async function openDatabases(options: DatabaseOptions): Promise<Databases> {
  const embedded =
    options.database_url === ""
      ? await startEmbedded({ data_dir: options.data_dir, log: options.log, throwaway: options.throwaway ?? false })
      : undefined;
  const admin_url = embedded?.url(DATABASE) ?? options.database_url;
  const keys_url = options.keys_database_url || withDatabase(admin_url, `${databaseOf(admin_url)}_keys`);
  await ensureDatabase(admin_url);
  await ensureDatabase(keys_url);
  const client = new pg.Client({ connectionString: admin_url });
  await client.connect();
  try {
    await refuseUnsafe(client, options.throwaway ?? false);
    await ensureRoles(client, databaseOf(admin_url));
    if (embedded !== undefined) await giveLogins(client, admin_url);
  } finally {
    await client.end();
  }
  return {
    admin_url,
    app: { url: embedded === undefined ? admin_url : loginUrl(admin_url, ROLES.app), role: ROLES.app },
    jobs: { url: embedded === undefined ? admin_url : loginUrl(admin_url, ROLES.jobs), role: ROLES.jobs },
    keys_url,
    embedded,
    stop: async () => {
      if (embedded === undefined) return;
      await ((await inUse(admin_url)) ? embedded.leave() : embedded.stop());
    },
  };
}

/**
 * On our own server application and queue sign in as themselves: a statement smuggled into the application cannot
 * become the superuser by resetting its role. An external server's administrator decides that by the login they give.
 */
async function giveLogins(client: pg.Client, admin_url: string): Promise<void> {
  for (const role of [ROLES.app, ROLES.jobs]) {
    await client.query(`alter role ${role} login password '${new URL(loginUrl(admin_url, role)).password}'`);
  }
}

function loginUrl(admin_url: string, role: string): string {
  const url = new URL(admin_url);
  url.username = role;
  url.password = createHmac("sha256", decodeURIComponent(url.password)).update(role).digest("hex");
  return url.toString();
}

/** Whether another process still works on the embedded server: `huitou import` beside `npm start`, say. */
async function inUse(admin_url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: admin_url });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      "select 1 from pg_stat_activity where application_name = 'huitou' and pid <> pg_backend_pid() limit 1",
    );
    return rowCount === 1;
  } finally {
    await client.end();
  }
}

export function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.toString();
}

async function ensureDatabase(url: string): Promise<void> {
  const database = databaseOf(url);
  const probe = new pg.Client({ connectionString: url });
  try {
    await probe.connect();
    await probe.end();
    return;
  } catch (error) {
    await probe.end().catch(() => undefined);
    if ((error as { code?: string }).code !== "3D000") throw error;
  }
  const admin = new pg.Client({ connectionString: withDatabase(url, "postgres") });
  await admin.connect();
  try {
    await admin.query(`create database ${quote(database)} template template0 encoding 'UTF8'`);
  } catch (error) {
    if ((error as { code?: string }).code !== "42P04") throw error;
  } finally {
    await admin.end();
  }
}

/** An acknowledged write must survive a crash: a server set up to forget is refused. */
async function refuseUnsafe(client: pg.Client, throwaway: boolean): Promise<void> {
  if (throwaway) return;
  const { rows } = await client.query<{ fsync: string; commit: string }>(
    "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit",
  );
  const settings = rows[0];
  if (settings?.fsync !== "on" || settings.commit === "off") {
    throw new Error(
      "PostgreSQL runs with fsync or synchronous_commit off, so acknowledged records could be lost. Switch both on · PostgreSQL 关闭了 fsync 或 synchronous_commit，已确认的数据可能丢失，请打开",
    );
  }
}
