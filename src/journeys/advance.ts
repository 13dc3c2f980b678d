import type { Ground } from "../ground.ts";
import { commitWithin, type Earn, type Request } from "../points/index.ts";
import { addDays, type BusinessDay, businessDay, Problem } from "../platform/index.ts";
import { type MessageRequest, REQUESTS_MAX, requestMessages } from "../channels/index.ts";
import { membersMeeting } from "../segments/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { Ask } from "./acts/act.ts";
import { carryOutActs } from "./acts/acts.ts";
import { addExposures, type Exposure } from "./exposure-store.ts";
import { type LiveVersion, movingVersions } from "./journey-store.ts";
import { type Plan, planOf, type Stop } from "./plan.ts";
import { prioritiesOf } from "./priority.ts";
import {
  addCounts,
  addTrouble,
  type DueRun,
  type Ended,
  type Moved,
  currentMembers,
  takeDue,
  writeMoved,
} from "./run-store.ts";
import type { Given } from "./variables/event-values.ts";
import { type ToldMessage, toldMessages } from "./variables/told-live.ts";
import { lastPassed, passNodes, type Walk, type Walker } from "./walk.ts";

/** Runs that one transaction moves: some tenths of a second, and no more messages than may be asked for at once. */
const RUNS_A_BATCH = REQUESTS_MAX;
/** What a batch does beside moving: all of it becomes true with the move, or none. */
interface Effects {
  readonly messages: ToldMessage[];
  readonly points: {
    readonly request: Request;
    readonly run_id: number;
    readonly step: number;
    readonly node: number;
  }[];
  readonly acts: Ask[];
  readonly exposures: Exposure[];
}

interface Batch {
  readonly tx: Tx;
  readonly ground: Ground;
  readonly now: Date;
  readonly effects: Effects;
}

/** One pass over all versions in which somebody is due. @returns how many runs moved */
export async function advance(ground: Ground, lane = 0): Promise<number> {
  const versions = await ground.store.read(SYSTEM_SCOPE, movingVersions);
  let moved = 0;
  for (const version of versions)
    moved += await ground.store.write(SYSTEM_SCOPE, (tx) => advanceVersion(tx, ground, version, lane));
  return moved;
}

/**
 * Moves the runs of a version that are due, each as far as it gets: nodes that take no time are passed in one go, a node at
 * a time for all who stand there. Their messages and points are asked for in the same transaction under the key
 * (version, run, node, step), so that a killed worker has done all of a batch or nothing of it.
 */
export async function advanceVersion(tx: Tx, ground: Ground, version: LiveVersion, lane: number): Promise<number> {
  const now = ground.clock.now();
  const plan = planOf(version.version_id, version.definition);
  const due = await takeDue(tx, version.version_id, now, { limit: RUNS_A_BATCH, trails: plan.looks_back });
  if (due.length === 0) return 0;
  const members = await currentMembers(
    tx,
    due.map((run) => run.member_id),
  );
  const walkers = due.map((run): Walker => {
    const member_id = members.get(run.member_id);
    const ended = endedBefore(run, member_id, version);
    const then = { before: run.trail, before_at: run.trail_at };
    return { ...run, ...then, run: { ...run, member_id: member_id ?? run.member_id }, now, trail: [], ended };
  });
  const batch: Batch = { tx, ground, now, effects: { messages: [], points: [], acts: [], exposures: [] } };
  await passNodes(liveWalk(batch, plan, new Map(due.map(({ run_id, given }) => [run_id, given]))), walkers);
  await writeMoved(tx, walkers.map(movedOf), now);
  await addCounts(tx, plan.version_id, lane, countsOf(walkers));
  await carryOutEffects(batch, plan);
  return walkers.length;
}

/** Asks what is known now, and gathers what is to be done. */
function liveWalk({ tx, ground, effects }: Batch, plan: Plan, given: ReadonlyMap<number, Given | null>): Walk {
  return {
    plan,
    timezone: ground.config.timezone,
    meeting: async (condition, walkers) => {
      const ids = [...new Set(walkers.map(({ run }) => run.member_id))];
      const meeting = await membersMeeting(tx, ground, condition, ids);
      return new Set(walkers.filter(({ run }) => meeting.has(run.member_id)));
    },
    message: (stop, walker, node) => {
      const { run_id, member_id } = walker.run;
      const request = messageOf(plan, stop, walker, node.template);
      const passed = lastPassed(plan.told.places, walker);
      const telling = { run_id, member_id, place: stop.place, given: given.get(run_id) ?? null, passed };
      effects.messages.push({ request, telling: node.variables === undefined ? undefined : telling });
    },
    points: (stop, walker, node) => {
      const { key, command } = earnOf(plan, stop, walker, node, ground.config.timezone);
      const { step, run } = walker;
      effects.points.push({ request: { key, command }, run_id: run.run_id, step, node: stop.place });
    },
    act: (stop, walker, node) => effects.acts.push(askOf(plan, stop, walker, node)),
    exposed: ({ run, now }, experiment, variant) =>
      effects.exposures.push({ experiment, member_id: run.member_id, variant, at: now }),
  };
}

export function endedBefore(
  { goal_at }: Pick<DueRun, "goal_at">,
  member_id: number | undefined,
  { state, definition }: Pick<LiveVersion, "state" | "definition">,
): Ended | null {
  if (member_id === undefined) return "member_gone";
  if (goal_at !== null && definition.goal?.exit === true) return "goal";
  return state === "ended" ? "stopped" : null;
}

const effectKey = ({ version_id }: Plan, { place }: Stop, { run, step }: Walker) =>
  `${version_id}.${run.run_id}.${place}.${step}`;

function messageOf(plan: Plan, stop: Stop, walker: Walker, template: string): MessageRequest {
  return { effect_key: effectKey(plan, stop, walker), member_id: walker.run.member_id, template };
}

/** What another domain is asked for at a node. */
export function askOf<N extends Ask["node"]>(plan: Plan, stop: Stop, walker: Walker, node: N): Ask<N> {
  const { run, step, now } = walker;
  const key = `journey ${effectKey(plan, stop, walker)}`;
  return { key, run_id: run.run_id, member_id: run.member_id, step, place: stop.place, at: now, node };
}

/** What the ledger is asked for at a node of points. */
export function earnOf(
  plan: Plan,
  stop: Stop,
  walker: Walker,
  { points, valid_days, budget }: Extract<Stop["node"], { kind: "points" }>,
  timezone: string,
): { readonly key: string; readonly command: Earn; readonly day: BusinessDay } {
  const day = businessDay(walker.now, timezone);
  const key = `journey ${effectKey(plan, stop, walker)}`;
  const command = {
    type: "earn" as const,
    owner: walker.run.member_id,
    points,
    reference: key,
    ...(valid_days === null ? {} : { last_day: addDays(day, valid_days - 1) }),
    ...(budget === undefined ? {} : { budget }),
  };
  return { key, command, day };
}

const movedOf = ({ run, node, step, due_at, waits, trail, ended }: Walker): Moved => ({
  run_id: run.run_id,
  node,
  step,
  due_at,
  waits,
  trail,
  ended,
});

function countsOf(walkers: readonly Walker[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { trail } of walkers) for (const edge of trail) counts.set(edge, (counts.get(edge) ?? 0) + 1);
  return counts;
}

/**
 * Points last: from there to the commit nobody else writes to the ledger. Only where a message tells of them it comes after,
 * for what the ledger refused is not told.
 */
async function carryOutEffects(batch: Batch, plan: Plan): Promise<void> {
  const { tx, ground, now, effects } = batch;
  await addExposures(tx, { version_id: plan.version_id, journey: plan.definition.key }, effects.exposures);
  await addTrouble(tx, await carryOutActs(tx, ground, plan, effects.acts), now);
  const tells_points = [...plan.told.places].some((place) => plan.stops[place]?.node.kind === "points");
  if (tells_points) await givePoints(batch);
  await askForMessages(batch, plan);
  if (!tells_points) await givePoints(batch);
}

async function askForMessages({ tx, ground, effects }: Batch, plan: Plan): Promise<void> {
  const told = await toldMessages(tx, ground, plan, effects.messages);
  const priority = await prioritiesOf(
    tx,
    plan.definition,
    told.map(({ member_id }) => member_id),
  );
  const messages = told.map((one) => ({ ...one, priority: priority(one.member_id) }));
  for (let at = 0; at < messages.length; at += REQUESTS_MAX)
    await requestMessages(tx, ground, "journeys", messages.slice(at, at + REQUESTS_MAX));
}

async function givePoints({ tx, ground, now, effects }: Batch): Promise<void> {
  if (effects.points.length === 0) return;
  const outcomes = await commitWithin(
    tx,
    ground,
    effects.points.map(({ request }) => request),
  );
  const refused = effects.points.flatMap(({ run_id, step, node }, at) => {
    const outcome = outcomes[at];
    if (outcome === undefined || "answer" in outcome) return [];
    if (!(outcome.refused instanceof Problem)) throw outcome.refused;
    return [{ run_id, step, node, code: outcome.refused.code }];
  });
  await addTrouble(tx, refused, now);
}
