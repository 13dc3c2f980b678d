import type { Act } from "./acts/act.ts";
import { taskEnd } from "./acts/staff-task.ts";
import type { Node } from "./definition.ts";
import { partOf } from "./bucket.ts";
import { after, nextTime, nextWithin } from "./moment.ts";
import { edgeOf, placeOf, type Plan, type Stop } from "./plan.ts";
import type { Ended } from "./run-store.ts";
import type { MessageNode } from "./variables/fill.ts";

/** Nodes that a run passes in one go at most; whoever has more ahead of it goes on with the next. */
const NODES_A_GO = 60;

/** A run while it walks, as far as it gets at one instant. */
export interface Walker {
  readonly run: { readonly run_id: number; readonly member_id: number };
  /** The instant at which it walks. */
  readonly now: Date;
  node: number;
  step: number;
  due_at: Date;
  heard: boolean;
  /** Whether it has begun to wait where it stands. */
  waits: boolean;
  readonly trail: number[];
  /** The way up to now with its instants, where the journey looks back. */
  readonly before: readonly number[];
  readonly before_at: readonly number[];
  ended: Ended | null;
}

/** When a run last passed nodes of these places by the version that it walks, in seconds. */
export function lastPassed(
  places: ReadonlySet<number>,
  { before, before_at, trail, now }: Walker,
): Map<number, number> {
  const passed = new Map<number, number>();
  if (places.size === 0) return passed;
  for (let at = before.findLastIndex((edge) => edge < 0) + 1; at < before.length; at += 1) {
    const { place } = placeOf(before[at] ?? 0);
    if (places.has(place)) passed.set(place, before_at[at] ?? 0);
  }
  for (const edge of trail) {
    const { place } = placeOf(edge);
    if (places.has(place)) passed.set(place, Math.floor(now.getTime() / 1000));
  }
  return passed;
}

type PointsNode = Extract<Node, { kind: "points" }>;

/** What a walk asks of whoever leads it: the engine asks and acts now, a dry run asks the past and only notes. */
export interface Walk {
  readonly plan: Plan;
  readonly timezone: string;
  /** Who of those before a condition meets it, each as of the instant at which it walks. */
  readonly meeting: (condition: unknown, walkers: readonly Walker[]) => Promise<ReadonlySet<Walker>>;
  readonly message: (stop: Stop, walker: Walker, node: MessageNode) => void;
  readonly points: (stop: Stop, walker: Walker, node: PointsNode) => void;
  readonly act: (stop: Stop, walker: Walker, node: Act) => void;
  readonly exposed: (walker: Walker, experiment: string, variant: string) => void;
}

/** Moves everybody who is due as far as they get: nodes that take no time in one go, a node at a time for all who stand there. */
export async function passNodes(walk: Walk, walkers: readonly Walker[]): Promise<void> {
  for (let go = 0; go < NODES_A_GO; go += 1) {
    const moving = walkers.filter((walker) => walker.ended === null && walker.due_at <= walker.now);
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
  const { plan } = walk;
  switch (node.kind) {
    case "exit":
      for (const walker of walkers) walker.ended = "finished";
      return;
    case "condition": {
      const meeting = await walk.meeting(node.condition, walkers);
      for (const walker of walkers) leave(stop, walker, meeting.has(walker) ? 0 : 1);
      return;
    }
    case "random": {
      const salt = `${plan.definition.key} ${stop.key}`;
      const percents = node.branches.map((branch) => branch.percent);
      for (const walker of walkers) leave(stop, walker, partOf(salt, walker.run.member_id, percents));
      return;
    }
    case "ab":
      passExperiment(walk, stop, walkers, node);
      return;
    case "jump":
      for (const walker of walkers)
        leave(stop, walker, timesPassed(walker, edgeOf(stop.place, 1)) < node.times ? 1 : 0);
      return;
    case "coupon":
    case "benefit":
    case "enter":
    case "tier":
    case "webhook":
      for (const walker of walkers) {
        walk.act(stop, walker, node);
        leave(stop, walker, 0);
      }
      return;
    case "message":
      for (const walker of walkers) {
        walk.message(stop, walker, node);
        leave(stop, walker, 0);
      }
      return;
    case "points":
      for (const walker of walkers) {
        walk.points(stop, walker, node);
        leave(stop, walker, 0);
      }
      return;
    case "robot":
      for (const walker of walkers) {
        walk.act(stop, walker, node);
        leave(stop, walker, 0);
      }
      return;
    case "staff_task":
      for (const walker of walkers) passTask(walk, stop, walker, node);
      return;
    default:
      for (const walker of walkers) passWait(walk, stop, walker, node);
  }
}

/** The same experiment splits a member alike in every journey; what it shows is kept. */
function passExperiment(
  walk: Walk,
  stop: Stop,
  walkers: readonly Walker[],
  { experiment, branches }: Extract<Node, { kind: "ab" }>,
): void {
  const percents = branches.map((branch) => branch.percent);
  for (const walker of walkers) {
    const way = partOf(`experiment ${experiment}`, walker.run.member_id, percents);
    walk.exposed(walker, experiment, branches[way]?.variant ?? "");
    leave(stop, walker, way);
  }
}

/** How often a run took an edge of the version that it walks: edges of versions before stand before a negative number. */
function timesPassed({ before, trail }: Walker, edge: number): number {
  const since = before.findLastIndex((one) => one < 0) + 1;
  const passed = (all: readonly number[]) => all.filter((one) => one === edge).length;
  return passed(before.slice(since)) + passed(trail);
}

/** Who comes gives the task, and waits for it where there is a way for one that is not done. */
function passTask(walk: Walk, stop: Stop, walker: Walker, node: Extract<Node, { kind: "staff_task" }>): void {
  if (walker.waits) {
    leave(stop, walker, walker.heard ? 0 : 1);
    return;
  }
  walk.act(stop, walker, node);
  if (node.otherwise === undefined) {
    leave(stop, walker, 0);
    return;
  }
  walker.due_at = taskEnd(node, walker.now, walk.timezone);
  walker.waits = true;
}

type Waiting = Extract<Stop["node"], { kind: "wait" | "wait_until" | "window" }>;

/** Who arrives begins to wait; who has waited goes on. */
function passWait({ timezone }: Walk, stop: Stop, walker: Walker, node: Waiting): void {
  const { now } = walker;
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
