import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

export type Cell = string | number | boolean | null;

/** Sends rows by COPY in text form. Cells hold no tab, line break or backslash but the one of a bytea. */
export async function copyRows(client: pg.Client, target: string, rows: readonly (readonly Cell[])[]): Promise<void> {
  if (rows.length === 0) return;
  const text = rows.map((row) => row.map((cell) => (cell === null ? "\\N" : String(cell))).join("\t")).join("\n");
  await pipeline(Readable.from([text, "\n"]), client.query(copyFrom(`copy ${target} from stdin`)));
}

/** A bytea for COPY. */
export function bytes(value: Buffer): string {
  return `\\\\x${value.toString("hex")}`;
}

interface Dropped {
  readonly drop: string;
  readonly make: string;
}

/**
 * Runs `fill` while the tables have no indexes and constraints of their own, then makes these again: a table of
 * millions is filled five times as fast so.
 */
export async function withoutIndexes(
  client: pg.Client,
  tables: readonly string[],
  fill: () => Promise<void>,
): Promise<void> {
  const { rows: constraints } = await client.query<Dropped>(
    `select format('alter table %s drop constraint %I cascade', conrelid::regclass, conname) as drop,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as make
     from pg_constraint where conrelid = any($1::regclass[]) and contype in ('p', 'u')`,
    [tables],
  );
  const { rows: indexes } = await client.query<Dropped>(
    `select format('drop index %s', i.indexrelid::regclass) as drop, pg_get_indexdef(i.indexrelid) as make
     from pg_index i where i.indrelid = any($1::regclass[])
       and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`,
    [tables],
  );
  const all = [...constraints, ...indexes];
  for (const { drop } of all) await client.query(drop);
  await fill();
  await client.query("set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 2");
  for (const { make } of all) await client.query(make);
}
