import { randomBytes } from "node:crypto";
import type pg from "pg";
import { openPool } from "../store/index.ts";
import { JOURNAL_SCHEMA } from "./deletion-journal.ts";

export const SALT_BYTES = 16;

/** Salts by token, which of them were made by this very call, and the newest version of the master key. */
export interface Ensured {
  readonly salts: Map<string, Buffer>;
  readonly made: ReadonlySet<string>;
  readonly newest_version: number;
}

/** The salts from which sealing keys are derived: destroying one makes what it sealed unreadable, back-ups included. */
export interface KeyStore {
  readonly pool: pg.Pool;
  /** Salts of tokens, made where missing (a destroyed one is made anew: the value was collected again). */
  ensure(tokens: readonly string[]): Promise<Ensured>;
  find(tokens: readonly string[]): Promise<Map<string, Buffer>>;
  hasAny(): Promise<boolean>;
  close(): Promise<void>;
}

const SCHEMA_LOCK = 480_831;

/** `wrapped` is the key of a name under a master key; values have none, theirs is derived from the salt. */
const SCHEMA = `
  create table if not exists sealing_key (token text primary key, salt bytea, made_at timestamptz not null default now(),
    destroyed_at timestamptz);
  alter table sealing_key add column if not exists wrapped bytea;
  create table if not exists master_version (version int primary key, made_at timestamptz not null,
    total_values bigint, left_values bigint, moved_to text, unreadable_values bigint not null default 0,
    emptied_at timestamptz, destroyed_at timestamptz);${JOURNAL_SCHEMA}`;

export async function openKeyStore(url: string, onError: (error: Error) => void): Promise<KeyStore> {
  const pool = openPool({ url, size_max: 6, onError });
  await withKeyLock(pool, SCHEMA_LOCK, (client) => client.query(SCHEMA));
  return {
    pool,
    ensure: (tokens) => ensure(pool, tokens),
    find: async (tokens) => (await find(pool, tokens)).salts,
    hasAny: async () => (await pool.query("select 1 from sealing_key limit 1")).rowCount === 1,
    close: () => pool.end(),
  };
}

/** Runs alone among all processes that use the key store. */
export async function withKeyLock<T>(
  pool: pg.Pool,
  lock: number,
  run: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [lock]);
    try {
      return await run(client);
    } finally {
      await client.query("select pg_advisory_unlock($1)", [lock]).catch(() => undefined);
    }
  } finally {
    client.release();
  }
}

/** The newest version comes with the salts: whoever seals learns of a rotation without one more question. */
async function find(pool: pg.Pool, tokens: readonly string[]): Promise<Pick<Ensured, "salts" | "newest_version">> {
  const { rows } = await pool.query<{ token: string | null; salt: Buffer | null; version: number | null }>(
    `select token, salt, null::int as version from sealing_key where token = any($1) and salt is not null
     union all select null, null, max(version) from master_version`,
    [tokens],
  );
  const salts = new Map<string, Buffer>();
  let newest_version = 0;
  for (const { token, salt, version } of rows) {
    if (token !== null && salt !== null) salts.set(token, salt);
    else newest_version = version ?? 0;
  }
  return { salts, newest_version };
}

async function ensure(pool: pg.Pool, tokens: readonly string[]): Promise<Ensured> {
  const found = await find(pool, tokens);
  // sorted, so that two processes that add the same tokens never wait for each other in a circle
  const missing = [...new Set(tokens)].filter((token) => !found.salts.has(token)).sort();
  if (missing.length === 0) return { ...found, made: new Set() };
  const { rows } = await pool.query<{ token: string }>(
    `insert into sealing_key (token, salt) select * from unnest($1::text[], $2::bytea[])
     on conflict (token) do update set salt = excluded.salt, made_at = now(), destroyed_at = null
     where sealing_key.salt is null returning token`,
    [missing, missing.map(() => randomBytes(SALT_BYTES))],
  );
  const again = await find(pool, missing);
  for (const [token, salt] of again.salts) found.salts.set(token, salt);
  return { ...again, salts: found.salts, made: new Set(rows.map((row) => row.token)) };
}
