import type { Ground } from "../ground.ts";
import { delaySeconds, sleep, startOfDay } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { limitStatement, todayOf } from "./count.ts";
import { FILL_RETRY_MS, REFRESH_SECONDS_MAX, ROUND_MEMBERS_MAX } from "./limits.ts";
import {
  addSizes,
  forgetRounds,
  keptApartFromWaiting,
  lastRound,
  markRoundsAfter,
  membershipDay,
  rememberRound,
  takeMarks,
  tryLock,
  turnDay,
  waitForLock,
  writeAll,
  writeCheck,
  writeMembers,
  writeWakes,
} from "./membership-store.ts";
import { everyoneStatement, type KeptTree, keptTrees, membershipPlan, wakeStatement } from "./membership-plan.ts";
import { freshnessOf } from "./metrics.ts";
import { type Moved, recordMovements } from "./movement.ts";
import { idsFrom, keptConditions, writeFailure } from "./segment-store.ts";

export interface Round {
  /** Marks that were taken. */
  readonly taken: number;
  /** Somebody else was at it, and nothing was looked at. */
  readonly busy: boolean;
  readonly moved: readonly Moved[];
}

/** Somebody else holds the lock. */
const NOTHING: Round = { taken: 0, busy: true, moved: [] };
const BUSY_MS = 50;

/**
 * One round of the worker: turns the day if a new one began, takes the first marks, and makes the membership of those members in all kept segments what the conditions say, all in one transaction.
 */
export async function followMembers(ground: Ground): Promise<Round> {
  const today = todayOf(ground);
  const { round, since } = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (!(await tryLock(tx))) return { round: NOTHING, since: null };
    const now = ground.clock.now();
    await turnDay(tx, today, startOf(ground, today));
    const marks = await takeMarks(tx, ROUND_MEMBERS_MAX);
    const plan = await membershipPlan(tx, ground, today);
    const concerned = marks.members.filter(({ kinds }) => kinds === null || kinds.some(plan.isDecidedBy));
    const ids = concerned.map(({ member_id }) => member_id);
    // also those who move nowhere: a segment that is being filled may read what no other reads
    if (concerned.length < marks.members.length)
      await rememberRound(
        tx,
        marks.members.map(({ member_id }) => member_id),
        now,
      );
    const moved = await evaluate(tx, ground, ids, today, now);
    return { round: { taken: marks.marks, busy: false, moved }, since: marks.since };
  });
  if (since !== null) freshnessOf(ground).observe(delaySeconds(ground.clock, since));
  if (round.moved.length > 0) ground.signals.emit("segments.changed", { segment_ids: idsOf(round.moved) });
  return round;
}

function startOf(ground: Ground, day: string): Date {
  return startOfDay(day, ground.config.timezone);
}

function idsOf(moved: readonly Moved[]): number[] {
  return [...new Set(moved.map((one) => one.segment_id))];
}

/** Evaluates members in all segments that are followed and writes what changed. The caller holds the lock. */
async function evaluate(
  tx: Tx,
  ground: Ground,
  member_ids: readonly number[],
  today: string,
  now: Date,
): Promise<Moved[]> {
  if (member_ids.length === 0) return [];
  const plan = await membershipPlan(tx, ground, today);
  if (plan.sql === undefined) {
    await rememberRound(tx, member_ids, now);
    return [];
  }
  await tx.query("set local jit = off");
  const all: Moved[] = [];
  for (let at = 0; at < member_ids.length; at += ROUND_MEMBERS_MAX) {
    const part = member_ids.slice(at, at + ROUND_MEMBERS_MAX);
    const moved = await writeMembers(tx, plan.sql, plan.segment_ids, part, now);
    if (moved.length > 0) await addSizes(tx, moved, now);
    await recordMovements(tx, moved, "member", today, now);
    await rememberRound(tx, part, now);
    all.push(...moved);
  }
  return all;
}

/** Until nothing waits any more and every segment is filled: for tests, seeding and commands. */
export async function settleMembership(ground: Ground): Promise<number> {
  let moved = 0;
  await fillWaiting(ground);
  for (;;) {
    const round = await followMembers(ground);
    moved += round.moved.length;
    if (round.busy) await sleep(BUSY_MS);
    else if (round.taken === 0) return moved;
  }
}

/** When a filling that failed is tried again, by segment. */
const retries = new WeakMap<Ground, Map<number, number>>();

/** Fills every segment whose membership stands for another form of its condition. @returns how many. */
export async function fillWaiting(ground: Ground, signal?: AbortSignal): Promise<number> {
  const later = retries.get(ground) ?? new Map<number, number>();
  retries.set(ground, later);
  const now = ground.clock.now().getTime();
  const waiting = await ground.store.read(SYSTEM_SCOPE, async (tx) =>
    keptTrees(ground, await keptConditions(tx)).filter((one) => !one.filled && now >= (later.get(one.segment_id) ?? 0)),
  );
  for (const { segment_id } of waiting) {
    if (signal?.aborted === true) break;
    if (await fillSegment(ground, segment_id)) later.delete(segment_id);
    else later.set(segment_id, now + FILL_RETRY_MS);
  }
  return waiting.length;
}

/**
 * Fills a segment: everyone for whom the condition holds in one snapshot; whoever was evaluated by a round since then is
 * marked and evaluated again. A failure is kept with the segment. @returns whether it was filled.
 */
export async function fillSegment(ground: Ground, segment_id: number): Promise<boolean> {
  try {
    for (;;) if (await tryFill(ground, segment_id)) return true;
  } catch (error) {
    const failure = error instanceof Error && "toJSON" in error ? error : { detail: String(error) };
    await ground.store.write(SYSTEM_SCOPE, (tx) => writeFailure(tx, segment_id, failure));
    return false;
  }
}

async function treeOf(tx: Tx, ground: Ground, segment_id: number): Promise<KeptTree | undefined> {
  return keptTrees(ground, await keptConditions(tx)).find((one) => one.segment_id === segment_id);
}

/** @returns false when the condition or the day changed meanwhile. */
async function tryFill(ground: Ground, segment_id: number): Promise<boolean> {
  const today = todayOf(ground);
  const tree = await ground.store.read(SYSTEM_SCOPE, (tx) => treeOf(tx, ground, segment_id));
  if (tree === undefined) return true;
  const wakes = wakeStatement(ground, tree, today);
  if (wakes !== undefined) {
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await limitStatement(tx, REFRESH_SECONDS_MAX);
      await writeWakes(tx, wakes);
    });
  }
  const seen = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const round_id = await lastRound(tx);
    await limitStatement(tx, REFRESH_SECONDS_MAX);
    return { round_id, ids: await idsFrom(tx, everyoneStatement(ground, tree, today)) };
  });
  const filled = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await waitForLock(tx);
    const now = ground.clock.now();
    const same = await treeOf(tx, ground, segment_id);
    if (same === undefined) return true;
    await turnDay(tx, today, startOf(ground, today));
    if (same.hash !== tree.hash || (await membershipDay(tx)) !== today) return false;
    const moved = await writeAll(tx, segment_id, seen.ids, tree.hash, now);
    await recordMovements(tx, moved, "filled", today, now);
    await markRoundsAfter(tx, seen.round_id, now);
    await forgetRounds(tx, now);
    return true;
  });
  if (filled) ground.signals.emit("segments.changed", { segment_ids: [segment_id] });
  return filled;
}

/**
 * The periodic truth of one segment: everyone is evaluated in one statement; whoever differs from what is kept, and does
 * not wait to be evaluated, is evaluated again. Those who move then were wrong: a difference, which must be zero.
 */
export async function checkSegment(ground: Ground, segment_id: number): Promise<number> {
  const today = todayOf(ground);
  const differing = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const tree = await treeOf(tx, ground, segment_id);
    if (tree?.filled !== true || (await membershipDay(tx)) !== today) return undefined;
    await limitStatement(tx, REFRESH_SECONDS_MAX);
    const right = new Set(await idsFrom(tx, everyoneStatement(ground, tree, today)));
    const { kept, waiting } = await keptApartFromWaiting(tx, segment_id);
    const stored = new Set(kept);
    const apart = [...right].filter((id) => !stored.has(id)).concat(kept.filter((id) => !right.has(id)));
    const later = new Set(waiting);
    return apart.filter((id) => !later.has(id));
  });
  if (differing === undefined) return 0;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await waitForLock(tx);
    const now = ground.clock.now();
    const moved = await evaluate(tx, ground, differing, today, now);
    const wrong = moved.filter((one) => one.segment_id === segment_id).length;
    await writeCheck(tx, segment_id, wrong, now);
    if (wrong > 0) ground.log.error({ segment_id, wrong }, "a kept segment differed from its full evaluation");
    return wrong;
  });
}
