import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";

/** Members whose values have just been written. */
export interface TagsWritten {
  readonly member_ids: readonly number[];
  /** By the turn of a day or a computation over everybody: what follows from it waits behind what happens now. */
  readonly later: boolean;
}

/**
 * What a later domain does with members whose tags changed, in the transaction that wrote them. Like a stage of the
 * pipeline, and for the same reason: the outbox hands an event on only when every transaction that began before it has
 * ended, so that one long write anywhere would hold up every segment. It must be short: a few set-based statements.
 */
export type TagFollower = (tx: Tx, ground: Ground, written: TagsWritten) => Promise<void>;

const registered = new WeakMap<Ground, readonly TagFollower[]>();

/** Tells the tags who follows them, in domain order; the composition does it once. */
export function registerTagFollowers(ground: Ground, followers: readonly TagFollower[]): void {
  registered.set(ground, followers);
}

const PART_MEMBERS_MAX = 1_000;

/** Says to the followers that values changed, in parts. */
export async function tellWritten(tx: Tx, ground: Ground, { member_ids, later }: TagsWritten): Promise<void> {
  for (let from = 0; from < member_ids.length; from += PART_MEMBERS_MAX) {
    const part = member_ids.slice(from, from + PART_MEMBERS_MAX);
    for (const follow of registered.get(ground) ?? []) await follow(tx, ground, { member_ids: part, later });
  }
}
