import { existsSync } from "node:fs";
import pg from "pg";
import type { Domain } from "../../domains.ts";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { sleep } from "../../platform/timers.ts";
import { openPool, setSetting, settingOf, SYSTEM_SCOPE, type Tx, txOf } from "../../store/index.ts";
import { IndexTokens } from "../index-tokens.ts";
import { KEYRING_LOCK } from "../key-access.ts";
import { withKeyLock } from "../key-store.ts";
import { type KeyManagementOptions, openKeyManagement } from "../key-management.ts";
import { addNextIndex, endNextIndex, keyringFile, readKeyring } from "../keyring.ts";
import { versionsOf } from "../master-versions.ts";
import type { KeyAccess } from "../key-access.ts";
import { keysMoved, listedTokens, listTokens, moveKeys } from "./key-tokens.ts";
import { leftIn, moveTable, nameOf, type TextTable, textTables, TokenMap } from "./record-tokens.ts";
import { resealValues } from "./reseal.ts";

/** Under which version of the index key the tokens of the record store are. */
const INDEX_VERSION = "vault.index_version";

export interface ExchangeRun {
  readonly ground: Ground;
  /** An administrator's connection to the record store. */
  readonly admin_url: string;
  readonly domains: readonly Pick<Domain, "name" | "indexExchange">[];
  readonly progress: (what: string) => void;
}

export interface ExchangeEnd {
  readonly version: number;
  readonly tokens: number;
  readonly values: number;
  readonly unreadable: number;
  readonly rows: number;
  /** Rows of the audit log, which is never changed, that name a value by its old token. */
  readonly kept: number;
}

/** @throws vault.index_differs: data and keys of two moments */
export async function requireSameIndex({ store, vault }: Pick<Ground, "store" | "vault">): Promise<void> {
  const stored = (await store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, INDEX_VERSION))) ?? 1;
  const ring = vault.access.keyring().index.version;
  if (stored !== ring) throw problem("vault.index_differs", { stored, ring });
}

/** Refuses while anybody else is connected to one of the databases. @throws vault.exchange_not_alone */
export async function requireAlone(urls: readonly string[]): Promise<void> {
  let count = await othersOn(urls);
  // a connection that was closed just now takes a moment to go
  for (let look = 1; count > 0 && look < LOOKS_MAX; look += 1) {
    await sleep(LOOK_EVERY_MS);
    count = await othersOn(urls);
  }
  if (count > 0) throw problem("vault.exchange_not_alone", { count });
}

const LOOKS_MAX = 10;
const LOOK_EVERY_MS = 200;

async function othersOn(urls: readonly string[]): Promise<number> {
  let count = 0;
  for (const url of urls) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      );
      count += rows[0]?.count ?? 0;
    } finally {
      await client.end();
    }
  }
  return count;
}

/** Makes the new key: from now on nothing but the exchange opens this key ring. @returns whether one was under way */
export async function beginExchange(access: KeyAccess): Promise<boolean> {
  return withKeyLock(access.keys.pool, KEYRING_LOCK, async () => {
    await access.reload();
    const before = access.keyring();
    access.put(await addNextIndex(access.management, access.data_dir, before, access.suite.name));
    return before.next_index !== undefined;
  });
}

/**
 * Keys of a backup of before an exchange, beside those that the same installation has now: its restored data is put on the way
 * to the index key in force, so that the journal of deletions can be understood. @returns whether it had another one
 */
export async function followIndex(access: KeyAccess, live: KeyManagementOptions): Promise<boolean> {
  if (!existsSync(keyringFile(live.data_dir))) return false;
  const now = await readKeyring(await openKeyManagement(live), live.data_dir);
  const { ring, index } = access.keyring();
  if (now.ring !== ring || now.next_index !== undefined || now.index.version <= index.version) return false;
  return withKeyLock(access.keys.pool, KEYRING_LOCK, async () => {
    access.put(await addNextIndex(access.management, access.data_dir, access.keyring(), now.index));
    return true;
  });
}

/** The installation may start as it was: nothing was moved. */
export async function dropExchange(access: KeyAccess): Promise<void> {
  await withKeyLock(access.keys.pool, KEYRING_LOCK, async () => {
    access.put(await endNextIndex(access.management, access.data_dir, access.keyring(), "dropped"));
  });
}

/** What has to be done first. @throws vault.exchange_waits_for */
export async function requireReady({ ground, domains }: Pick<ExchangeRun, "ground" | "domains">): Promise<void> {
  const newest = (await versionsOf(ground.vault.access.keys.pool)).at(-1);
  if ((newest?.left_values ?? 0) > 0)
    throw waitsFor("主密钥的轮换（huitou keys continue）", "the rotation of the master key (huitou keys continue)");
  for (const { indexExchange } of domains)
    await ground.store.read(SYSTEM_SCOPE, async (tx) => indexExchange?.ready?.(tx, ground));
}

export function waitsFor(zh: string, en: string) {
  return problem("vault.exchange_waits_for", { zh, en });
}

/**
 * Gives every token another one under the new key, in this order, each step safe to begin again: the list of tokens, the record
 * store in one transaction (all of it or nothing), the key store in one, the journal's file, the key ring last.
 * @throws vault.exchange_left when a token of before is found anywhere afterwards
 */
export async function runExchange(run: ExchangeRun): Promise<ExchangeEnd> {
  const { ground, progress } = run;
  const { access } = ground.vault;
  const { index, next_index } = access.keyring();
  if (next_index === undefined) throw new Error("no exchange was begun");
  const to = new IndexTokens(next_index);
  let tokens = 0;
  let moved: Moved = {
    values: 0,
    unreadable: 0,
    rows: 0,
    kept: 0,
  };
  if (!(await keysMoved(access, to.version))) {
    progress("tokens");
    tokens = await listTokens(access, to, index.version);
    const stored = await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, INDEX_VERSION));
    if (stored !== to.version) moved = await moveRecords(run, to, index.version);
    // broken off behind it, nobody knows any more which tables were changed
    else
      await withAdmin(run.admin_url, async (tx) =>
        clean(tx, (await textTables(tx)).filter(({ kept }) => !kept).map(nameOf), progress),
      );
    progress("keys");
    await moveKeys(access, to, ground.wall.now());
  }
  progress("journal");
  await access.journal.rewrite(to);
  await withKeyLock(access.keys.pool, KEYRING_LOCK, async () => {
    access.put(await endNextIndex(access.management, access.data_dir, access.keyring(), "in force"));
  });
  return { version: to.version, tokens, ...moved };
}

type Moved = Pick<ExchangeEnd, "values" | "unreadable" | "rows" | "kept">;

async function withAdmin<T>(url: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const pool = openPool({ url, size_max: 1, onError: () => undefined });
  const client = await pool.connect();
  try {
    return await work(txOf(client));
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
    await pool.end();
  }
}

function moveRecords(run: ExchangeRun, to: IndexTokens, from_version: number): Promise<Moved> {
  const { ground, admin_url, progress } = run;
  return withAdmin(admin_url, async (tx) => {
    await tx.query("begin");
    const map = await TokenMap.make(tx, to, from_version);
    await gather(run, tx, map);
    const { values, unreadable } = await resealValues(tx, ground.vault.access, (done) =>
      progress(`vault.sealed ${done}`),
    );
    const tables = await textTables(tx);
    const changed = ['"vault"."sealed"'];
    let rows = 0;
    for (const table of tables.filter(({ kept }) => !kept)) {
      const moved = await moveTable(tx, map, table);
      if (moved === 0) continue;
      rows += moved;
      changed.push(nameOf(table));
      progress(`${table.schema}.${table.table} ${moved}`);
    }
    const kept = await requireNoneLeft(tx, map, tables, progress);
    await setSetting(tx, INDEX_VERSION, to.version);
    await tx.query("commit");
    await clean(tx, changed, progress);
    return { values, unreadable, rows, kept };
  });
}

/** All tokens that are to be others, and what a domain carries over itself. */
async function gather({ ground, domains, progress }: ExchangeRun, tx: Tx, map: TokenMap): Promise<void> {
  for await (const tokens of listedTokens(ground.vault.access)) await map.add(tokens);
  for (const table of await textTables(tx))
    if (!table.kept) for (const column of table.columns) await map.addColumn(table, column);
  for (const { indexExchange } of domains) for (const sql of indexExchange?.tokens ?? []) await map.addFrom(sql);
  await map.settle();
  for (const { name, indexExchange } of domains) {
    if (indexExchange?.carry === undefined) continue;
    progress(name);
    await indexExchange.carry(tx, ground, map);
  }
}

/** Rows of before are gone from the files too, not only out of sight. */
async function clean(tx: Tx, tables: readonly string[], progress: (what: string) => void): Promise<void> {
  for (const table of tables) {
    progress(`vacuum ${table}`);
    await tx.query(`vacuum (full, analyze) ${table}`);
  }
}

/** The proof: looks for every old token in every column of every table. @returns rows of tables that are kept as they are */
async function requireNoneLeft(
  tx: Tx,
  map: TokenMap,
  tables: readonly TextTable[],
  progress: (what: string) => void,
): Promise<number> {
  const places: string[] = [];
  let kept = 0;
  for (const table of tables) {
    const left = await leftIn(tx, map, table);
    if (table.kept) kept += left;
    else if (left > 0) places.push(`${table.schema}.${table.table} (${left})`);
  }
  progress(`left ${places.length}`);
  if (places.length > 0) throw problem("vault.exchange_left", { places: places.join(", ") });
  return kept;
}
