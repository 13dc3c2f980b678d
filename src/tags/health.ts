import type { Ground } from "../ground.ts";
import { businessDay, delaySeconds } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import { dirtyCount } from "./dirty-store.ts";
import { tagFailures, type TagFailure } from "./failure-store.ts";
import { type TagState, tagState } from "./tags-store.ts";

/** Marks that wait for longer are no longer "within seconds". */
export const BEHIND_MS = 60_000;
/** Marks that wait for so long say that nobody computes. */
export const STUCK_MS = 10 * 60_000;

export type Freshness = "fresh" | "behind" | "stuck" | "failed";

/** How far the tags are behind what is known, and which of them cannot be computed. */
export interface TagHealth {
  /** Of all tags that did not fail. */
  readonly state: Freshness;
  /** Everything that came before this instant is in the values. */
  readonly as_of: Date;
  readonly waiting: number;
  readonly failures: readonly TagFailure[];
}

/** Told by the oldest mark that still waits, and by the day for which the values stand. */
export async function tagHealth(tx: Tx, ground: Ground, known?: TagState): Promise<TagHealth> {
  const state = known ?? (await tagState(tx));
  const { marks, woken, oldest, oldest_woken } = await dirtyCount(tx);
  const now = ground.clock.now();
  const since = [oldest, oldest_woken].filter((at) => at !== null).map((at) => at.getTime());
  const as_of = new Date(Math.min(now.getTime(), ...since));
  const late_ms = delaySeconds(ground.clock, as_of) * 1000;
  const turned = state.day === null || state.day === businessDay(now, ground.config.timezone);
  return {
    state: late_ms > STUCK_MS ? "stuck" : late_ms > BEHIND_MS || !turned ? "behind" : "fresh",
    as_of,
    waiting: marks + woken,
    failures: await tagFailures(tx),
  };
}
