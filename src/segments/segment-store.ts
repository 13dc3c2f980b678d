import { problem } from "../platform/index.ts";
import { STUCK_MS } from "./limits.ts";
import type { Expression } from "../query/index.ts";
import type { Tx } from "../store/index.ts";

export interface SegmentRow {
  readonly segment_id: number;
  readonly name: string;
  readonly description: string;
  readonly condition: Expression;
  readonly members: number | null;
  readonly counted_at: Date | null;
  readonly failure: unknown;
  readonly filled_hash: string | null;
  readonly checked_at: Date | null;
  readonly difference: number | null;
  readonly created_by: number | null;
  readonly created_at: Date;
  readonly updated_by: number | null;
  readonly updated_by_name: string | null;
  readonly updated_at: Date;
}

const COLUMNS =
  "segment_id, name, description, condition, members, counted_at, failure, filled_hash, checked_at, difference, created_by, created_at, updated_by, updated_by_name, updated_at";

export async function listSegments(tx: Tx): Promise<SegmentRow[]> {
  return tx.query<SegmentRow>(`select ${COLUMNS} from segments.segment order by updated_at desc, segment_id desc`);
}

export async function segmentById(tx: Tx, segment_id: number): Promise<SegmentRow | undefined> {
  return tx.one<SegmentRow>(`select ${COLUMNS} from segments.segment where segment_id = $1`, [segment_id]);
}

/** @throws segments.not_found */
export async function existing(tx: Tx, segment_id: number): Promise<SegmentRow> {
  const row = await segmentById(tx, segment_id);
  if (row === undefined) throw problem("segments.not_found", { segment_id });
  return row;
}

export async function segmentByName(tx: Tx, name: string): Promise<SegmentRow | undefined> {
  return tx.one<SegmentRow>(`select ${COLUMNS} from segments.segment where lower(name) = lower($1)`, [name]);
}

/** Names and conditions of all segments: what references to segments stand for. */
export async function segmentConditions(tx: Tx): Promise<Map<number, { name: string; condition: Expression }>> {
  const rows = await tx.query<SegmentRow>("select segment_id, name, condition from segments.segment");
  return new Map(rows.map((row) => [row.segment_id, row]));
}

export interface SegmentDraft {
  readonly name: string;
  readonly description: string;
  readonly condition: Expression;
}

/** Who saves it; the name stands beside the id so that lists need no other domain's table. */
export interface Editor {
  readonly person_id: number | null;
  readonly name: string | null;
  /** The highest sensitivity that conditions of theirs may ask about; absent: any. */
  readonly asks?: "L1" | "L2" | "L3" | "L4";
}

export async function insertSegment(tx: Tx, draft: SegmentDraft, editor: Editor, now: Date): Promise<SegmentRow> {
  const row = await tx.one<SegmentRow>(
    `insert into segments.segment (name, description, condition, created_by, created_at, updated_by, updated_at, updated_by_name)
     values ($1, $2, $3, $4, $5, $4, $5, $6) returning ${COLUMNS}`,
    [draft.name, draft.description, JSON.stringify(draft.condition), editor.person_id, now, editor.name],
  );
  if (row === undefined) throw new Error("a segment was not inserted");
  return row;
}

export async function updateSegment(
  tx: Tx,
  segment_id: number,
  draft: SegmentDraft,
  editor: Editor,
  now: Date,
): Promise<SegmentRow | undefined> {
  return tx.one<SegmentRow>(
    `update segments.segment set name = $2, description = $3, condition = $4, updated_by = $5, updated_at = $6, updated_by_name = $7
     where segment_id = $1 returning ${COLUMNS}`,
    [segment_id, draft.name, draft.description, JSON.stringify(draft.condition), editor.person_id, now, editor.name],
  );
}

export async function deleteSegment(tx: Tx, segment_id: number): Promise<void> {
  await tx.query("delete from segments.segment where segment_id = $1", [segment_id]);
}

export interface KeptCondition {
  readonly segment_id: number;
  readonly condition: Expression;
  readonly filled_hash: string | null;
}

/** What every segment means, and for which form its membership was filled. */
export async function keptConditions(tx: Tx): Promise<KeptCondition[]> {
  return tx.query<KeptCondition>("select segment_id, condition, filled_hash from segments.segment order by segment_id");
}

/** @param rows a select of member_id. */
export async function idsFrom(tx: Tx, rows: string): Promise<number[]> {
  return (await tx.query<{ member_id: number }>(rows)).map((row) => row.member_id);
}

export async function writeFailure(tx: Tx, segment_id: number, failure: unknown): Promise<void> {
  await tx.query("update segments.segment set failure = $2 where segment_id = $1", [
    segment_id,
    JSON.stringify(failure),
  ]);
}

export async function memberTotal(tx: Tx): Promise<number> {
  return (await tx.one<{ members: number }>("select count(*) as members from catalogue.members"))?.members ?? 0;
}

/** Memberships found wrong by the last full evaluation of every segment. */
export async function differenceTotal(tx: Tx): Promise<number> {
  const row = await tx.one<{ difference: number }>(
    "select coalesce(sum(difference), 0)::bigint as difference from segments.segment",
  );
  return row?.difference ?? 0;
}

/** Segments that do not follow their members: failed, or for STUCK_MS not filled, or marks wait for longer than that (machine time, see paceOf). */
export async function stuckSegments(tx: Tx, now: Date, pace = 1): Promise<number> {
  const before = new Date(now.getTime() - STUCK_MS * pace);
  const row = await tx.one<{ stuck: number }>(
    `select count(*) as stuck from segments.segment
     where failure is not null or (filled_hash is null and updated_at < $1)
       or exists (select 1 from segments.dirty d where d.since < $1)`,
    [before],
  );
  return row?.stuck ?? 0;
}
