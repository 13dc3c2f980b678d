import pg from "pg";
import type { Ground } from "../../ground.ts";
import { businessDay, Problem } from "../../platform/index.ts";
import { membersMeeting, membersMeetingThen } from "../../segments/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { ENTRANTS_MAX, enterMembers, entrantOf } from "../enter.ts";
import { keepPortion, liveSchedules, membersThen, type OpenMoment, takeMoment, tellMoments } from "./moment-store.ts";
import { momentsBetween, type ScheduleEntry } from "./moments.ts";

const DAY_MS = 86_400_000;
/** After an outage the moments of so many days are caught up; what is told later is no longer to the point. */
export const CATCH_UP_DAYS = 7;

/** What an entry by a moment is known by, in whatever version. */
export const momentCause = (at: Date): string => `moment ${at.toISOString()}`;

/**
 * The next portion of the members of a moment that has come; each moment is told once, also the ones that an outage fell on.
 * @returns whether more may wait
 */
export async function enterScheduled(ground: Ground, portion = ENTRANTS_MAX): Promise<boolean> {
  const resting = restingOf(ground);
  let taken: OpenMoment | undefined;
  try {
    return await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await tellDue(tx, ground);
      taken = await takeMoment(tx, [...resting.keys()]);
      if (taken === undefined) return false;
      await enterPortion(tx, ground, taken, portion);
      return true;
    });
  } catch (error) {
    if (taken !== undefined && isStatements(error))
      resting.set(taken.version_id, ground.wall.now().getTime() + REST_MS);
    throw error;
  }
}

/** Whether a statement itself failed: not a lost connection, a shutdown, or a conflict with another worker (classes 08, 57, 40). */
function isStatements(error: unknown): boolean {
  // the server's own errors alone: EPIPE, of a connection that broke, looks like a class of theirs
  return error instanceof pg.DatabaseError && !/^(08|57|40)/.test(error.code ?? "08");
}

/** A version whose moment failed stands back so long, for the moments of others. */
const REST_MS = 60_000;
const rests = new WeakMap<Ground, Map<number, number>>();

function restingOf(ground: Ground): Map<number, number> {
  const resting = rests.get(ground) ?? new Map<number, number>();
  rests.set(ground, resting);
  const now = ground.wall.now().getTime();
  for (const [version_id, until] of resting) if (until <= now) resting.delete(version_id);
  return resting;
}

async function tellDue(tx: Tx, ground: Ground): Promise<void> {
  const now = ground.clock.now();
  const too_late = now.getTime() - CATCH_UP_DAYS * DAY_MS;
  for (const schedule of await liveSchedules(tx)) {
    const { entry } = schedule.definition;
    if (entry.kind !== "schedule") continue;
    const moments = momentsBetween(entry, schedule.told_until, now, ground.config.timezone);
    const told = moments.map((at) => ({ at, reason: at.getTime() < too_late ? "journeys.moment_too_late" : null }));
    await tellMoments(tx, schedule, told, now);
  }
}

async function enterPortion(tx: Tx, ground: Ground, moment: OpenMoment, limit: number): Promise<void> {
  const { at, version_id, journey, state, definition } = moment;
  const now = ground.clock.now();
  const { entry } = definition;
  if (entry.kind !== "schedule") throw new Error(`version ${version_id} has a moment and no schedule`);
  const asked = await membersThen(tx, at, { after: moment.after_member_id, limit, member_id: null });
  const last = asked.at(-1) ?? null;
  try {
    const met = await meetingAt(tx, ground, entry, { at, now }, asked);
    const entrants = met.map((member_id) => entrantOf(definition, member_id, momentCause(at), undefined));
    // as of the moment, not of when a worker got to it: so waits count, and so a dry run says it
    const entered = await enterMembers(tx, { version_id, journey, state, definition }, entrants, at);
    await keepPortion(tx, moment, { last, asked: asked.length, met: met.length, entered }, now);
  } catch (error) {
    // what the condition refers to is gone: this moment is over and says why, the others go on
    if (!(error instanceof Problem)) throw error;
    await keepPortion(tx, moment, { last: null, asked: 0, met: 0, entered: 0, reason: error.code }, now);
  }
}

/** Who of some members meets a schedule's condition: of now, or, when its day is over, as of the moment. */
async function meetingAt(
  tx: Tx,
  ground: Ground,
  { condition }: ScheduleEntry,
  { at, now }: { readonly at: Date; readonly now: Date },
  member_ids: readonly number[],
): Promise<number[]> {
  if (condition === undefined) return [...member_ids];
  const { timezone } = ground.config;
  const today = businessDay(at, timezone);
  const meeting =
    today === businessDay(now, timezone)
      ? await membersMeeting(tx, ground, condition, member_ids)
      : await meetingThen(tx, ground, condition, at, member_ids);
  return member_ids.filter((member_id) => meeting.has(member_id));
}

/** Who of some members met a condition at a moment. */
export function meetingThen(
  tx: Tx,
  ground: Ground,
  condition: unknown,
  at: Date,
  member_ids: readonly number[],
): Promise<ReadonlySet<number>> {
  const today = businessDay(at, ground.config.timezone);
  return membersMeetingThen(tx, ground, condition, {
    today,
    thens: member_ids.map((member_id) => ({ member_id, at })),
  });
}
