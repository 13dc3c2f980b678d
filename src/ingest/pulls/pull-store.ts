import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { ImportOptions, TargetSource } from "../imports/mapping/mapping.ts";
import type { Dialect, Position } from "./pulled-table.ts";

/** A column of a foreign table is named, not numbered: columns may be added in between. */
export type PullMapping = Readonly<Record<string, Omit<TargetSource, "column"> & { readonly column?: string }>>;

export interface PullRow {
  readonly pull_id: number;
  readonly source_id: number;
  readonly name: string;
  readonly dialect: Dialect;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password_sealed: Buffer;
  readonly secret_key: string;
  readonly table: string;
  readonly cursor_column: string;
  readonly key_column: string;
  readonly record_kind: string;
  readonly mapping: PullMapping;
  readonly options: ImportOptions;
  readonly every_seconds: number;
  readonly position: Position | null;
  readonly last_run_at: Date | null;
  readonly last_result: unknown;
  readonly last_error: unknown;
  readonly job_id: string | null;
  readonly created_at: Date;
}

const COLUMNS = `pull_id, source_id, name, dialect, host, port, database_name as database, user_name as "user", password_sealed,
  secret_key, table_name as "table", cursor_column, key_column, record_kind, mapping, options, every_seconds, position,
  last_run_at, last_result, last_error, job_id, created_at`;

export type NewPull = Omit<
  PullRow,
  "pull_id" | "position" | "last_run_at" | "last_result" | "last_error" | "job_id" | "created_at"
>;

/** @throws pull.name_taken */
export async function insertPull(tx: Tx, pull: NewPull, now: Date): Promise<PullRow> {
  const row = await tx.one<PullRow>(
    `insert into ingest.pull (source_id, name, dialect, host, port, database_name, user_name, password_sealed, secret_key,
       table_name, cursor_column, key_column, record_kind, mapping, options, every_seconds, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     on conflict (name) do nothing returning ${COLUMNS}`,
    [
      pull.source_id,
      pull.name,
      pull.dialect,
      pull.host,
      pull.port,
      pull.database,
      pull.user,
      pull.password_sealed,
      pull.secret_key,
      pull.table,
      pull.cursor_column,
      pull.key_column,
      pull.record_kind,
      JSON.stringify(pull.mapping),
      JSON.stringify(pull.options),
      pull.every_seconds,
      now,
    ],
  );
  if (row === undefined) throw problem("pull.name_taken", { name: pull.name });
  return row;
}

/** What of a pull can be changed; its source and the key of its password stay. */
export type ChangedPull = Omit<NewPull, "source_id" | "secret_key"> & Pick<PullRow, "position">;

/** @throws pull.name_taken, also where the pull was deleted meanwhile */
export async function updatePull(tx: Tx, pull_id: number, pull: ChangedPull): Promise<PullRow> {
  const row = await tx.one<PullRow>(
    `update ingest.pull set name = $2, dialect = $3, host = $4, port = $5, database_name = $6, user_name = $7,
       password_sealed = $8, table_name = $9, cursor_column = $10, key_column = $11, record_kind = $12, mapping = $13,
       options = $14, every_seconds = $15, position = $16, last_error = null
     where pull_id = $1 and not exists (select 1 from ingest.pull where name = $2 and pull_id <> $1)
     returning ${COLUMNS}`,
    [
      pull_id,
      pull.name,
      pull.dialect,
      pull.host,
      pull.port,
      pull.database,
      pull.user,
      pull.password_sealed,
      pull.table,
      pull.cursor_column,
      pull.key_column,
      pull.record_kind,
      JSON.stringify(pull.mapping),
      JSON.stringify(pull.options),
      pull.every_seconds,
      pull.position === null ? null : JSON.stringify(pull.position),
    ],
  );
  if (row === undefined) throw problem("pull.name_taken", { name: pull.name });
  return row;
}

/** @throws pull.not_found */
export async function pullById(tx: Tx, pull_id: number): Promise<PullRow> {
  const row = await tx.one<PullRow>(`select ${COLUMNS} from ingest.pull where pull_id = $1`, [pull_id]);
  if (row === undefined) throw problem("pull.not_found", { pull_id });
  return row;
}

export async function listPulls(tx: Tx): Promise<PullRow[]> {
  return tx.query(`select ${COLUMNS} from ingest.pull order by pull_id`);
}

export async function duePulls(tx: Tx, now: Date): Promise<number[]> {
  const rows = await tx.query<{ pull_id: number }>(
    `select pull_id from ingest.pull where last_run_at is null or last_run_at + make_interval(secs => every_seconds) <= $1`,
    [now],
  );
  return rows.map((row) => row.pull_id);
}

export async function savePosition(tx: Tx, pull_id: number, position: Position): Promise<void> {
  await tx.query("update ingest.pull set position = $2 where pull_id = $1", [pull_id, JSON.stringify(position)]);
}

export async function saveRun(tx: Tx, pull_id: number, at: Date, result: unknown, error: unknown): Promise<void> {
  await tx.query(
    `update ingest.pull set last_run_at = $2, last_result = coalesce($3::jsonb, last_result), last_error = $4 where pull_id = $1`,
    [pull_id, at, result === null ? null : JSON.stringify(result), error === null ? null : JSON.stringify(error)],
  );
}

export async function savePullJob(tx: Tx, pull_id: number, job_id: string): Promise<void> {
  await tx.query("update ingest.pull set job_id = $2 where pull_id = $1", [pull_id, job_id]);
}

export async function deletePull(tx: Tx, pull_id: number): Promise<void> {
  await tx.query("delete from ingest.pull where pull_id = $1", [pull_id]);
}

/** Which of the hashes belong to rows already set aside; remembers that they were seen again. */
export async function seenRejects(tx: Tx, pull_id: number, hashes: readonly string[], now: Date): Promise<Set<string>> {
  const rows = await tx.query<{ row_hash: string }>(
    "update ingest.pull_reject set seen_at = $3 where pull_id = $1 and row_hash = any($2::text[]) returning row_hash",
    [pull_id, hashes, now],
  );
  return new Set(rows.map((row) => row.row_hash));
}

export async function keepRejects(tx: Tx, pull_id: number, hashes: readonly string[], now: Date): Promise<void> {
  await tx.query(
    `insert into ingest.pull_reject (pull_id, row_hash, seen_at) select $1, hash, $3 from unnest($2::text[]) as hash
     on conflict (pull_id, row_hash) do nothing`,
    [pull_id, hashes, now],
  );
}

/** Forgets rows that have left the window which runs look at again. */
export async function forgetRejects(tx: Tx, pull_id: number, before: Date): Promise<void> {
  await tx.query("delete from ingest.pull_reject where pull_id = $1 and seen_at < $2", [pull_id, before]);
}
