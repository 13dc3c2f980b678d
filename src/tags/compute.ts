import type { Ground } from "../ground.ts";
import { businessDay, delaySeconds, sleep } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { dependantsOf } from "./dependants-store.ts";
import { freshnessOf } from "./metrics.ts";
import { followSwitches } from "./switch-store.ts";
import { turnTo } from "./ahead.ts";
import { type DirtyBatch, firstMarked, foldMarks, marksExceed, takeDirty } from "./dirty-store.ts";
import { tellWritten } from "./followers.ts";
import { ensureRows, tagFailures, writeFailures } from "./failure-store.ts";
import { keysDecidedBy, valuesStatement } from "./values-statement.ts";
import { lockComputing, writeSomeValues, writeValues } from "./tags-store.ts";

/** Marks taken at once; 1,000 members take about a second, so that a fresh mark waits for no more than that. */
export const MARKS_MAX = 1_000;
/** Of them such as wait behind what happens now: a quarter of a second, which is what a fresh mark waits for at most. */
const LATER_MAX = 250;
/** From here on the queue is behind, and its head is folded before marks are taken; the head holds so many times as many. */
const BEHIND_MARKS = 4 * MARKS_MAX;
const HEAD_MARKS = 20 * MARKS_MAX;
const BUSY_MS = 50;
/** Members computed by one statement. */
export const MEMBERS_MAX = 1_000;

/**
 * Computes members now in PostgreSQL and keeps the result.
 * @param keys of the tags that can have changed; all by default
 * @param later whether it is not because of anything that came: then what follows from it waits behind what happens now
 * @returns those whose values changed
 */
export async function computeMembers(
  tx: Tx,
  ground: Ground,
  book: TagBook,
  member_ids: readonly number[],
  today: string,
  keys?: readonly string[],
  later = false,
): Promise<number[]> {
  if (member_ids.length === 0) return [];
  const failed = new Set((await tagFailures(tx)).map(({ key }) => key));
  const working = failed.size === 0 ? keys : (keys ?? [...book.tags.keys()]).filter((key) => !failed.has(key));
  if (working?.length === 0) return [];
  // compiling such a wide statement would take longer than running it
  await tx.query("set local jit = off");
  const changed: number[] = [];
  for (let at = 0; at < member_ids.length; at += MEMBERS_MAX) {
    const part = member_ids.slice(at, at + MEMBERS_MAX);
    const now = ground.clock.now();
    if (failed.size > 0 && keys === undefined) await ensureRows(tx, part, now);
    const sql = valuesStatement(ground, book, today, working);
    const found =
      working === undefined
        ? await writeValues(tx, sql, part, now)
        : await writeSomeValues(tx, sql, working, part, now);
    await tellWritten(tx, ground, { member_ids: found, later });
    changed.push(...found);
  }
  return changed;
}

export interface Round {
  readonly marks: number;
  /** Somebody else was computing, and nothing was looked at. */
  readonly busy: boolean;
  /** Whether more may wait. */
  readonly more: boolean;
  readonly changed: readonly number[];
}

/** Computes those who were marked: all tags, or only the tags that their behaviour can have changed. */
async function computeBatch(
  tx: Tx,
  ground: Ground,
  book: TagBook,
  batch: DirtyBatch,
  today: string,
): Promise<number[]> {
  const whole = batch.members.filter(({ kinds }) => kinds === null).map(({ member_id }) => member_id);
  const all = new Set([...whole, ...(await dependantsOf(tx, { member_ids: whole, party_ids: batch.party_ids }))]);
  const turned = new Set(batch.members.filter(({ later }) => later).map(({ member_id }) => member_id));
  const [later, first] = [[...all].filter((id) => turned.has(id)), [...all].filter((id) => !turned.has(id))];
  const changed = await computeMembers(tx, ground, book, first, today);
  changed.push(...(await computeMembers(tx, ground, book, later, today, undefined, true)));
  const some = batch.members.filter(({ member_id }) => !all.has(member_id));
  const groups = Map.groupBy(some, ({ kinds }) => keysDecidedBy(ground, book, today, kinds ?? []).join(" "));
  for (const [name, members] of groups) {
    if (name === "") continue;
    const ids = members.map(({ member_id }) => member_id);
    changed.push(...(await computeMembers(tx, ground, book, ids, today, name.split(" "))));
  }
  return changed;
}

/**
 * One round of the worker: turns the day if a new one began, then computes the members that were marked first. A tag
 * that cannot be computed is set aside with what the database said, and the others are computed without it.
 */
export async function computeDirty(ground: Ground, book: TagBook): Promise<Round> {
  try {
    return await round(ground, book);
  } catch (error) {
    if (!isStatementFault(error) || (await setAside(ground, book)) === 0) throw error;
    return computeDirty(ground, book);
  }
}

/** Finds out which tags fail for the members that wait first, each by itself. @returns how many failed now. */
async function setAside(ground: Ground, book: TagBook): Promise<number> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const { members, known } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    members: await firstMarked(tx, MARKS_MAX),
    known: new Set((await tagFailures(tx)).map(({ key }) => key)),
  }));
  const failures = new Map<string, string>();
  for (const key of book.tags.keys()) {
    if (known.has(key)) continue;
    const sql = valuesStatement(ground, book, today, [key]);
    try {
      await ground.store.read(SYSTEM_SCOPE, (tx) => tx.query(sql, [members]));
    } catch (error) {
      if (!isStatementFault(error)) throw error;
      failures.set(key, String((error as Error).message).slice(0, 300));
    }
  }
  if (failures.size === 0) return 0;
  ground.log.error({ tags: Object.fromEntries(failures) }, "tags that cannot be computed were set aside");
  await ground.store.write(SYSTEM_SCOPE, (tx) => writeFailures(tx, failures, ground.clock.now()));
  return failures.size;
}

/** PostgreSQL's classes 22 (data exception), 42 (names and types) and 54 (limits): the statement's fault, not the connection's. */
function isStatementFault(error: unknown): boolean {
  return /^(22|42|54)/.test((error as { code?: string }).code ?? "");
}

async function round(ground: Ground, book: TagBook): Promise<Round> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const done = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (!(await lockComputing(tx))) return { marks: 0, busy: true, more: false, changed: [], since: null };
    await followSwitches(tx, book);
    await turnTo(tx, ground, book, today);
    if (await marksExceed(tx, BEHIND_MARKS)) await foldMarks(tx, HEAD_MARKS);
    const batch = await takeDirty(tx, MARKS_MAX, LATER_MAX);
    const changed = await computeBatch(tx, ground, book, batch, today);
    return { marks: batch.marks, busy: false, more: batch.more, since: batch.since, changed };
  });
  if (done.since !== null) freshnessOf(ground).observe(delaySeconds(ground.clock, done.since));
  if (done.changed.length > 0) ground.signals.emit("tags.changed", { member_ids: done.changed });
  return { marks: done.marks, busy: done.busy, more: done.more, changed: done.changed };
}

/** Until nothing is marked any more: for tests, seeding and commands. */
export async function settleTags(ground: Ground, book: TagBook): Promise<number> {
  let changed = 0;
  for (;;) {
    const round = await computeDirty(ground, book);
    changed += round.changed.length;
    // a process that was killed computes until its database connection notices
    if (round.busy) await sleep(BUSY_MS);
    else if (round.marks === 0) return changed;
  }
}
