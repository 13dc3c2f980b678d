import type { Ground } from "../ground.ts";
import { businessDay, delaySeconds } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  announceChanges,
  endGrants,
  type MoveReason,
  moveFor,
  newMoves,
  settleRanks,
  type TierChange,
} from "./change-store.ts";
import { dueMembers, finishDay, lock, takeDirty, tryLock, unmarked, writeFull } from "./dirty-store.ts";
import { followIdentities } from "./joining-store.ts";
import { stepsOf } from "./ladder.ts";
import { ladderState, type LadderState } from "./ladder-store.ts";
import { freshnessOf } from "./metrics.ts";
import {
  closePeriods,
  type Evaluation,
  GIVEN_MAX,
  type Members,
  placeNew,
  prepare,
  writeAmounts,
} from "./standing-store.ts";

/** Marks taken at once. */
export const MARKS_MAX = 2_000;
/** Members whose turn of the day is made in one transaction; where more are due, everyone is evaluated in one pass. */
export const DUE_MAX = 5_000;

export const todayOf = (ground: Ground): string => businessDay(ground.clock.now(), ground.config.timezone);

export interface Evaluated {
  readonly changes: readonly TierChange[];
  /** Members whose amounts or earned tier were found other than stored. */
  readonly touched: readonly number[];
}

/**
 * Evaluates members on `today`: identities, ends of periods, present amounts, grants; writes changes and tells them.
 * Doing it twice changes nothing more.
 * @param members these, or null for all. @param reason why whoever moves now is moved, where it is not by amounts.
 */
export async function evaluate(
  tx: Tx,
  ground: Ground,
  state: Pick<LadderState, "definition">,
  members: Members,
  today: string = todayOf(ground),
  reason: MoveReason | null = null,
): Promise<Evaluated> {
  if (members !== null && members.length === 0) return { changes: [], touched: [] };
  const member_ids = members !== null && members.length > GIVEN_MAX ? null : members;
  await prepare(tx, member_ids);
  const { definition: ladder } = state;
  const evaluation: Evaluation = { tx, ground, ladder, steps: stepsOf(ladder), today, member_ids };
  await newMoves(tx);
  if (reason !== null) await moveFor(tx, members ?? [], reason);
  await followIdentities(tx, member_ids, ground.clock.now());
  await placeNew(evaluation);
  await closePeriods(evaluation);
  const touched = await writeAmounts(evaluation);
  await endGrants(evaluation);
  const changes = await settleRanks(evaluation);
  await announceChanges(tx, changes, ground.clock.now());
  return { changes, touched };
}

/** One round of the worker: the oldest marks. @returns how many it took. */
export async function evaluateDirty(ground: Ground): Promise<number> {
  const round = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const state = await ladderState(tx);
    if (state === undefined || !(await tryLock(tx))) return { marks: 0, since: null, changes: [] };
    const batch = await takeDirty(tx, MARKS_MAX);
    const { changes } = await evaluate(tx, ground, state, batch.member_ids);
    return { marks: batch.marks, since: batch.since, changes };
  });
  if (round.since !== null) freshnessOf(ground).observe(delaySeconds(ground.clock, round.since));
  if (round.changes.length > 0)
    ground.signals.emit("tiers.changed", { member_ids: round.changes.map((change) => change.member_id) });
  return round.marks;
}

/**
 * The tiers' part of midnight (activate pending points → qualify tiers → expire → notify): whoever is due on the new
 * day. Each transaction leaves fewer due, so that it may stop anywhere and go on later, also days later.
 * @returns whether there may be more.
 */
export async function turnDay(ground: Ground): Promise<boolean> {
  const today = todayOf(ground);
  const state = await ground.store.read(SYSTEM_SCOPE, ladderState);
  if (state === undefined || state.day === today) return false;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (!(await tryLock(tx))) return false;
    const due = await dueMembers(tx, today, state.definition.grace_days, DUE_MAX + 1);
    await evaluate(tx, ground, state, due.length > DUE_MAX ? null : due, today);
    const left = await dueMembers(tx, today, state.definition.grace_days, 1);
    if (left.length > 0) return true;
    await finishDay(tx, today);
    return false;
  });
}

/** Until nothing is marked or due any more: for tests, seeding and before a full evaluation. */
export async function settleTiers(ground: Ground): Promise<void> {
  for (;;) {
    const more = await turnDay(ground);
    if ((await evaluateDirty(ground)) === 0 && !more) return;
  }
}

/**
 * Evaluates everyone in one pass: the periodic truth.
 * @returns how many members, marked ones apart, were found other than stored; must be 0.
 */
export async function evaluateAll(ground: Ground): Promise<{ difference: number; changes: number }> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await lock(tx);
    const state = await ladderState(tx);
    if (state === undefined) return { difference: 0, changes: 0 };
    const { changes, touched } = await evaluate(tx, ground, state, null);
    const found = new Set([...touched, ...changes.map((change) => change.member_id)]);
    const difference = state.full_at === null ? 0 : (await unmarked(tx, [...found])).length;
    await writeFull(tx, difference, ground.clock.now());
    await finishDay(tx, todayOf(ground));
    return { difference, changes: changes.length };
  });
}
