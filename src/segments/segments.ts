import type { Ground } from "../ground.ts";
import { memberRowsById, type MemberRow } from "../members/index.ts";
import { problem } from "../platform/index.ts";
import type { Expression } from "../query/index.ts";
import { type Scope, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { readCondition, sentenceOf } from "./condition.ts";
import { limitStatement, memberStatement, within } from "./count.ts";
import { REFRESH_SECONDS_MAX, SAMPLE_MAX, SEGMENTS_MAX, STATEMENT_SECONDS_MAX } from "./limits.ts";
import {
  deleteSegment,
  type Editor,
  insertSegment,
  listSegments,
  segmentById,
  segmentByName,
  segmentConditions,
  type SegmentDraft,
  type SegmentRow,
  segmentsByAge,
  updateSegment,
  writeFailure,
  writeMembership,
} from "./segment-store.ts";

/** A kept segment as people see it. */
export interface SegmentView {
  readonly segment_id: number;
  readonly name: string;
  readonly description: string;
  readonly condition: Expression;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly count: number | null;
  readonly computed_at: string | null;
  readonly failure: unknown;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by_name: string | null;
}

async function viewOf(tx: Tx, ground: Ground, row: SegmentRow): Promise<SegmentView> {
  // a segment whose tag or column has gone still stands in the list, with what is wrong beside it
  const read = await readCondition(tx, ground, row.condition, row.segment_id).catch(() => undefined);
  const sentence = read === undefined ? { zh: "", en: "" } : sentenceOf(ground, row.condition, read.names);
  return {
    segment_id: row.segment_id,
    name: row.name,
    description: row.description,
    condition: row.condition,
    sentence_zh: sentence.zh,
    sentence_en: sentence.en,
    count: row.members,
    computed_at: row.counted_at?.toISOString() ?? null,
    failure: row.failure,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    updated_by_name: row.updated_by_name,
  };
}

export async function allSegments(tx: Tx, ground: Ground): Promise<SegmentView[]> {
  const views: SegmentView[] = [];
  for (const row of await listSegments(tx)) views.push(await viewOf(tx, ground, row));
  return views;
}

export async function oneSegment(tx: Tx, ground: Ground, segment_id: number): Promise<SegmentView> {
  return viewOf(tx, ground, await existing(tx, segment_id));
}

async function existing(tx: Tx, segment_id: number): Promise<SegmentRow> {
  const row = await segmentById(tx, segment_id);
  if (row === undefined) throw problem("segments.not_found", { segment_id });
  return row;
}

/** Keeps a new segment or a new form of one, and counts it at once. */
export async function saveSegment(
  ground: Ground,
  draft: SegmentDraft,
  editor: Editor,
  segment_id?: number,
): Promise<SegmentView> {
  const saved = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await readCondition(tx, ground, draft.condition, segment_id);
    const same = await segmentByName(tx, draft.name);
    if (same !== undefined && same.segment_id !== segment_id)
      throw problem("segments.name_taken", { name: draft.name });
    if (segment_id === undefined && (await listSegments(tx)).length >= SEGMENTS_MAX) {
      throw problem("segments.too_many", { max: SEGMENTS_MAX });
    }
    const now = ground.clock.now();
    const row =
      segment_id === undefined
        ? await insertSegment(tx, draft, editor, now)
        : await updateSegment(tx, segment_id, draft, editor, now);
    if (row === undefined) throw problem("segments.not_found", { segment_id: segment_id ?? 0 });
    return row;
  });
  await refreshSegment(ground, saved.segment_id);
  return ground.store.read(SYSTEM_SCOPE, (tx) => oneSegment(tx, ground, saved.segment_id));
}

/** @throws segments.in_use while another segment refers to it. */
export async function removeSegment(ground: Ground, segment_id: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await existing(tx, segment_id);
    const users = [...(await segmentConditions(tx))]
      .filter(([id, { condition }]) => id !== segment_id && refersTo(condition, segment_id))
      .map(([, { name }]) => name);
    if (users.length > 0) throw problem("segments.in_use", { name: row.name, users: users.join("、") });
    await deleteSegment(tx, segment_id);
  });
}

function refersTo(node: unknown, segment_id: number): boolean {
  if (typeof node !== "object" || node === null) return false;
  const { node: kind, id } = node as { node?: unknown; id?: unknown };
  return (kind === "segment" && id === segment_id) || Object.values(node).some((part) => refersTo(part, segment_id));
}

/** Brings a segment's kept membership up to now; a failure is kept with the segment instead. */
export async function refreshSegment(ground: Ground, segment_id: number): Promise<void> {
  try {
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const row = await segmentById(tx, segment_id);
      if (row === undefined) return;
      await limitStatement(tx, REFRESH_SECONDS_MAX);
      const rows = await memberStatement(tx, ground, SYSTEM_SCOPE, row.condition);
      await within(REFRESH_SECONDS_MAX, () => writeMembership(tx, segment_id, rows, ground.clock.now()));
    });
  } catch (error) {
    const failure = error instanceof Error && "toJSON" in error ? error : { detail: String(error) };
    await ground.store.write(SYSTEM_SCOPE, (tx) => writeFailure(tx, segment_id, failure));
  }
}

/** Every segment that was counted before `before`, oldest first. @returns how many were refreshed. */
export async function refreshSegments(ground: Ground, before: Date, signal: AbortSignal): Promise<number> {
  const due = await ground.store.read(SYSTEM_SCOPE, (tx) => segmentsByAge(tx, before));
  let done = 0;
  for (const segment_id of due) {
    if (signal.aborted) return done;
    await refreshSegment(ground, segment_id);
    done += 1;
  }
  return done;
}

/** A page of a condition's members in id order. @param after the last id of the page before. */
export async function membersOf(
  ground: Ground,
  scope: Scope,
  condition: unknown,
  after: number,
  limit: number,
): Promise<{ items: MemberRow[]; next_cursor: string | null }> {
  return ground.store.read(scope, async (tx) => {
    const rows = await memberStatement(tx, ground, scope, condition);
    await limitStatement(tx, STATEMENT_SECONDS_MAX);
    const sql = `${rows} and member_id > $1 order by member_id limit $2`;
    const ids = await within(STATEMENT_SECONDS_MAX, () => tx.query<{ member_id: number }>(sql, [after, limit + 1]));
    const page = ids.slice(0, limit).map((row) => row.member_id);
    const items = await memberRowsById(tx, ground, page);
    return { items, next_cursor: ids.length > limit ? String(page.at(-1) ?? "") : null };
  });
}

/** Some of a condition's members, the newest first. */
export async function sampleOf(ground: Ground, scope: Scope, condition: unknown, limit: number): Promise<MemberRow[]> {
  return ground.store.read(scope, async (tx) => {
    const rows = await memberStatement(tx, ground, scope, condition);
    await limitStatement(tx, STATEMENT_SECONDS_MAX);
    const sql = `${rows} order by member_id desc limit $1`;
    const ids = await within(STATEMENT_SECONDS_MAX, () =>
      tx.query<{ member_id: number }>(sql, [Math.min(limit, SAMPLE_MAX)]),
    );
    return memberRowsById(
      tx,
      ground,
      ids.map((row) => row.member_id),
    );
  });
}
