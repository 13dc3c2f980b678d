import Cursor from "pg-cursor";
import { problem } from "../platform/index.ts";
import type { Expression } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import type { CodeNames } from "../tags/index.ts";
import type { MemberSet } from "./member-set.ts";
import type { Editor } from "./segment-store.ts";

export type ExportState = "waiting" | "running" | "done" | "failed" | "cancelled" | "expired";

export interface ExportRow {
  readonly export_id: number;
  readonly segment_id: number | null;
  readonly snapshot_id: number | null;
  readonly name: string;
  readonly condition: Expression;
  readonly format: "csv" | "xlsx";
  readonly columns: readonly string[];
  readonly language: "zh" | "en";
  readonly reason: string;
  /** Whose rows: the stores the person saw when asking; null for all. */
  readonly stores: readonly string[] | null;
  readonly state: ExportState;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly sha256: Buffer | null;
  readonly failure: unknown;
  readonly file_id: string;
  readonly job_id: string | null;
  readonly created_by: number | null;
  readonly created_by_name: string | null;
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly expires_at: Date | null;
}

const COLUMNS =
  "export_id, segment_id, snapshot_id, name, condition, format, columns, language, reason, stores, state, rows, bytes, sha256, failure, file_id, job_id, created_by, created_by_name, created_at, finished_at, expires_at";

export type NewExport = Pick<
  ExportRow,
  | "segment_id"
  | "snapshot_id"
  | "name"
  | "condition"
  | "format"
  | "columns"
  | "language"
  | "reason"
  | "stores"
  | "file_id"
>;

export async function insertExport(tx: Tx, wanted: NewExport, editor: Editor, now: Date): Promise<ExportRow> {
  const row = await tx.one<ExportRow>(
    `insert into segments.export (segment_id, snapshot_id, name, condition, format, columns, language, reason, stores, state, file_id,
       created_by, created_by_name, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $11, $12, $13) returning ${COLUMNS}`,
    [
      wanted.segment_id,
      wanted.snapshot_id,
      wanted.name,
      JSON.stringify(wanted.condition),
      wanted.format,
      wanted.columns,
      wanted.language,
      wanted.reason,
      wanted.stores,
      wanted.file_id,
      editor.person_id,
      editor.name,
      now,
    ],
  );
  if (row === undefined) throw new Error("an export was not inserted");
  return row;
}

/** @throws segments.export_not_found */
export async function exportById(tx: Tx, export_id: number): Promise<ExportRow> {
  const row = await tx.one<ExportRow>(`select ${COLUMNS} from segments.export where export_id = $1`, [export_id]);
  if (row === undefined) throw problem("segments.export_not_found", { export_id });
  return row;
}

/** The newest first. @param segment_id only of this segment. */
export async function listExports(tx: Tx, segment_id: number | null, limit: number): Promise<ExportRow[]> {
  return tx.query<ExportRow>(
    `select ${COLUMNS} from segments.export where $1::bigint is null or segment_id = $1
     order by created_at desc, export_id desc limit $2`,
    [segment_id, limit],
  );
}

export async function openExports(tx: Tx): Promise<ExportRow[]> {
  return tx.query<ExportRow>(`select ${COLUMNS} from segments.export where state in ('waiting', 'running')`);
}

/** Files that hold a member, and those of which nobody knows whom they hold. Bit n of the bitmap is member n, highest bit first. */
export async function exportsHolding(tx: Tx, member_id: number): Promise<ExportRow[]> {
  return tx.query<ExportRow>(
    `select ${COLUMNS} from segments.export where state in ('running', 'done') and (holds is null or (
       length(holds) > $1::bigint / 8 and get_byte(holds, ($1::bigint / 8)::int) & (128 >> ($1::bigint % 8)::int) <> 0))`,
    [member_id],
  );
}

export async function expiredExports(tx: Tx, now: Date): Promise<ExportRow[]> {
  return tx.query<ExportRow>(`select ${COLUMNS} from segments.export where state = 'done' and expires_at <= $1`, [now]);
}

export async function setJob(tx: Tx, export_id: number, job_id: string): Promise<void> {
  await tx.query("update segments.export set job_id = $2 where export_id = $1", [export_id, job_id]);
}

/** Begins it, anew after its process died. @returns false when it was cancelled, or is over. */
export async function beginExport(tx: Tx, export_id: number): Promise<boolean> {
  const row = await tx.one(
    "update segments.export set state = 'running' where export_id = $1 and state in ('waiting', 'running') returning 1 as begun",
    [export_id],
  );
  if (row !== undefined) await dropParts(tx, export_id);
  return row !== undefined;
}

export interface Finished {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: Buffer;
  /** Whom the file holds. */
  readonly holds: Uint8Array;
  readonly now: Date;
  readonly expires_at: Date;
}

/** @returns false when it was cancelled meanwhile. */
export async function finishExport(tx: Tx, export_id: number, done: Finished): Promise<boolean> {
  const row = await tx.one(
    `update segments.export set state = 'done', rows = $2, bytes = $3, sha256 = $4, finished_at = $5, expires_at = $6, holds = $7
     where export_id = $1 and state = 'running' returning 1 as finished`,
    [export_id, done.rows, done.bytes, done.sha256, done.now, done.expires_at, Buffer.from(done.holds)],
  );
  return row !== undefined;
}

/** Ends it without a file, and takes the parts away. */
export async function endExport(
  tx: Tx,
  export_id: number,
  state: "failed" | "cancelled" | "expired",
  now: Date,
  failure: unknown = null,
): Promise<void> {
  await tx.query(
    `update segments.export set state = $2, finished_at = coalesce(finished_at, $3), failure = $4
     where export_id = $1 and state in ('waiting', 'running', 'done')`,
    [export_id, state, now, failure === null ? null : JSON.stringify(failure)],
  );
  await dropParts(tx, export_id);
}

async function dropParts(tx: Tx, export_id: number): Promise<void> {
  await tx.query("delete from segments.export_part where export_id = $1", [export_id]);
}

export async function insertPart(tx: Tx, export_id: number, part: number, sealed: Buffer): Promise<void> {
  await tx.query("insert into segments.export_part (export_id, part, sealed) values ($1, $2, $3)", [
    export_id,
    part,
    sealed,
  ]);
}

/** One part at a time, so that a large file streams. */
export async function partOf(tx: Tx, export_id: number, part: number): Promise<Buffer | undefined> {
  const row = await tx.one<{ sealed: Buffer }>(
    "select sealed from segments.export_part where export_id = $1 and part = $2",
    [export_id, part],
  );
  return row?.sealed;
}

const PORTION_ROWS = 10_000;

/** Adds the members of a select to a set in portions. @param statement a select of member_id. */
export async function fillSet(tx: Tx, statement: string, set: MemberSet): Promise<void> {
  const cursor = tx.client.query(new Cursor<{ member_id: number }>(statement));
  try {
    for (let rows = await cursor.read(PORTION_ROWS); rows.length > 0; rows = await cursor.read(PORTION_ROWS)) {
      for (const { member_id } of rows) set.add(Number(member_id));
    }
  } finally {
    await cursor.close();
  }
}

export type TextRow = Readonly<Record<string, string | null>>;

/** The rows of these members. @param sql a plan for members given as an array. */
export async function readRows(tx: Tx, sql: string, member_ids: readonly number[]): Promise<Map<number, TextRow>> {
  const rows = await tx.query<TextRow & { readonly member_id: unknown }>(sql, [member_ids]);
  return new Map(rows.map((row) => [Number(row.member_id), row]));
}

/** The names of all codes that a list may show. */
export async function allNames(tx: Tx): Promise<CodeNames> {
  const names = async (sql: string) =>
    new Map((await tx.query<{ code: string; name: string | null }>(sql)).map(({ code, name }) => [code, name ?? code]));
  return new Map([
    ["stores", await names("select store_code as code, name from catalogue.stores")],
    ["products", await names("select sku as code, name from catalogue.products")],
  ]);
}

/** Exports whose day is over for more than a day and whose sealed parts are still there. */
export async function keptPastExpiry(tx: Tx, now: Date): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `select count(distinct e.export_id)::int as count from segments.export e join segments.export_part using (export_id)
     where e.expires_at < $1`,
    [new Date(now.getTime() - 86_400_000)],
  );
  return row?.count ?? 0;
}
