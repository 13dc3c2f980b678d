import type { Ground } from "../../ground.ts";
import { addDays, businessDay, problem, startOfDay } from "../../platform/index.ts";
import { membersMeetingThen } from "../../segments/index.ts";
import type { Tx } from "../../store/index.ts";
import { askOf, earnOf } from "../advance.ts";
import type { JourneyDefinition } from "../definition.ts";
import { type Plan, planOf } from "../plan.ts";
import { lastPassed, type Walk, type Walker } from "../walk.ts";
import { type Asked, historyOf } from "./entries.ts";
import { earlierRuns } from "./history-store.ts";
import type { Note } from "./notes.ts";
import type { Path } from "./path.ts";
import { type Happening, Play, STEPS_MAX } from "./play.ts";
import type { ActEffect, MessageEffect, PointsEffect } from "./summary.ts";

/** No published version has it: what a dry run asks for has keys of its own, which nothing else ever sees. */
const NO_VERSION = 0;
const CONDITION_MEMBERS_MAX = 10_000;

export interface Leading {
  readonly asked: Asked;
  readonly pulse: () => Promise<void>;
  readonly step: () => Promise<void>;
}

/** Of one snapshot: what reads the history, and one for each hand that plays. */
export interface Reading {
  readonly tx: Tx;
  readonly hands: readonly Tx[];
}

export interface PlayedDays {
  readonly plan: Plan;
  /** In the order in which they were entered; a path's number is its place. */
  readonly paths: readonly Path[];
  readonly effects: Effects;
  readonly notes: readonly Note[];
}

export interface Effects {
  readonly messages: MessageEffect[];
  readonly points: PointsEffect[];
  readonly acts: ActEffect[];
}

/**
 * Plays every day. Members are independent of one another, so each hand has its share of them and asks its conditions on its
 * own connection: while the database answers one, another walks (100,000 members over 90 days, two cores: 33 s by one hand,
 * 18 s by two).
 * @throws journeys.dry_run_too_long, journeys.dry_run_whom
 */
export async function playDays(
  { tx, hands }: Reading,
  ground: Ground,
  definition: JourneyDefinition,
  { asked, pulse, step }: Leading,
): Promise<PlayedDays> {
  const { timezone } = ground.config;
  const history = await historyOf(tx, ground, definition, asked);
  const plan = planOf(NO_VERSION, definition);
  const earlier = await earlierRuns(tx, definition.key, asked.from, asked.member_id);
  const effects: Effects = { messages: [], points: [], acts: [] };
  const paths: Path[] = [];
  const plays = hands.map((hand) => {
    const { walk, turnTo } = pastWalk(hand, ground, plan, effects);
    return { play: new Play(walk, earlier, paths), turnTo };
  });
  for (const one of hands) await one.query("set local jit = off");
  const last = new Date(asked.until.getTime() + 1);
  for (let day = businessDay(asked.from, timezone), begins = asked.from; begins < last; ) {
    const ends = startOfDay(addDays(day, 1), timezone);
    const until = ends < last ? ends : last;
    const shares = sharesOf(await history.between(begins, until), hands.length);
    await together(
      plays.map(({ play, turnTo }, hand) => {
        turnTo(day);
        return play.day(shares[hand] ?? [], until, pulse);
      }),
    );
    if (plays.reduce((sum, { play }) => sum + play.steps, 0) > STEPS_MAX)
      throw problem("journeys.dry_run_too_long", { limit: STEPS_MAX, day });
    await step();
    [day, begins] = [addDays(day, 1), ends];
  }
  numberInOrder(paths, effects);
  return { plan, paths, effects, notes: history.notes };
}

/** Ends when all have ended, also where one fails: nobody asks on a connection that was given back. */
async function together(all: readonly Promise<void>[]): Promise<void> {
  for (const one of await Promise.allSettled(all)) if (one.status === "rejected") throw one.reason;
}

/** What happened to the members of each hand. */
function sharesOf(happenings: readonly Happening[], hands: number): readonly (readonly Happening[])[] {
  if (hands === 1) return [happenings];
  const shares = Array.from({ length: hands }, (): Happening[] => []);
  for (const one of happenings) shares[one.member_id % hands]?.push(one);
  return shares;
}

/** Whatever hand was quicker: paths are numbered by the time of their entry, and their effects with them. */
function numberInOrder(paths: Path[], { messages, points, acts }: Effects): void {
  const found = [...paths];
  paths.sort((a, b) => a.entered_at.getTime() - b.entered_at.getTime() || a.member_id - b.member_id || a.path - b.path);
  for (const [at, one] of paths.entries()) one.path = at;
  for (const effects of [messages, points, acts])
    for (const one of effects) one.path = found[one.path]?.path ?? one.path;
}

/** The engine's walk, led through a past day: conditions are asked as of then, messages and points are noted. */
function pastWalk(tx: Tx, ground: Ground, plan: Plan, effects: Effects) {
  const { timezone } = ground.config;
  let today = "";
  const effect = ({ place }: { readonly place: number }, { run, step, now }: Walker) => ({
    path: run.run_id,
    member_id: run.member_id,
    step,
    place,
    at: now,
  });
  const walk: Walk = {
    plan,
    timezone,
    meeting: async (condition, walkers) => {
      const meeting = new Set<Walker>();
      for (const part of partsOf(walkers)) {
        const thens = part.map(({ run, now }) => ({ member_id: run.member_id, at: now }));
        const ids = await membersMeetingThen(tx, ground, condition, { today, thens });
        for (const walker of part) if (ids.has(walker.run.member_id)) meeting.add(walker);
      }
      return meeting;
    },
    message: (stop, walker, { template }) =>
      effects.messages.push({ ...effect(stop, walker), template, passed: lastPassed(plan.told.places, walker) }),
    points: (stop, walker, node) => {
      const earning = earnOf(plan, stop, walker, node, timezone);
      effects.points.push({ ...effect(stop, walker), points: node.points, earning });
    },
    act: (stop, walker, node) => effects.acts.push({ ...effect(stop, walker), ask: askOf(plan, stop, walker, node) }),
    exposed: () => {},
  };
  const turnTo = (day: string) => {
    today = day;
  };
  return { walk, turnTo };
}

/** Parts in which nobody is twice: one question has one instant for each member. */
function partsOf(walkers: readonly Walker[]): Walker[][] {
  const parts: { readonly ids: Set<number>; readonly walkers: Walker[] }[] = [];
  for (const walker of walkers) {
    const id = walker.run.member_id;
    let part = parts.find(({ ids }) => !ids.has(id) && ids.size < CONDITION_MEMBERS_MAX);
    if (part === undefined) parts.push((part = { ids: new Set(), walkers: [] }));
    part.ids.add(id);
    part.walkers.push(walker);
  }
  return parts.map((part) => part.walkers);
}
