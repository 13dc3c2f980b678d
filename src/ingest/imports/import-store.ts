import type { Params } from "../../platform/index.ts";
import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { TableGuess } from "./mapping/guess.ts";
import type { ImportOptions, Mapping } from "./mapping/mapping.ts";
import type { TableChoices, TableFacts } from "./reading/table.ts";
import type { Counts, ImportReport } from "./report.ts";

export type ImportState = "uploaded" | "mapped" | "checked" | "running" | "done" | "failed" | "cancelled" | "undone";

export interface ImportRow {
  readonly import_id: number;
  readonly source_id: number;
  readonly upload_id: string;
  readonly file_name: string;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly facts: TableFacts;
  readonly choices: TableChoices;
  /** Masked values of the first rows, by column. */
  readonly samples: readonly (readonly string[])[];
  readonly guess: TableGuess;
  readonly rows: number | null;
  readonly record_kind: string | null;
  readonly mapping: Mapping | null;
  readonly options: ImportOptions;
  readonly state: ImportState;
  readonly check_report: ImportReport | null;
  readonly report: ImportReport | null;
  readonly failure: unknown;
  readonly job_id: string | null;
  readonly run: number;
  readonly run_started_at: Date | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly expired: boolean;
}

const COLUMNS = `import_id, source_id, upload_id, file_name, bytes, sha256, facts, choices, samples, guess, rows,
  record_kind, mapping, options, state, check_report, report, failure, job_id, run, run_started_at, created_at,
  expires_at, expired`;

export type NewImport = Pick<
  ImportRow,
  "source_id" | "upload_id" | "file_name" | "bytes" | "sha256" | "facts" | "choices" | "samples" | "guess" | "options"
> & { readonly rows: number | null; readonly person_id: number | null };

export async function insertImport(tx: Tx, input: NewImport, now: Date, expires_at: Date): Promise<ImportRow> {
  const row = await tx.one<ImportRow>(
    `insert into ingest.import (source_id, upload_id, file_name, bytes, sha256, facts, choices, samples, guess, rows, options,
       state, person_id, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'uploaded', $12, $13, $14) returning ${COLUMNS}`,
    [
      input.source_id,
      input.upload_id,
      input.file_name,
      input.bytes,
      input.sha256,
      JSON.stringify(input.facts),
      JSON.stringify(input.choices),
      JSON.stringify(input.samples),
      JSON.stringify(input.guess),
      input.rows,
      JSON.stringify(input.options),
      input.person_id,
      now,
      expires_at,
    ],
  );
  return row as ImportRow;
}

/** @throws import.not_found */
export async function importById(tx: Tx, import_id: number): Promise<ImportRow> {
  const row = await tx.one<ImportRow>(`select ${COLUMNS} from ingest.import where import_id = $1`, [import_id]);
  if (row === undefined) throw problem("import.not_found", { import_id });
  return row;
}

export async function listImports(tx: Tx, before: number | null, limit: number): Promise<ImportRow[]> {
  return tx.query(
    `select ${COLUMNS} from ingest.import where $1::int is null or import_id < $1 order by import_id desc limit $2`,
    [before, limit],
  );
}

export async function keptUploads(tx: Tx): Promise<number> {
  const row = await tx.one<{ kept: number }>("select count(*)::int as kept from ingest.import where not expired");
  return row?.kept ?? 0;
}

type Change = Partial<
  Pick<
    ImportRow,
    | "facts"
    | "choices"
    | "samples"
    | "guess"
    | "rows"
    | "record_kind"
    | "mapping"
    | "options"
    | "state"
    | "check_report"
    | "report"
    | "failure"
    | "job_id"
    | "run"
    | "run_started_at"
    | "expired"
  >
>;

const JSON_COLUMNS = new Set([
  "facts",
  "choices",
  "samples",
  "guess",
  "mapping",
  "options",
  "check_report",
  "report",
  "failure",
]);

export async function changeImport(tx: Tx, import_id: number, change: Change): Promise<ImportRow> {
  const entries = Object.entries(change);
  const sets = entries.map(([name], i) => `${name} = $${i + 2}`);
  const values = entries.map(([name, value]) =>
    JSON_COLUMNS.has(name) && value !== null ? JSON.stringify(value) : value,
  );
  const row = await tx.one<ImportRow>(
    `update ingest.import set ${sets.join(", ")} where import_id = $1 returning ${COLUMNS}`,
    [import_id, ...values],
  );
  if (row === undefined) throw problem("import.not_found", { import_id });
  return row;
}

export async function deleteImport(tx: Tx, import_id: number): Promise<void> {
  await tx.query("delete from ingest.import where import_id = $1", [import_id]);
}

/** All imports, the oldest first. */
export async function allImports(tx: Tx): Promise<ImportRow[]> {
  return tx.query(`select ${COLUMNS} from ingest.import order by import_id`);
}

export async function renameImport(tx: Tx, import_id: number, file_name: string): Promise<void> {
  await tx.query("update ingest.import set file_name = $2 where import_id = $1", [import_id, file_name]);
}

export async function expiredImports(tx: Tx, now: Date): Promise<ImportRow[]> {
  return tx.query(
    `select ${COLUMNS} from ingest.import where not expired and expires_at <= $1 and state <> 'running' order by import_id limit 100`,
    [now],
  );
}

export interface TakenBatch {
  readonly batch: number;
  readonly rows_read: number;
  readonly counts: Counts;
}

export async function takenBatches(tx: Tx, import_id: number, run: number): Promise<TakenBatch[]> {
  return tx.query(
    "select batch, rows_read, counts from ingest.import_batch where import_id = $1 and run = $2 order by batch",
    [import_id, run],
  );
}

export async function insertBatch(
  tx: Tx,
  row: { import_id: number; run: number; batch: number; inbox_id: number; rows_read: number; counts: Counts },
): Promise<void> {
  await tx.query(
    "insert into ingest.import_batch (import_id, run, batch, inbox_id, rows_read, counts) values ($1, $2, $3, $4, $5, $6)",
    [row.import_id, row.run, row.batch, row.inbox_id, row.rows_read, JSON.stringify(row.counts)],
  );
}

export async function insertErrorRows(
  tx: Tx,
  row: { import_id: number; run: number; batch: number; rows: number; sealed: Buffer },
): Promise<void> {
  await tx.query("insert into ingest.import_error (import_id, run, batch, rows, sealed) values ($1, $2, $3, $4, $5)", [
    row.import_id,
    row.run,
    row.batch,
    row.rows,
    row.sealed,
  ]);
}

export async function errorRowCount(tx: Tx, import_id: number, run: number): Promise<number> {
  const row = await tx.one<{ rows: number }>(
    "select coalesce(sum(rows), 0)::bigint as rows from ingest.import_error where import_id = $1 and run = $2",
    [import_id, run],
  );
  return row?.rows ?? 0;
}

/** The sealed rows in error of the batch after `after`; one batch at a time, so that a large file streams. */
export async function nextErrorRows(
  tx: Tx,
  import_id: number,
  run: number,
  after: number,
): Promise<{ batch: number; sealed: Buffer } | undefined> {
  return tx.one(
    `select batch, sealed from ingest.import_error where import_id = $1 and run = $2 and batch > $3 order by batch limit 1`,
    [import_id, run, after],
  );
}

export async function deleteErrorRows(tx: Tx, import_id: number): Promise<void> {
  await tx.query("delete from ingest.import_error where import_id = $1", [import_id]);
}

export interface StoredProblem {
  readonly row: number;
  readonly column_name: string | null;
  readonly code: string;
  readonly params: Params;
  readonly value_masked: string | null;
}

export type Phase = "check" | "run";

export async function insertProblems(
  tx: Tx,
  import_id: number,
  phase: Phase,
  problems: readonly StoredProblem[],
): Promise<void> {
  if (problems.length === 0) return;
  await tx.query(
    `insert into ingest.import_problem (import_id, phase, row, column_name, code, params, value_masked)
     select $1, $2, * from unnest($3::bigint[], $4::text[], $5::text[], $6::jsonb[], $7::text[])`,
    [
      import_id,
      phase,
      problems.map((p) => p.row),
      problems.map((p) => p.column_name),
      problems.map((p) => p.code),
      problems.map((p) => JSON.stringify(p.params)),
      problems.map((p) => p.value_masked),
    ],
  );
}

export async function clearProblems(tx: Tx, import_id: number, phase: Phase | null): Promise<void> {
  await tx.query("delete from ingest.import_problem where import_id = $1 and ($2::text is null or phase = $2)", [
    import_id,
    phase,
  ]);
}

export async function countProblems(tx: Tx, import_id: number, phase: Phase): Promise<number> {
  const row = await tx.one<{ kept: number }>(
    "select count(*)::int as kept from ingest.import_problem where import_id = $1 and phase = $2",
    [import_id, phase],
  );
  return row?.kept ?? 0;
}

/** Problems of the latest phase: those of the run once there are any, else those of the dry run. */
export async function listProblems(
  tx: Tx,
  import_id: number,
  phase: Phase,
  after: number,
  limit: number,
): Promise<(StoredProblem & { problem: number })[]> {
  return tx.query(
    `select problem, row, column_name, code, params, value_masked from ingest.import_problem
     where import_id = $1 and phase = $2 and problem > $3 order by problem limit $4`,
    [import_id, phase, after, limit],
  );
}

export interface StoredMapping {
  readonly record_kind: string;
  readonly mapping: Mapping;
  readonly options: ImportOptions;
}

export async function storedMapping(tx: Tx, source_id: number, header: Buffer): Promise<StoredMapping | undefined> {
  return tx.one(
    "select record_kind, mapping, options from ingest.import_mapping where source_id = $1 and header = $2",
    [source_id, header],
  );
}

export async function keepMapping(
  tx: Tx,
  source_id: number,
  header: Buffer,
  kept: StoredMapping,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into ingest.import_mapping (source_id, header, record_kind, mapping, options, used_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (source_id, header) do update set record_kind = excluded.record_kind, mapping = excluded.mapping,
       options = excluded.options, used_at = excluded.used_at`,
    [source_id, header, kept.record_kind, JSON.stringify(kept.mapping), JSON.stringify(kept.options), now],
  );
}

/** Files that were checked and wait for somebody to run them. */
export async function waitingImports(tx: Tx): Promise<{ import_id: number; file_name: string }[]> {
  return tx.query(
    "select import_id, file_name from ingest.import where state = 'checked' and not expired order by import_id desc limit 100",
  );
}
