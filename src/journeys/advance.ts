import type { Ground } from "../ground.ts";
import { commitWithin, type Request } from "../points/index.ts";
import { addDays, businessDay, Problem } from "../platform/index.ts";
import { type MessageRequest, REQUESTS_MAX, requestMessages } from "../channels/index.ts";
import { membersMeeting } from "../segments/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { isAmong, partOf } from "./bucket.ts";
import { type LiveVersion, movingVersions } from "./journey-store.ts";
import { after, nextTime, nextWithin } from "./moment.ts";
import { edgeOf, type Plan, planOf, type Stop } from "./plan.ts";
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

/** Runs that one transaction moves: some tenths of a second, and no more messages than may be asked for at once. */
const RUNS_A_BATCH = REQUESTS_MAX;
/** Nodes that a run passes in one go at most; whoever has more ahead of it goes on with the next batch. */
const NODES_A_GO = 60;

/** A run while its batch walks. */
interface Walker {
  readonly run: DueRun;
  node: number;
  step: number;
  due_at: Date;
  heard: boolean;
  /** Whether it has begun to wait where it stands. */
  waits: boolean;
  readonly trail: number[];
  ended: Ended | null;
}

/** What a batch does beside moving: all of it becomes true with the move, or none. */
interface Effects {
  readonly messages: MessageRequest[];
  readonly points: {
    readonly request: Request;
    readonly run_id: number;
    readonly step: number;
    readonly node: number;
  }[];
}

interface Walk {
  readonly tx: Tx;
  readonly ground: Ground;
  readonly plan: Plan;
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
  const due = await takeDue(tx, version.version_id, now, RUNS_A_BATCH);
  if (due.length === 0) return 0;
  const plan = planOf(version.version_id, version.definition);
  const members = await currentMembers(
    tx,
    due.map((run) => run.member_id),
  );
  const walkers = due.map((run): Walker => {
    const member_id = members.get(run.member_id);
    const ended = endedBefore(run, member_id, version);
    return { ...run, run: { ...run, member_id: member_id ?? run.member_id }, trail: [], ended };
  });
  const walk: Walk = { tx, ground, plan, now, effects: { messages: [], points: [] } };
  await passNodes(walk, walkers);
  await writeMoved(tx, walkers.map(movedOf), now);
  await addCounts(tx, plan.version_id, lane, countsOf(walkers));
  await carryOutEffects(walk);
  return walkers.length;
}

function endedBefore(
  { goal_at }: DueRun,
  member_id: number | undefined,
  { state, definition }: LiveVersion,
): Ended | null {
  if (member_id === undefined) return "member_gone";
  if (goal_at !== null && definition.goal?.exit === true) return "goal";
  return state === "ended" ? "stopped" : null;
}

async function passNodes(walk: Walk, walkers: readonly Walker[]): Promise<void> {
  for (let go = 0; go < NODES_A_GO; go += 1) {
    const moving = walkers.filter((walker) => walker.ended === null && walker.due_at <= walk.now);
    if (moving.length === 0) return;
    for (const [place, at] of Map.groupBy(moving, (walker) => walker.node)) {
      const stop = walk.plan.stops[place];
      if (stop === undefined) for (const walker of at) walker.ended = "lost_way";
      else await passNode(walk, stop, at);
    }
  }
}

/** Everybody who is due at a node leaves it, or begins to wait there. */
async function passNode(walk: Walk, stop: Stop, walkers: readonly Walker[]): Promise<void> {
  const { node } = stop;
  const { plan, effects } = walk;
  switch (node.kind) {
    case "exit":
      for (const walker of walkers) walker.ended = "finished";
      return;
    case "condition": {
      const ids = [...new Set(walkers.map(({ run }) => run.member_id))];
      const meeting = await membersMeeting(walk.tx, walk.ground, node.condition, ids);
      for (const walker of walkers) leave(stop, walker, meeting.has(walker.run.member_id) ? 0 : 1);
      return;
    }
    case "random": {
      const salt = `${plan.definition.key} ${stop.key}`;
      const percents = node.branches.map((branch) => branch.percent);
      for (const walker of walkers) leave(stop, walker, partOf(salt, walker.run.member_id, percents));
      return;
    }
    case "message":
      for (const walker of walkers) {
        effects.messages.push(messageOf(plan, stop, walker, node.template));
        leave(stop, walker, 0);
      }
      return;
    case "points":
      for (const walker of walkers) {
        effects.points.push(pointsOf(walk, stop, walker, node));
        leave(stop, walker, 0);
      }
      return;
    default:
      for (const walker of walkers) passWait(walk, stop, walker, node);
  }
}

type Waiting = Extract<Stop["node"], { kind: "wait" | "wait_until" | "window" }>;

/** Who arrives begins to wait; who has waited goes on. */
function passWait({ ground, now }: Walk, stop: Stop, walker: Walker, node: Waiting): void {
  const { timezone } = ground.config;
  if (node.kind === "window") {
    const opens = nextWithin(now, node, timezone);
    if (opens > now) walker.due_at = opens;
    else leave(stop, walker, 0);
  } else if (walker.waits) leave(stop, walker, node.kind === "wait" || walker.heard ? 0 : 1);
  else {
    // from when it came here, not from when somebody looked: an outage, or a pause, makes nobody wait longer
    const over = after(walker.due_at, node.kind === "wait" ? node.for : node.within, timezone);
    walker.due_at = node.kind === "wait" && node.at !== undefined ? nextTime(over, node.at, timezone) : over;
    walker.waits = true;
  }
}

function leave(stop: Stop, walker: Walker, way: number): void {
  walker.trail.push(edgeOf(stop.place, way));
  walker.step += 1;
  walker.heard = false;
  walker.waits = false;
  const next = stop.ways[way];
  if (next === undefined || next < 0) walker.ended = "lost_way";
  else walker.node = next;
}

const effectKey = ({ version_id }: Plan, { place }: Stop, { run, step }: Walker) =>
  `${version_id}.${run.run_id}.${place}.${step}`;

function messageOf(plan: Plan, stop: Stop, walker: Walker, template: string): MessageRequest {
  return { effect_key: effectKey(plan, stop, walker), member_id: walker.run.member_id, template };
}

function pointsOf(
  { ground, plan, now }: Walk,
  stop: Stop,
  { run, step }: Walker,
  { points, valid_days, budget }: Extract<Stop["node"], { kind: "points" }>,
): Effects["points"][number] {
  const today = businessDay(now, ground.config.timezone);
  const key = `journey ${plan.version_id}.${run.run_id}.${stop.place}.${step}`;
  const command = {
    type: "earn" as const,
    owner: run.member_id,
    points,
    reference: key,
    ...(valid_days === null ? {} : { last_day: addDays(today, valid_days - 1) }),
    ...(budget === undefined ? {} : { budget }),
  };
  return { request: { key, command }, run_id: run.run_id, step, node: stop.place };
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

/** Points last: from there to the commit nobody else writes to the ledger. */
async function carryOutEffects({ tx, ground, now, effects }: Walk): Promise<void> {
  for (let at = 0; at < effects.messages.length; at += REQUESTS_MAX)
    await requestMessages(tx, ground, "journeys", effects.messages.slice(at, at + REQUESTS_MAX));
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

/** Whether a member only is compared with. */
export const isHeldOut = ({ key, hold_out_percent }: Plan["definition"], member_id: number): boolean =>
  hold_out_percent > 0 && isAmong(`hold-out ${key}`, member_id, hold_out_percent);
