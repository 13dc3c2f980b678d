import { emit, type Tx } from "../store/index.ts";
import { EVENT_MEMBERS_MAX } from "./limits.ts";
import { insertMovements } from "./movement-store.ts";

export type Direction = "entered" | "left";
export type Cause = "member" | "filled";

export interface Moved {
  readonly segment_id: number;
  readonly member_id: number;
  readonly direction: Direction;
}

/** What others hear of a movement: outbox events `segments.entered` and `segments.left`. */
export interface MovedEvent {
  readonly segment_id: number;
  readonly member_ids: readonly number[];
  readonly at: string;
  /** `filled`: the segment is new or was changed, the members are as they were. */
  readonly cause: Cause;
}

/** Keeps who came and went and tells it, in the transaction that changed the membership. */
export async function recordMovements(
  tx: Tx,
  moved: readonly Moved[],
  cause: Cause,
  day: string,
  now: Date,
): Promise<void> {
  if (moved.length === 0) return;
  await insertMovements(tx, moved, cause, day, now);
  for (const direction of ["entered", "left"] as const) {
    const events: MovedEvent[] = [];
    const bySegment = Map.groupBy(
      moved.filter((one) => one.direction === direction),
      (one) => one.segment_id,
    );
    for (const [segment_id, ones] of [...bySegment].sort(([a], [b]) => a - b)) {
      const member_ids = ones.map((one) => one.member_id).sort((a, b) => a - b);
      for (let at = 0; at < member_ids.length; at += EVENT_MEMBERS_MAX) {
        const part = member_ids.slice(at, at + EVENT_MEMBERS_MAX);
        events.push({ segment_id, member_ids: part, at: now.toISOString(), cause });
      }
    }
    await emit(tx, `segments.${direction}`, events);
  }
}
