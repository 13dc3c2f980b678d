import type pg from "pg";
import type { Tx } from "../store/index.ts";
import type { ManifestFile } from "./layout.ts";

const FILE = "file_id, relation, from_day, to_day, path, form, rows, bytes";
const LOCK = "hashtextextended('lake', 0)";

/** Holds the right to write the lake while `work` runs; one process at a time. @returns undefined when another has it. */
export async function withLakeLock<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T | undefined> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${LOCK}) as taken`);
    if (rows[0]?.taken !== true) return undefined;
    try {
      return await work();
    } finally {
      await client.query(`select pg_advisory_unlock(${LOCK})`);
    }
  } finally {
    client.release();
  }
}

export async function currentFiles(tx: Tx): Promise<ManifestFile[]> {
  return tx.query<ManifestFile>(`select ${FILE} from lake.file where retired_at is null order by relation, from_day`);
}

export interface Batch {
  readonly batch_id: number;
  readonly snapshot_at: Date;
}

/** The newest whole batch; undefined before the first. */
export async function newestBatch(tx: Tx): Promise<Batch | undefined> {
  return tx.one<Batch>("select batch_id, snapshot_at from lake.batch order by batch_id desc limit 1");
}

export async function nextBatchNumber(tx: Tx): Promise<number> {
  const row = await tx.one<{ number: number }>("select nextval('lake.batch_number') as number");
  return row?.number ?? 0;
}

export interface DirtyDay {
  readonly relation: string;
  readonly business_day: string;
  readonly marks: number;
}

export async function dirtyDays(tx: Tx): Promise<DirtyDay[]> {
  return tx.query<DirtyDay>("select relation, business_day, marks from lake.dirty_day order by relation, business_day");
}

/** Marks days for the next refresh. */
export async function markDirty(tx: Tx, days: readonly { relation: string; business_day: string }[]): Promise<void> {
  if (days.length === 0) return;
  await tx.query(
    `insert into lake.dirty_day (relation, business_day) select distinct * from unnest($1::text[], $2::date[]) as d (relation, business_day)
     on conflict (relation, business_day) do update set marks = dirty_day.marks + 1`,
    [days.map((d) => d.relation), days.map((d) => d.business_day)],
  );
}

export type NewFile = Omit<ManifestFile, "file_id">;

/** Makes a batch visible: its files appear, those they replace retire, and the days it wrote are clean. */
export async function commitBatch(
  tx: Tx,
  batch: Batch,
  changes: {
    readonly files: readonly NewFile[];
    readonly retired: readonly number[];
    readonly clean: readonly DirtyDay[];
    /** In real time: readers of this machine need some minutes to let go of a file, whatever the world's clock says. */
    readonly retired_at: Date;
  },
  now: Date,
): Promise<void> {
  await tx.query("insert into lake.batch (batch_id, snapshot_at, committed_at) values ($1, $2, $3)", [
    batch.batch_id,
    batch.snapshot_at,
    now,
  ]);
  const { files } = changes;
  await tx.query(
    `insert into lake.file (batch_id, relation, from_day, to_day, path, form, rows, bytes)
     select $1, * from unnest($2::text[], $3::date[], $4::date[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])`,
    [
      batch.batch_id,
      files.map((f) => f.relation),
      files.map((f) => f.from_day),
      files.map((f) => f.to_day),
      files.map((f) => f.path),
      files.map((f) => f.form),
      files.map((f) => f.rows),
      files.map((f) => f.bytes),
    ],
  );
  await tx.query("update lake.file set retired_at = $2 where file_id = any($1)", [changes.retired, changes.retired_at]);
  await tx.query(
    `delete from lake.dirty_day d using unnest($1::text[], $2::date[], $3::bigint[]) as c (relation, business_day, marks)
     where (d.relation, d.business_day, d.marks) = (c.relation, c.business_day, c.marks)`,
    [changes.clean.map((d) => d.relation), changes.clean.map((d) => d.business_day), changes.clean.map((d) => d.marks)],
  );
}

/** Files nobody needs since `before`; their manifest rows go with them. */
export async function retiredFiles(tx: Tx, before: Date): Promise<{ file_id: number; path: string }[]> {
  return tx.query("select file_id, path from lake.file where retired_at <= $1", [before]);
}

export async function forgetFiles(tx: Tx, file_ids: readonly number[]): Promise<void> {
  await tx.query("delete from lake.file where file_id = any($1)", [file_ids]);
  await tx.query(
    `delete from lake.batch b where not exists (select from lake.file f where f.batch_id = b.batch_id)
       and b.batch_id < (select max(batch_id) from lake.batch)`,
  );
}

/** All paths the manifest knows, retired ones too. */
export async function knownPaths(tx: Tx): Promise<Set<string>> {
  const rows = await tx.query<{ path: string }>("select path from lake.file");
  return new Set(rows.map((row) => row.path));
}

export interface RelationTotals {
  readonly relation: string;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly last_written_at: Date;
}

export async function relationTotals(tx: Tx): Promise<RelationTotals[]> {
  return tx.query<RelationTotals>(
    `select relation, count(*) as files, sum(rows)::bigint as rows, sum(bytes)::bigint as bytes, max(b.committed_at) as last_written_at
     from lake.file join lake.batch b using (batch_id) where retired_at is null group by relation order by relation`,
  );
}
