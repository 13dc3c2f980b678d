import { randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { problem } from "../platform/errors.ts";
import { requireAudited } from "../platform/request-act.ts";
import { decrypt, encrypt, headerOf } from "./cipher.ts";
import { SALT_BYTES } from "./key-store.ts";
import type { KeyAccess } from "./key-access.ts";
import { holdVersion } from "./master-versions.ts";
import { type CipherSuite, SUITES } from "./suites.ts";

/** A key with a name, for batches and files; destroying the name makes them unreadable. */
export interface NamedKey {
  encrypt(plain: Buffer, context: string): Buffer;
  decrypt(sealed: Buffer, context: string): Buffer;
}

interface NamedRow {
  readonly salt: Buffer;
  /** The key under a master key; null for a name made before keys were wrapped: then the key derives from version 1. */
  readonly wrapped: Buffer | null;
}

const KEY_BYTES = 32;
const KEY_CACHE = 20_000;
const FIRST_VERSION = 1;

/**
 * Keys by name. The key itself never changes: a rotation wraps it anew, so that the batches and files it sealed, wherever
 * they lie, need not be found and rewritten.
 */
export class NamedKeys {
  readonly #access: KeyAccess;
  readonly #made = new LRUCache<string, Promise<NamedKey>>({ max: KEY_CACHE });

  constructor(access: KeyAccess) {
    this.#access = access;
  }

  get(name: string): Promise<NamedKey> {
    let made = this.#made.get(name);
    if (made === undefined) {
      made = this.#make(name);
      this.#made.set(name, made);
      made.catch(() => this.#made.delete(name));
    }
    return made;
  }

  forget(name: string): void {
    this.#made.delete(name);
  }

  async #make(name: string): Promise<NamedKey> {
    const token = namedToken(name);
    const secret = await keyOf(this.#access, token, (await find(this.#access, token)) ?? (await this.#add(token)));
    return namedKeyOf(secret, name, this.#access.suite);
  }

  async #add(token: string): Promise<NamedRow> {
    const { keys } = this.#access;
    for (;;) {
      const { current } = this.#access.keyring();
      const client = await keys.pool.connect();
      try {
        await client.query("begin");
        await holdVersion(
          { query: async (text, values) => (await client.query(text, [...(values ?? [])])).rows },
          current.version,
        );
        const newest = await client.query<{ version: number }>("select max(version) as version from master_version");
        if (newest.rows[0]?.version === current.version) {
          const salt = randomBytes(SALT_BYTES);
          const wrapped = wrap(this.#access.suite, current.key, current.version, randomBytes(KEY_BYTES), {
            token,
            salt,
          });
          await client.query(
            `insert into sealing_key (token, salt, wrapped) values ($1, $2, $3)
             on conflict (token) do update set salt = excluded.salt, wrapped = excluded.wrapped,
               made_at = now(), destroyed_at = null
             where sealing_key.salt is null`,
            [token, salt, wrapped],
          );
        }
        await client.query("commit");
      } catch (error) {
        await client.query("rollback").catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
      const row = await find(this.#access, token);
      if (row !== undefined) return row;
      await this.#access.reload();
    }
  }
}

export function namedToken(name: string): string {
  return `named:${name}`;
}

async function find({ keys }: KeyAccess, token: string): Promise<NamedRow | undefined> {
  const { rows } = await keys.pool.query<NamedRow>(
    "select salt, wrapped from sealing_key where token = $1 and salt is not null",
    [token],
  );
  return rows[0];
}

function wrap(
  suite: CipherSuite,
  master: Buffer,
  version: number,
  secret: Buffer,
  { token, salt }: { token: string; salt: Buffer },
): Buffer {
  return encrypt(suite, suite.derive(master, salt, `wrap ${token}`), version, secret, token);
}

async function keyOf(access: KeyAccess, token: string, { salt, wrapped }: NamedRow): Promise<Buffer> {
  if (wrapped === null) return SUITES.intl.derive((await access.master(FIRST_VERSION)).key, salt, token);
  const { suite, version } = headerOf(wrapped);
  const { key } = await access.master(version);
  try {
    return decrypt(suite.derive(key, salt, `wrap ${token}`), wrapped, token);
  } catch {
    throw problem("vault.unreadable", { token });
  }
}

function namedKeyOf(secret: Buffer, name: string, suite: CipherSuite): NamedKey {
  // of the international suite the key is used as it is: so batches sealed before there were suites open
  const keyFor = (of: CipherSuite) => (of === SUITES.intl ? secret : of.derive(secret, Buffer.alloc(0), "named"));
  return {
    encrypt: (plain, context) => encrypt(suite, keyFor(suite), 0, plain, context),
    decrypt: (sealed, context) => {
      requireAudited();
      try {
        return decrypt(keyFor(headerOf(sealed).suite), sealed, context);
      } catch {
        throw problem("vault.unreadable", { token: name });
      }
    },
  };
}

const BEHIND = "token like 'named:%' and salt is not null and (wrapped is null or get_byte(wrapped, 1) <> $1)";

export async function countNamedBehind({ keys }: KeyAccess, version: number): Promise<number> {
  const { rows } = await keys.pool.query<{ count: number }>(
    `select count(*)::int as count from sealing_key where ${BEHIND}`,
    [version],
  );
  return rows[0]?.count ?? 0;
}

/** Wraps the next names by the current version. @returns how many were behind; 0: none is any more. */
export async function moveNamed(access: KeyAccess, limit: number): Promise<number> {
  const { current } = access.keyring();
  const { rows } = await access.keys.pool.query<NamedRow & { token: string }>(
    `select token, salt, wrapped from sealing_key where ${BEHIND} order by token limit $2`,
    [current.version, limit],
  );
  for (const row of rows) {
    const secret = await keyOf(access, row.token, row);
    const wrapped = wrap(access.suite, current.key, current.version, secret, row);
    // a name destroyed meanwhile, or made anew, is left alone
    await access.keys.pool.query("update sealing_key set wrapped = $3 where token = $1 and salt = $2", [
      row.token,
      row.salt,
      wrapped,
    ]);
  }
  return rows.length;
}
