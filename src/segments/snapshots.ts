import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Expression } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { readCondition } from "./condition.ts";
import { limitStatement, memberStatement, todayOf, within } from "./count.ts";
import { REFRESH_SECONDS_MAX, SNAPSHOTS_MAX } from "./limits.ts";
import { inSnapshot } from "./membership-plan.ts";
import { type Editor, existing, idsFrom, segmentConditions } from "./segment-store.ts";
import {
  deleteSnapshot,
  insertSnapshot,
  listSnapshots,
  snapshotById,
  snapshotNamed,
  type SnapshotRow,
} from "./snapshot-store.ts";

/** A snapshot as people see it, with the condition that means "is in it". */
export interface SnapshotView {
  readonly snapshot_id: number;
  readonly name: string;
  readonly segment_id: number | null;
  readonly condition: Expression;
  readonly members: number;
  readonly business_day: string;
  readonly as_of: string;
  readonly created_by_name: string | null;
  readonly created_at: string;
  readonly expression: Expression;
}

export function snapshotView(row: SnapshotRow): SnapshotView {
  return {
    snapshot_id: row.snapshot_id,
    name: row.name,
    segment_id: row.segment_id,
    condition: row.condition,
    members: row.members,
    business_day: row.business_day,
    as_of: row.as_of.toISOString(),
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    expression: inSnapshot(row.snapshot_id),
  };
}

/** Keeps the members of a segment or condition as they are in the records now. */
export async function takeSnapshot(
  ground: Ground,
  wanted: { readonly name: string; readonly segment_id?: number | undefined; readonly condition?: unknown },
  editor: Editor,
): Promise<SnapshotView> {
  const row = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const segment = wanted.segment_id === undefined ? undefined : await existing(tx, wanted.segment_id);
    const condition = segment?.condition ?? wanted.condition;
    await readCondition(tx, ground, condition);
    if ((await snapshotNamed(tx, wanted.name)) !== undefined)
      throw problem("segments.name_taken", { name: wanted.name });
    if ((await listSnapshots(tx)).length >= SNAPSHOTS_MAX)
      throw problem("segments.too_many_snapshots", { max: SNAPSHOTS_MAX });
    await limitStatement(tx, REFRESH_SECONDS_MAX);
    const now = ground.clock.now();
    const ids = await within(REFRESH_SECONDS_MAX, async () =>
      idsFrom(tx, await memberStatement(tx, ground, SYSTEM_SCOPE, condition)),
    );
    const snapshot = {
      name: wanted.name,
      segment_id: segment?.segment_id ?? null,
      condition: condition as Expression,
      business_day: todayOf(ground),
      as_of: now,
    };
    return insertSnapshot(tx, snapshot, ids, editor, now);
  });
  return snapshotView(row);
}

/** @throws segments.snapshot_in_use while a segment's condition asks for it. */
export async function removeSnapshot(ground: Ground, snapshot_id: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await snapshotById(tx, snapshot_id);
    const users = [...(await segmentConditions(tx)).values()].filter((kept) => asksFor(kept.condition, snapshot_id));
    if (users.length > 0) {
      const names = users.map((kept) => kept.name).join("、");
      throw problem("segments.snapshot_in_use", { name: row.name, users: names });
    }
    await deleteSnapshot(tx, snapshot_id);
  });
}

/** Whether a tree compares the snapshot's number inside a measure over snapshot_members. */
function asksFor(node: unknown, snapshot_id: number, inside = false): boolean {
  if (typeof node !== "object" || node === null) return false;
  const { relation, value, options } = node as { relation?: unknown; value?: unknown; options?: unknown };
  const within_snapshots = inside || relation === "snapshot_members";
  if (within_snapshots && (value === snapshot_id || (Array.isArray(options) && options.includes(snapshot_id))))
    return true;
  return Object.values(node).some((part) => asksFor(part, snapshot_id, within_snapshots));
}
