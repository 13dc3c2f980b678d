import type { Ground } from "../ground.ts";
import { memberRowsById, type MemberRow } from "../members/index.ts";
import { type Clock, delaySeconds, problem } from "../platform/index.ts";
import type { Expression } from "../query/index.ts";
import { emit, type Scope, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { readCondition, sentenceOf } from "./condition.ts";
import { limitStatement, memberStatement, setsFor, within } from "./count.ts";
import { LAKE_MEMBERS_MIN, SAMPLE_MAX, SEGMENTS_MAX, STATEMENT_SECONDS_MAX, STUCK_MS } from "./limits.ts";
import { fillSegment } from "./membership.ts";
import { waitingMarks } from "./membership-store.ts";
import type { MemberSet } from "./member-set.ts";
import {
  deleteSegment,
  type Editor,
  existing,
  insertSegment,
  memberTotal,
  listSegments,
  segmentByName,
  segmentConditions,
  type SegmentDraft,
  type SegmentRow,
  updateSegment,
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
  /** filling: the membership is being made; live: it follows every record; stuck or failed: it does not. */
  readonly state: "filling" | "live" | "stuck" | "failed";
  /** Every change up to this instant is in the membership. */
  readonly as_of: string | null;
  /** The last comparison with a full evaluation, and how many memberships it found wrong. */
  readonly checked_at: string | null;
  readonly difference: number | null;
  readonly failure: unknown;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by_name: string | null;
}

function stateOf(row: SegmentRow, clock: Clock, oldest: Date | null): Pick<SegmentView, "state" | "as_of"> {
  const late = (since: Date) => delaySeconds(clock, since) * 1000 > STUCK_MS;
  if (row.failure !== null) return { state: "failed", as_of: row.counted_at?.toISOString() ?? null };
  if (row.filled_hash === null) return { state: late(row.updated_at) ? "stuck" : "filling", as_of: null };
  const as_of = oldest ?? clock.now();
  return { state: late(as_of) ? "stuck" : "live", as_of: as_of.toISOString() };
}

async function viewOf(tx: Tx, ground: Ground, row: SegmentRow, oldest: Date | null): Promise<SegmentView> {
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
    ...stateOf(row, ground.clock, oldest),
    checked_at: row.checked_at?.toISOString() ?? null,
    difference: row.difference,
    failure: row.failure,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    updated_by_name: row.updated_by_name,
  };
}

export async function allSegments(tx: Tx, ground: Ground): Promise<SegmentView[]> {
  const views: SegmentView[] = [];
  const { oldest } = await waitingMarks(tx);
  for (const row of await listSegments(tx)) views.push(await viewOf(tx, ground, row, oldest));
  return views;
}

export async function oneSegment(tx: Tx, ground: Ground, segment_id: number): Promise<SegmentView> {
  return viewOf(tx, ground, await existing(tx, segment_id), (await waitingMarks(tx)).oldest);
}

/** The condition that a request means: a kept segment's, or the one it carries. @throws segments.not_found */
export async function conditionOf(
  ground: Ground,
  scope: Scope,
  group: { readonly segment_id?: number; readonly condition?: unknown },
): Promise<unknown> {
  const { segment_id, condition } = group;
  if (segment_id === undefined) return condition ?? null;
  return ground.store.read(scope, async (tx) => (await existing(tx, segment_id)).condition);
}

/** Segments belong to the brand; what a condition may ask about depends on who makes it. */
function scopeOfEditor({ asks }: Editor): Scope {
  return asks === undefined ? SYSTEM_SCOPE : { ...SYSTEM_SCOPE, asks };
}

/** Keeps a new segment or a new form of one, and counts it at once. */
export async function saveSegment(
  ground: Ground,
  draft: SegmentDraft,
  editor: Editor,
  segment_id?: number,
): Promise<SegmentView> {
  const saved = await ground.store.write(scopeOfEditor(editor), async (tx) => {
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
  const members = await ground.store.read(SYSTEM_SCOPE, memberTotal);
  // a large membership is filled in the background; its size is known at once from the count
  if (members < LAKE_MEMBERS_MIN) await fillSegment(ground, saved.segment_id);
  else ground.signals.emit("segments.saved", { segment_id: saved.segment_id });
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
    await emit(tx, "segments.deleted", [{ segment_id }]);
  });
}

function refersTo(node: unknown, segment_id: number): boolean {
  if (typeof node !== "object" || node === null) return false;
  const { node: kind, id } = node as { node?: unknown; id?: unknown };
  return (kind === "segment" && id === segment_id) || Object.values(node).some((part) => refersTo(part, segment_id));
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
    const ids = await idsOf(tx, ground, scope, condition, {
      sets: (set) => take(set.idsAfter(after), limit + 1),
      records: ["and member_id > $1 order by member_id limit $2", [after, limit + 1]],
    });
    const page = ids.slice(0, limit);
    const items = await memberRowsById(tx, ground, page);
    return { items, next_cursor: ids.length > limit ? String(page.at(-1) ?? "") : null };
  });
}

/** Some of a condition's members, the newest first. */
export async function sampleOf(ground: Ground, scope: Scope, condition: unknown, limit: number): Promise<MemberRow[]> {
  const most = Math.min(limit, SAMPLE_MAX);
  return ground.store.read(scope, async (tx) => {
    const ids = await idsOf(tx, ground, scope, condition, {
      sets: (set) => set.last(most),
      records: ["order by member_id desc limit $1", [most]],
    });
    return memberRowsById(tx, ground, ids);
  });
}

interface Wanted {
  sets(set: MemberSet): number[];
  readonly records: readonly [clause: string, values: readonly number[]];
}

async function idsOf(tx: Tx, ground: Ground, scope: Scope, condition: unknown, wanted: Wanted): Promise<number[]> {
  return within(STATEMENT_SECONDS_MAX, async (signal) => {
    const sets = await setsFor(tx, ground, scope, signal);
    if (sets !== undefined) return wanted.sets(await sets.of((await readCondition(tx, ground, condition)).plain));
    const rows = await memberStatement(tx, ground, scope, condition);
    await limitStatement(tx, STATEMENT_SECONDS_MAX);
    const [clause, values] = wanted.records;
    return (await tx.query<{ member_id: number }>(`${rows} ${clause}`, values)).map((row) => row.member_id);
  });
}

function take(ids: Iterable<number>, limit: number): number[] {
  const found: number[] = [];
  for (const id of ids) {
    if (found.length === limit) break;
    found.push(id);
  }
  return found;
}
