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
  readonly created_by: number | null;
  readonly created_at: Date;
  readonly updated_by: number | null;
  readonly updated_by_name: string | null;
  readonly updated_at: Date;
}

const COLUMNS =
  "segment_id, name, description, condition, members, counted_at, failure, created_by, created_at, updated_by, updated_by_name, updated_at";

export async function listSegments(tx: Tx): Promise<SegmentRow[]> {
  return tx.query<SegmentRow>(`select ${COLUMNS} from segments.segment order by updated_at desc, segment_id desc`);
}

export async function segmentById(tx: Tx, segment_id: number): Promise<SegmentRow | undefined> {
  return tx.one<SegmentRow>(`select ${COLUMNS} from segments.segment where segment_id = $1`, [segment_id]);
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

/**
 * Makes the kept membership what the condition says now. @param rows a select of member_id.
 * @returns how many are in, came and left.
 */
export async function writeMembership(
  tx: Tx,
  segment_id: number,
  rows: string,
  now: Date,
): Promise<{ members: number; entered: number; left: number }> {
  const row = await tx.one<{ members: number; entered: number; left: number }>(
    `with now as materialized (${rows}),
     gone as (
       delete from segments.member m where m.segment_id = $1 and not exists (select 1 from now n where n.member_id = m.member_id)
       returning 1
     ), come as (
       insert into segments.member (segment_id, member_id, entered_at)
       select $1, n.member_id, $2 from now n on conflict do nothing returning 1
     )
     select (select count(*) from now) as members, (select count(*) from come) as entered, (select count(*) from gone) as left`,
    [segment_id, now],
  );
  const found = row ?? { members: 0, entered: 0, left: 0 };
  await tx.query("update segments.segment set members = $2, counted_at = $3, failure = null where segment_id = $1", [
    segment_id,
    found.members,
    now,
  ]);
  return found;
}

export async function writeFailure(tx: Tx, segment_id: number, failure: unknown): Promise<void> {
  await tx.query("update segments.segment set failure = $2 where segment_id = $1", [
    segment_id,
    JSON.stringify(failure),
  ]);
}

/** Segments in the order of their age, oldest count first. */
export async function segmentsByAge(tx: Tx, before: Date): Promise<number[]> {
  const rows = await tx.query<{ segment_id: number }>(
    `select segment_id from segments.segment where counted_at is null or counted_at < $1 or counted_at < updated_at
     order by counted_at nulls first, segment_id`,
    [before],
  );
  return rows.map((row) => row.segment_id);
}

export async function memberTotal(tx: Tx): Promise<number> {
  return (await tx.one<{ members: number }>("select count(*) as members from catalogue.members"))?.members ?? 0;
}
