import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, open, readFile, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import type pg from "pg";
import { problem } from "../platform/errors.ts";
import type { IndexTokens } from "./index-tokens.ts";
import { writeWhole } from "./key-files.ts";

/** What was deleted beside the keys, so that a restore can let go of it again: `ids` as the domain numbers them. */
export interface DeletionSubject {
  readonly domain: string;
  readonly ids: readonly number[];
}

/** One destruction of keys. `hash` covers all of it and `previous`, the hash of the one before. */
export interface DeletionEntry {
  readonly sequence: number;
  /** The key store's own time, to the microsecond: a key made later is not meant. */
  readonly at: string;
  readonly tokens: readonly string[];
  readonly about: DeletionSubject | null;
  readonly previous: string;
  readonly hash: string;
  /** Version of the index key that its tokens are of; absent: 1. The table's are all of the version in force. */
  readonly index?: number;
}

export const JOURNAL_SCHEMA = `
  create table if not exists deletion (sequence bigint primary key, at text not null, tokens text[] not null, about json,
    previous text not null, hash text not null unique,
    -- hashes of entries that this one repeats: of another key store's journal, or its own before an exchange, newest first
    origin text);`;

/** Where the journal is and how it fares. */
export interface JournalStatus {
  readonly file: string;
  readonly writable: boolean;
  readonly entries: number;
  readonly newest_at: string | null;
}

/** A key of a name, not of a token. */
export const isNamed = (token: string) => token.startsWith("named:");

const JOURNAL_LOCK = 480_834;
const COLUMNS = "sequence, at, tokens, about, previous, hash";
const NOW = `to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

function hashOf(ring: string, entry: Omit<DeletionEntry, "hash">): string {
  const { sequence, at, tokens, about, previous, index = 1 } = entry;
  const told = [ring, sequence, at, tokens, about, previous, ...(index === 1 ? [] : [index])];
  return createHash("sha256").update(JSON.stringify(told)).digest("hex");
}

/**
 * The list of destroyed keys: a table of the key store, and a file outside of the data folder, which no back-up holds and no
 * restore takes back. What the file knows and the table does not was destroyed after the key back-up was made.
 */
export class DeletionJournal {
  readonly #pool: pg.Pool;
  readonly #ring: string;
  readonly #index: IndexTokens;
  readonly file: string;

  /** @param ring the key ring it belongs to: two installations never mix. @param index what tokens are in force */
  constructor(pool: pg.Pool, ring: string, file: string, index: IndexTokens) {
    this.#pool = pool;
    this.#ring = ring;
    this.file = file;
    this.#index = index;
  }

  /**
   * Destroys the salts of tokens. Durable in table and file when it resolves.
   * @returns how many keys there were. @throws vault.journal_unwritable: asked for again, it is written again
   */
  async destroy(tokens: readonly string[], about: DeletionSubject | null, now: Date): Promise<number> {
    if (tokens.length === 0 && about === null) return 0;
    await this.#requireWritable();
    const done = await this.#transaction(async (client) => {
      const { rowCount } = await client.query(
        "update sealing_key set salt = null, wrapped = null, destroyed_at = $2 where token = any($1) and salt is not null",
        [tokens, now],
      );
      const { rows } = await client.query<{ at: string }>(`select ${NOW} as at`);
      const next = { at: rows[0]?.at ?? "", tokens: [...tokens], about };
      return { destroyed: rowCount ?? 0, entry: await this.#append(client, next, null) };
    });
    await this.#write([done.entry]);
    return done.destroyed;
  }

  /**
   * Brings table and file to the same state; destroys anew what the file knows. @returns how many entries were replayed.
   * @throws vault.journal_newer: what was deleted behind an exchange cannot be recognised by the keys before it
   */
  async reconcile(others: readonly string[] = []): Promise<number> {
    const known = await this.#knownHashes();
    let replayed = 0;
    for (const file of new Set([this.file, ...others]))
      for (const entry of await this.read(file)) {
        if ((entry.index ?? 1) > this.#index.version) throw problem("vault.journal_newer", { file });
        if (known.has(entry.hash)) continue;
        await this.#transaction((client) => this.#replay(client, entry));
        known.add(entry.hash);
        replayed += 1;
      }
    const written = new Set((await this.read(this.file)).map((entry) => entry.hash));
    const rows = await this.#rows(this.#pool);
    await this.#write(rows.filter((row) => !hashesOf(row).some((hash) => written.has(hash))));
    return replayed;
  }

  async #rows(client: pg.Pool | pg.PoolClient): Promise<(DeletionEntry & { readonly origin: string | null })[]> {
    return (
      await client.query<DeletionEntry & { origin: string | null }>(
        `select ${COLUMNS}, origin from deletion order by sequence`,
      )
    ).rows;
  }

  /**
   * In the exchange's transaction: all entries under the tokens of `to`, chained anew; each names the entry that it was.
   * @returns how many. The file follows by `rewrite`.
   */
  async moveTo(client: pg.PoolClient, to: IndexTokens): Promise<number> {
    let previous = "";
    const rows = await this.#rows(client);
    for (const row of rows) {
      const tokens = row.tokens.map((token) => movedEntryToken(to, token, this.#index.version));
      const entry = { ...row, tokens, previous, index: to.version };
      const hash = hashOf(this.#ring, entry);
      await client.query("update deletion set tokens = $2, previous = $3, hash = $4, origin = $5 where sequence = $1", [
        row.sequence,
        tokens,
        previous,
        hash,
        [row.hash, ...(row.origin === null ? [] : [row.origin])].join(" "),
      ]);
      previous = hash;
    }
    return rows.length;
  }

  /** Behind an exchange: the file says what the table says, under the tokens of `to`, and whatever the table has not heard of yet. */
  async rewrite(to: IndexTokens): Promise<void> {
    const rows = await this.#rows(this.#pool);
    const told = new Set(rows.flatMap(hashesOf));
    const unheard = (await this.read(this.file)).filter(({ hash }) => !told.has(hash));
    const lines = [...rows.map((row) => lineOf(row, to.version)), ...unheard];
    await writeWhole(this.file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  async #replay(client: pg.PoolClient, { index = 1, ...entry }: DeletionEntry): Promise<void> {
    const tokens = entry.tokens.map((token) => movedEntryToken(this.#index, token, index));
    await client.query(
      `update sealing_key set salt = null, wrapped = null, destroyed_at = $2::timestamptz
       where token = any($1) and salt is not null and made_at <= $2::timestamptz`,
      [tokens, entry.at],
    );
    await this.#append(client, { ...entry, tokens }, entry.hash);
  }

  /** Entries behind a number, in their order. */
  async after(sequence: number): Promise<DeletionEntry[]> {
    const { rows } = await this.#pool.query<DeletionEntry>(
      `select ${COLUMNS} from deletion where sequence > $1 order by sequence`,
      [sequence],
    );
    return rows;
  }

  /**
   * Entries of a file; none when it is not there. A last line that a crash cut off is removed: its row is in the table.
   * @throws vault.journal_altered
   */
  async read(file: string): Promise<DeletionEntry[]> {
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) await truncate(file, Buffer.byteLength(whole));
    return whole
      .split("\n")
      .slice(0, -1)
      .map((line, i) => {
        const entry = parse(line);
        if (entry === undefined || entry.hash !== hashOf(this.#ring, entry))
          throw problem("vault.journal_altered", { file, line: i + 1 });
        return entry;
      });
  }

  async #knownHashes(): Promise<Set<string>> {
    const { rows } = await this.#pool.query<{ hash: string; origin: string | null }>(
      "select hash, origin from deletion",
    );
    return new Set(rows.flatMap(hashesOf));
  }

  /** An entry that follows the newest one keeps its hash; any other is chained anew and names where it comes from. */
  async #append(
    client: pg.PoolClient,
    entry: Pick<DeletionEntry, "at" | "tokens" | "about"> & Partial<DeletionEntry>,
    origin: string | null,
  ): Promise<DeletionEntry> {
    const { rows } = await client.query<{ sequence: number; hash: string }>(
      "select sequence, hash from deletion order by sequence desc limit 1",
    );
    const { at, tokens, about } = entry;
    const unhashed = {
      sequence: (rows[0]?.sequence ?? 0) + 1,
      at,
      tokens,
      about,
      previous: rows[0]?.hash ?? "",
      index: this.#index.version,
    };
    const made = { ...unhashed, hash: hashOf(this.#ring, unhashed) };
    await client.query(`insert into deletion (${COLUMNS}, origin) values ($1, $2, $3, $4, $5, $6, $7)`, [
      made.sequence,
      at,
      tokens,
      about === null ? null : JSON.stringify(about),
      made.previous,
      made.hash,
      origin === made.hash ? null : origin,
    ]);
    return made;
  }

  async #transaction<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      await client.query("begin");
      await client.query("select pg_advisory_xact_lock($1)", [JOURNAL_LOCK]);
      const result = await run(client);
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  /** Whether it could be written, asked at start: so that it is known before somebody wants to be deleted. */
  async canBeWritten(): Promise<boolean> {
    return access(dirname(this.file), constants.W_OK).then(
      () => true,
      () => false,
    );
  }

  async status(): Promise<JournalStatus> {
    const { rows } = await this.#pool.query<{ entries: number; newest_at: string | null }>(
      "select count(*)::int as entries, max(at) as newest_at from deletion",
    );
    const { entries = 0, newest_at = null } = rows[0] ?? {};
    return { file: this.file, writable: await this.canBeWritten(), entries, newest_at };
  }

  /** Before a key is destroyed: what a restore could bring back is not deleted. */
  async #requireWritable(): Promise<void> {
    try {
      await mkdir(dirname(this.file), { recursive: true });
      await (await open(this.file, "a", 0o600)).close();
    } catch {
      throw problem("vault.journal_unwritable", { file: this.file });
    }
  }

  async #write(entries: readonly DeletionEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#requireWritable();
    const file = await open(this.file, "a", 0o600);
    try {
      // one write, so that lines of two processes do not mix
      await file.appendFile(entries.map((entry) => `${JSON.stringify(lineOf(entry, this.#index.version))}\n`).join(""));
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

function lineOf({ sequence, at, tokens, about, previous, hash }: DeletionEntry, index: number): DeletionEntry {
  return { sequence, at, tokens, about, previous, hash, ...(index === 1 ? {} : { index }) };
}

/** An entry's own hash and those of the entries that it repeats. */
function hashesOf({ hash, origin }: { readonly hash: string; readonly origin: string | null }): string[] {
  return [hash, ...(origin === null ? [] : origin.split(" "))];
}

/** Names of batches and files are no tokens and stay. */
function movedEntryToken(to: IndexTokens, token: string, from_version: number): string {
  return isNamed(token) ? token : to.moved(token, from_version);
}

function parse(line: string): DeletionEntry | undefined {
  try {
    const entry = JSON.parse(line) as DeletionEntry;
    return Array.isArray(entry.tokens) && typeof entry.hash === "string" ? entry : undefined;
  } catch {
    return undefined;
  }
}
