import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import type pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { quote, ROLES } from "./roles.ts";

/** A table of ours as a back-up holds it. */
export interface TableShape {
  /** schema.table */
  readonly name: string;
  /** Without those that PostgreSQL computes. */
  readonly columns: readonly string[];
}

export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** All tables of the record store that a migration makes; the queue's own are made anew from `store.job`. */
export async function ownTables(client: pg.ClientBase): Promise<TableShape[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select format('%s.%s', n.nspname, c.relname) as name,
       array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '') as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind = 'r' and c.relowner = $1::regrole and not (n.nspname = 'store' and c.relname = 'migration')
     group by n.nspname, c.relname order by 1`,
    [ROLES.owner],
  );
  return rows;
}

/** Copies what a query or table gives into a compressed file. @returns its rows, size and hash */
export async function copyToFile(
  client: pg.ClientBase,
  what: string,
  file: string,
  signal?: AbortSignal,
): Promise<WrittenFile & { rows: number }> {
  const stream = client.query(copyTo(`copy ${what} to stdout`));
  const counted = new Counted();
  await pipeline(
    stream,
    createZstdCompress(),
    counted,
    createWriteStream(file, { mode: 0o600, flush: true }),
    signal === undefined ? {} : { signal },
  );
  // the number of rows comes behind the last of them: the answer to the next statement is behind both
  await client.query("select");
  return { rows: stream.rowCount, ...counted.result() };
}

/** Copies such a file into a table. @returns how many rows */
export async function copyFromFile(
  client: pg.ClientBase,
  target: string,
  file: string,
  signal?: AbortSignal,
): Promise<number> {
  const stream = client.query(copyFrom(`copy ${target} from stdin`));
  await pipeline(createReadStream(file), createZstdDecompress(), stream, signal === undefined ? {} : { signal });
  return stream.rowCount;
}

/** Copies a file as it is. @param to absent: only reads it */
export async function copyFile(from: string, to?: string, signal?: AbortSignal): Promise<WrittenFile> {
  const counted = new Counted();
  const source = createReadStream(from);
  const options = signal === undefined ? {} : { signal };
  if (to === undefined) {
    counted.resume();
    await pipeline(source, counted, options);
  } else await pipeline(source, counted, createWriteStream(to, { mode: 0o600, flush: true }), options);
  return counted.result();
}

/** Passes bytes on, and counts and hashes them. */
class Counted extends Transform {
  readonly #hash = createHash("sha256");
  #bytes = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    done(null, chunk);
  }

  result(): WrittenFile {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}

export function tableTarget({ name, columns }: TableShape): string {
  const [schema = "", table = ""] = name.split(".");
  return `${quote(schema)}.${quote(table)} (${columns.map(quote).join(", ")})`;
}

export interface SequenceValue {
  readonly name: string;
  readonly value: number;
}

/** Sequences do not follow snapshots: read behind the tables, they are beyond every number in them. */
export async function sequenceValues(client: pg.ClientBase): Promise<SequenceValue[]> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as value from pg_sequences
     where sequenceowner = $1 and last_value is not null order by 1`,
    [ROLES.owner],
  );
  return rows.map((row) => ({ name: row.name, value: Number(row.value) }));
}

/**
 * Fills the tables of a database that was just migrated, in one transaction. Foreign keys and indexes are made again behind
 * the rows, so that every row is checked and the order of tables does not matter.
 * @param load copies one table and gives its number of rows
 */
export async function fillTables(
  client: pg.ClientBase,
  tables: readonly TableShape[],
  sequences: readonly SequenceValue[],
  load: (table: TableShape) => Promise<void>,
): Promise<void> {
  await client.query(`begin; set local role ${ROLES.owner}`);
  try {
    const again = await takeAway(client);
    const names = tables.map((table) => table.name.split(".").map(quote).join("."));
    for (const name of names) await client.query(`alter table ${name} disable trigger user`);
    // migrations leave rows of their own, which the back-up has too
    if (names.length > 0) await client.query(`truncate ${names.join(", ")}`);
    for (const table of tables) await load(table);
    for (const statement of again) await client.query(statement);
    for (const name of names) await client.query(`alter table ${name} enable trigger user`);
    for (const { name, value } of sequences) await client.query("select setval($1::regclass, $2)", [name, value]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
  await client.query("analyze");
}

/** Drops foreign keys and the indexes that no constraint needs. @returns the statements that make them again, indexes first */
async function takeAway(client: pg.ClientBase): Promise<string[]> {
  const { rows: keys } = await client.query<{ drop: string; again: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) as again
     from pg_constraint k join pg_class c on c.oid = conrelid where contype = 'f' and c.relowner = $1::regrole`,
    [ROLES.owner],
  );
  const { rows: indexes } = await client.query<{ drop: string; again: string }>(
    `select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as again
     from pg_index i join pg_class c on c.oid = i.indrelid
     where c.relowner = $1::regrole and c.relkind = 'r' and not exists (select from pg_constraint where conindid = indexrelid)`,
    [ROLES.owner],
  );
  for (const { drop } of [...keys, ...indexes]) await client.query(drop);
  return [...indexes, ...keys].map((row) => row.again);
}
