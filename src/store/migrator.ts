import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type pg from "pg";
import type { Log } from "../platform/log.ts";
import { ROLES } from "./roles.ts";
import type { Tx } from "./store.ts";

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;
const LOCK_KEY = 480_811;

/** Reads the migrations of all domains and puts them into their one global order. */
export async function readMigrations(folders: readonly URL[]): Promise<Migration[]> {
  const all: Migration[] = [];
  for (const folder of folders) {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    for (const file of names) {
      const match = FILE.exec(file);
      if (match === null) throw new Error(`${folder.pathname}${file}: a migration is called 0123_what_it_does.sql`);
      const sql = await readFile(new URL(file, folder), "utf8");
      all.push({
        number: Number(match[1]),
        name: match[2] ?? "",
        sql,
        checksum: createHash("sha256").update(sql).digest("hex"),
      });
    }
  }
  all.sort((a, b) => a.number - b.number);
  for (const [i, migration] of all.entries()) {
    if (all[i + 1]?.number === migration.number) throw new Error(`two migrations have the number ${migration.number}`);
  }
  return all;
}

/**
 * Brings the database to the newest version, one transaction per migration, under a lock, as the owner role.
 * A migration that was changed after it ran stops the start: history is never rewritten.
 * @returns how many migrations ran now.
 */
export async function migrate(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  schemas: readonly string[],
  log: Log,
): Promise<number> {
  await client.query("select pg_advisory_lock($1)", [LOCK_KEY]);
  try {
    await client.query(`set role ${ROLES.owner}`);
    await client.query("create schema if not exists store");
    await client.query(
      "create table if not exists store.migration (number int primary key, name text not null, checksum text not null, ran_at timestamptz not null default now())",
    );
    const { rows } = await client.query<{ number: number; checksum: string }>(
      "select number, checksum from store.migration",
    );
    const done = new Map(rows.map((row) => [row.number, row.checksum]));
    let count = 0;
    for (const migration of migrations) {
      const before = done.get(migration.number);
      if (before === migration.checksum) continue;
      if (before !== undefined) {
        throw new Error(
          `migration ${migration.number}_${migration.name} was changed after it ran; add a new one instead`,
        );
      }
      await apply(client, migration);
      count += 1;
    }
    if (count > 0) {
      await grantApp(client, schemas);
      log.info({ count, newest: migrations.at(-1)?.number }, "migrated");
    }
    return count;
  } finally {
    await client.query("reset role");
    await client.query("select pg_advisory_unlock($1)", [LOCK_KEY]);
  }
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(migration.sql);
    await client.query("insert into store.migration (number, name, checksum) values ($1, $2, $3)", [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new Error(`migration ${migration.number}_${migration.name}: ${(error as Error).message}`, { cause: error });
  }
}

/** When this database was made. */
export async function installedAt(tx: Tx): Promise<Date | undefined> {
  return (await tx.one<{ at: Date | null }>("select min(ran_at) as at from store.migration"))?.at ?? undefined;
}

/** The migrations that have run. */
export function ranMigrations(tx: Tx): Promise<{ readonly number: number; readonly checksum: string }[]> {
  return tx.query("select number, checksum from store.migration order by number");
}

/** Tables that the application may only read and extend. */
const APPEND_ONLY = ["access.audit", "access.audit_checkpoint"];

/** The application works on every table but those that can only be added to. */
async function grantApp(client: pg.ClientBase, schemas: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select nspname as name from pg_namespace where nspname = any($1)",
    [schemas],
  );
  for (const { name } of rows) {
    await client.query(`grant usage on schema ${name} to ${ROLES.app}`);
    await client.query(
      `grant select, insert, update, delete, truncate on all tables in schema ${name} to ${ROLES.app}`,
    );
    await client.query(`grant usage on schema ${name} to ${ROLES.scoped}`);
    await client.query(`grant select on all tables in schema ${name} to ${ROLES.scoped}`);
    await client.query(`grant execute on all functions in schema ${name} to ${ROLES.scoped}`);
    await client.query(`grant usage, select, update on all sequences in schema ${name} to ${ROLES.app}`);
    await client.query(`grant execute on all functions in schema ${name} to ${ROLES.app}`);
  }
  for (const table of APPEND_ONLY) {
    const found = await client.query("select to_regclass($1) is not null as present", [table]);
    if ((found.rows[0] as { present: boolean } | undefined)?.present !== true) continue;
    await client.query(`revoke all on ${table} from ${ROLES.app}`);
    await client.query(`revoke all on all tables in schema access from ${ROLES.scoped}`);
    await client.query(`grant select on ${table} to ${ROLES.app}`);
    await client.query(`grant usage on schema access to ${ROLES.audit}`);
    await client.query(`grant insert on ${table} to ${ROLES.audit}`);
  }
}
