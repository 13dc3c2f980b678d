import type { JourneyDefinition } from "../definition.ts";
import type { Ended, Entrant } from "../run-store.ts";

const DAY_MS = 86_400_000;

/** A member's way in a dry run: what a row of `journeys.run` is live. */
export interface Path {
  path: number;
  readonly member_id: number;
  readonly entry_key: string;
  readonly lane: string;
  /** What let it in, and what that says where it is known already. */
  readonly cause: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly entered_at: Date;
  node: number;
  step: number;
  due_at: Date;
  waits: boolean;
  heard: boolean;
  goal_at: Date | null;
  ended: Ended | null;
  ended_at: Date | null;
  readonly trail: number[];
  readonly trail_at: number[];
}

/** A way that a member really began before the days that are played. */
export type Earlier = Pick<Path, "entry_key" | "lane" | "entered_at" | "ended_at">;

/** A member with all their ways. */
export interface Walked {
  readonly member_id: number;
  readonly earlier: readonly Earlier[];
  readonly paths: Path[];
  open: Path[];
}

/**
 * Whether a member may enter now: what the constraints of `journeys.run` and `insertRuns` hold live. Once for a cause, one at
 * a time in a lane, and anew only so many days after the last time.
 */
export function mayEnter(
  { earlier, paths }: Walked,
  { entry_key, lane }: Pick<Entrant, "entry_key" | "lane">,
  at: Date,
  { reentry }: JourneyDefinition,
): boolean {
  const apart_ms = reentry.kind === "again" ? reentry.after_days * DAY_MS : 0;
  return [...earlier, ...paths].every((one) => {
    if (one.entry_key === entry_key) return false;
    if (one.lane !== lane) return true;
    if (one.ended_at === null || one.ended_at > at) return false;
    // of several causes of one moment the first counts
    if (one.entered_at.getTime() === at.getTime()) return false;
    return apart_ms === 0 || one.entered_at.getTime() <= at.getTime() - apart_ms;
  });
}

/** As `hear`: what a path waits for at one of these nodes has happened. */
export function hearOn(paths: readonly Path[], places: ReadonlySet<number>, at: Date): void {
  for (const one of paths) {
    if (!places.has(one.node) || !one.waits || one.heard || one.due_at <= at) continue;
    one.heard = true;
    one.due_at = at;
  }
}

/** As `reachGoal`: also of those who are only compared with. */
export function reachOn({ paths }: Walked, exit: boolean, at: Date): void {
  for (const one of paths) {
    if (one.goal_at !== null || one.entered_at > at || (one.ended !== null && one.ended !== "hold_out")) continue;
    one.goal_at = at;
    if (exit && one.due_at > at) one.due_at = at;
  }
}
