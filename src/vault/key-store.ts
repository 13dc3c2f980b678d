import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { openPool } from "../store/index.ts";
import { problem } from "../platform/errors.ts";

/** The master key; kept in a file of its own, so that neither a data back-up nor the key store alone opens anything. */
export interface MasterKey {
  readonly version: number;
  readonly key: Buffer;
}

/** Reads the master key file, or makes it when nothing has been sealed yet. */
export async function loadMasterKey(data_dir: string, keysExist: boolean): Promise<MasterKey> {
  const file = join(data_dir, "keys", "master.json");
  if (existsSync(file)) {
    const stored = JSON.parse(await readFile(file, "utf8")) as { version: number; key: string };
    return { version: stored.version, key: Buffer.from(stored.key, "base64url") };
  }
  if (keysExist) throw problem("vault.master_key_missing", { file });
  await mkdir(join(data_dir, "keys"), { recursive: true, mode: 0o700 });
  const key = randomBytes(32);
  await writeFile(file, `${JSON.stringify({ version: 1, key: key.toString("base64url") })}\n`, {
    mode: 0o600,
    flag: "wx",
  });
  return { version: 1, key };
}

export const SALT_BYTES = 16;

/** The salts from which sealing keys are derived: destroying one makes what it sealed unreadable, back-ups included. */
export interface KeyStore {
  /** Salts of tokens, made where missing (a destroyed one is made anew: the value was collected again). */
  ensure(tokens: readonly string[]): Promise<Map<string, Buffer>>;
  find(tokens: readonly string[]): Promise<Map<string, Buffer>>;
  destroy(tokens: readonly string[], now: Date): Promise<number>;
  hasAny(): Promise<boolean>;
  close(): Promise<void>;
}

export async function openKeyStore(url: string, onError: (error: Error) => void): Promise<KeyStore> {
  const pool = openPool({ url, size_max: 6, onError });
  await pool
    .query(
      "create table if not exists sealing_key (token text primary key, salt bytea, made_at timestamptz not null default now(), destroyed_at timestamptz)",
    )
    .catch((error: { code?: string }) => {
      // two processes starting together: the other one made it
      if (error.code !== "23505" && error.code !== "42P07") throw error;
    });
  return {
    ensure: (tokens) => ensure(pool, tokens),
    find: (tokens) => find(pool, tokens),
    destroy: async (tokens, now) => {
      const { rowCount } = await pool.query(
        "update sealing_key set salt = null, destroyed_at = $2 where token = any($1) and salt is not null",
        [tokens, now],
      );
      return rowCount ?? 0;
    },
    hasAny: async () => (await pool.query("select 1 from sealing_key limit 1")).rowCount === 1,
    close: () => pool.end(),
  };
}

async function find(pool: pg.Pool, tokens: readonly string[]): Promise<Map<string, Buffer>> {
  const { rows } = await pool.query<{ token: string; salt: Buffer }>(
    "select token, salt from sealing_key where token = any($1) and salt is not null",
    [tokens],
  );
  return new Map(rows.map((row) => [row.token, row.salt]));
}

async function ensure(pool: pg.Pool, tokens: readonly string[]): Promise<Map<string, Buffer>> {
  const found = await find(pool, tokens);
  // sorted, so that two processes that add the same tokens never wait for each other in a circle
  const missing = [...new Set(tokens)].filter((token) => !found.has(token)).sort();
  if (missing.length === 0) return found;
  await pool.query(
    `insert into sealing_key (token, salt) select * from unnest($1::text[], $2::bytea[])
     on conflict (token) do update set salt = excluded.salt, destroyed_at = null where sealing_key.salt is null`,
    [missing, missing.map(() => randomBytes(SALT_BYTES))],
  );
  for (const [token, salt] of await find(pool, missing)) found.set(token, salt);
  return found;
}
