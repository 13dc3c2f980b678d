import { problem } from "../platform/index.ts";
import type { Expression } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import type { Editor } from "./segment-store.ts";

export interface SnapshotRow {
  readonly snapshot_id: number;
  readonly name: string;
  readonly segment_id: number | null;
  readonly condition: Expression;
  readonly members: number;
  readonly business_day: string;
  readonly as_of: Date;
  readonly created_by_name: string | null;
  readonly created_at: Date;
}

const COLUMNS = "snapshot_id, name, segment_id, condition, members, business_day, as_of, created_by_name, created_at";

export async function listSnapshots(tx: Tx): Promise<SnapshotRow[]> {
  return tx.query<SnapshotRow>(`select ${COLUMNS} from segments.snapshot order by snapshot_id desc`);
}

/** @throws segments.snapshot_not_found */
export async function snapshotById(tx: Tx, snapshot_id: number): Promise<SnapshotRow> {
  const row = await tx.one<SnapshotRow>(`select ${COLUMNS} from segments.snapshot where snapshot_id = $1`, [
    snapshot_id,
  ]);
  if (row === undefined) throw problem("segments.snapshot_not_found", { snapshot_id });
  return row;
}

export async function snapshotNamed(tx: Tx, name: string): Promise<SnapshotRow | undefined> {
  return tx.one<SnapshotRow>(`select ${COLUMNS} from segments.snapshot where lower(name) = lower($1)`, [name]);
}

export interface NewSnapshot {
  readonly name: string;
  readonly segment_id: number | null;
  readonly condition: Expression;
  readonly business_day: string;
  readonly as_of: Date;
}

/** Keeps a snapshot with these members; it is never changed afterwards. */
export async function insertSnapshot(
  tx: Tx,
  snapshot: NewSnapshot,
  member_ids: readonly number[],
  editor: Editor,
  now: Date,
): Promise<SnapshotRow> {
  const row = await tx.one<SnapshotRow>(
    `insert into segments.snapshot (name, segment_id, condition, members, business_day, as_of, created_by, created_by_name, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
    [
      snapshot.name,
      snapshot.segment_id,
      JSON.stringify(snapshot.condition),
      member_ids.length,
      snapshot.business_day,
      snapshot.as_of,
      editor.person_id,
      editor.name,
      now,
    ],
  );
  if (row === undefined) throw new Error("a snapshot was not inserted");
  await tx.query(
    "insert into segments.snapshot_member (snapshot_id, member_id) select $1, id from unnest($2::bigint[]) id",
    [row.snapshot_id, member_ids],
  );
  return row;
}

export async function deleteSnapshot(tx: Tx, snapshot_id: number): Promise<void> {
  await tx.query("delete from segments.snapshot where snapshot_id = $1", [snapshot_id]);
}
