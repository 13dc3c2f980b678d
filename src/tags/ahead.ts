import type { Ground } from "../ground.ts";
import { addDays, businessDay, startOfDay } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { takeAhead, unprepared, writeAhead } from "./ahead-store.ts";
import type { TagBook } from "./book.ts";
import { markWoken, moveDay } from "./dirty-store.ts";
import { tellWritten } from "./followers.ts";
import { tagFailures } from "./failure-store.ts";
import { bookHash } from "./registry.ts";
import { followSwitches } from "./switch-store.ts";
import { lockComputing, tagState } from "./tags-store.ts";
import { valuesStatement } from "./values-statement.ts";

/** So long before the turn of a day its values are prepared. */
const AHEAD_MS = 3 * 3_600_000;
/** Members prepared at once; what happens meanwhile waits no longer than for a round of its own. */
const MEMBERS_MAX = 1_000;

/**
 * In the evening: computes some of those who wake up at midnight for the day that begins then, when nothing else waits.
 * Whatever comes later of a member takes the prepared values away again.
 * @returns how many were prepared.
 */
export async function prepareAhead(ground: Ground, book: TagBook): Promise<number> {
  const { timezone } = ground.config;
  const now = ground.clock.now();
  const today = businessDay(now, timezone);
  const tomorrow = addDays(today, 1);
  if (startOfDay(tomorrow, timezone).getTime() - now.getTime() > AHEAD_MS) return 0;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (!(await lockComputing(tx))) return 0;
    await followSwitches(tx, book);
    // a new day, or a tag that fails, is dealt with first
    if ((await tagState(tx)).day !== today || (await tagFailures(tx)).length > 0) return 0;
    const hash = bookHash(book);
    const ids = await unprepared(tx, tomorrow, hash, MEMBERS_MAX);
    if (ids.length === 0) return 0;
    await tx.query("set local jit = off");
    await writeAhead(tx, valuesStatement(ground, book, tomorrow), ids, tomorrow, hash);
    return ids.length;
  });
}

/** Moves to a business day: who was prepared has its values at once, everyone else who wakes up is marked. */
export async function turnTo(tx: Tx, ground: Ground, book: TagBook, today: string): Promise<void> {
  if (!(await moveDay(tx, today))) return;
  const changed = await takeAhead(tx, today, bookHash(book), ground.clock.now());
  await tellWritten(tx, ground, { member_ids: changed, later: true });
  await markWoken(tx, today, startOfDay(today, ground.config.timezone));
}
