import type { Ground } from "../../ground.ts";
import { addDays, type BusinessDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { ladderState, turnedDay } from "../../tiers/index.ts";
import { type BenefitVersion, inForceOn, publishedBenefits } from "./benefit-store.ts";
import { todayOf } from "./benefits.ts";
import {
  audienceAt,
  audienceSql,
  type LadderInForce,
  lockTurn,
  makeDue,
  moveTurn,
  type Portion,
  type Turn,
} from "./due-store.ts";
import { expireNext, grantNext, remindNext } from "./grant.ts";
import { periodsOn } from "./rhythm.ts";

/** Members looked at in one transaction: some tenths of a second. */
export const MEMBERS_AT_ONCE = 20_000;

/** Whether the tiers have made their turn of a day, or no ladder is in force and there is none to wait for. */
async function tiersAreReady(tx: Tx, today: BusinessDay): Promise<boolean> {
  const day = await turnedDay(tx);
  return day === null || day >= today;
}

export async function ladderInForce(tx: Tx): Promise<LadderInForce | undefined> {
  const state = await ladderState(tx);
  if (state === undefined) return undefined;
  return { ladder: state.ladder, lowest: state.definition.tiers[0]?.key ?? "" };
}

interface Question {
  readonly version: BenefitVersion;
  readonly ladder: LadderInForce | undefined;
  readonly day: BusinessDay;
  readonly today: BusinessDay;
  readonly now: Date;
  readonly portion: Portion;
}

const NOBODY = { members: 0, reached: null, made: 0 } as const;

async function dueBy(tx: Tx, { version, ladder, day, today, now, portion }: Question) {
  const { definition } = version;
  const audience = audienceSql(definition.audience, { ladder, day, today, at: audienceAt(portion) });
  if (audience === undefined) return NOBODY;
  const periods = periodsOn(definition.rhythm, day).map((one) => ({ ...one, due_day: day, audience: 0 }));
  const { benefit } = version;
  if (periods.length === 0) return NOBODY;
  return makeDue(tx, { benefit, audiences: [audience], periods, portion }, { version: version.version, now });
}

/** Benefits and days that one transaction takes on, when few members are looked at for each. */
const MOVES_AT_ONCE = 100;

/**
 * The next portion of members of the next benefits of the next days that are not finished: days that nobody worked on are
 * made up for one after the other. Where it stopped it goes on, whatever stopped it, because its place moves with what it
 * wrote. @returns whether there is more to do
 */
export async function turnNext(ground: Ground, limit = MEMBERS_AT_ONCE): Promise<boolean> {
  const today = todayOf(ground);
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (!(await tiersAreReady(tx, today))) return false;
    const locked = await lockTurn(tx, today);
    if (locked === null || locked.day >= today) return false;
    const facts = { published: await publishedBenefits(tx), ladder: await ladderInForce(tx), now: ground.clock.now() };
    let turn: Turn = locked;
    let left = limit;
    for (let moves = 0; moves < MOVES_AT_ONCE && left > 0 && turn.day < today; moves++) {
      const moved = await moveOn(tx, turn, { ...facts, today, limit: left });
      turn = moved.turn;
      left -= moved.members;
    }
    await moveTurn(tx, turn);
    return true;
  });
}

interface Facts {
  readonly published: Awaited<ReturnType<typeof publishedBenefits>>;
  readonly ladder: LadderInForce | undefined;
  readonly today: BusinessDay;
  readonly now: Date;
  readonly limit: number;
}

/** One portion of one benefit of one day, or the end of that day. */
async function moveOn(
  tx: Tx,
  turn: Turn,
  { published, limit, ...facts }: Facts,
): Promise<{ readonly turn: Turn; readonly members: number }> {
  const day = addDays(turn.day, 1);
  const version = inForceOn(published, day).find(({ benefit }) =>
    turn.reached > 0 ? benefit >= turn.benefit : benefit > turn.benefit,
  );
  if (version === undefined) return { turn: { day, benefit: "", reached: 0 }, members: 0 };
  // a benefit of which the place was kept may have ended meanwhile: the next one begins with its first member
  const after = version.benefit === turn.benefit ? turn.reached : 0;
  const done = await dueBy(tx, { version, day, portion: { after, limit }, ...facts });
  const reached = done.members < limit ? 0 : (done.reached ?? 0);
  return { turn: { day: turn.day, benefit: version.benefit, reached }, members: done.members };
}

/**
 * What members are due today because something about them changed: they need not wait for midnight. Before today's turn
 * of the tiers this does nothing; the turn finds them.
 * @returns how many entitlements were made
 */
export async function dueToday(tx: Tx, ground: Ground, member_ids: readonly number[]): Promise<number> {
  const today = todayOf(ground);
  if (member_ids.length === 0 || !(await tiersAreReady(tx, today))) return 0;
  const benefits = inForceOn(await publishedBenefits(tx), today);
  if (benefits.length === 0) return 0;
  const ladder = await ladderInForce(tx);
  const now = ground.clock.now();
  let made = 0;
  for (const version of benefits)
    made += (await dueBy(tx, { version, ladder, day: today, today, now, portion: { member_ids } })).made;
  return made;
}

/** One step of the work on benefits, each a transaction of its own. @returns whether there is more to do */
export async function workOnBenefits(ground: Ground): Promise<boolean> {
  if (await turnNext(ground)) return true;
  if ((await grantNext(ground)) > 0) return true;
  if ((await expireNext(ground)) > 0) return true;
  return (await remindNext(ground)) > 0;
}

/** Until nothing is left to do today: for tests and seeding. */
export async function settleBenefits(ground: Ground): Promise<void> {
  while (await workOnBenefits(ground));
}
