import type { RehearsedFate } from "../../channels/index.ts";
import type { RehearsedEarning } from "../../points/index.ts";
import type { Ask } from "../acts/act.ts";
import { edgeOf, type Plan } from "../plan.ts";
import type { Note } from "./notes.ts";
import type { Path } from "./path.ts";

/** A message or points that a path would have asked for. */
export interface Effect {
  path: number;
  readonly step: number;
  readonly place: number;
  readonly member_id: number;
  readonly at: Date;
}

export interface MessageEffect extends Effect {
  readonly template: string;
  /** When the path had last passed the nodes that the message tells of, in seconds. */
  readonly passed: ReadonlyMap<number, number>;
}

export interface PointsEffect extends Effect {
  readonly points: number;
  /** What the ledger would be asked. */
  readonly earning: RehearsedEarning;
}

/** Something else that a path would have asked another domain for. */
export interface ActEffect extends Effect {
  readonly ask: Ask;
}

/** What became of them in the rehearsal. */
export interface Settled {
  readonly messages: readonly (MessageEffect & { readonly fate: RehearsedFate })[];
  readonly points: readonly (PointsEffect & { readonly refused: string | undefined })[];
  readonly acts: readonly (ActEffect & { readonly refused: string | undefined })[];
}

/** A node's messages, or points. */
export interface NodeEffects {
  sent: number;
  held: number;
  waiting: number;
  given: number;
  refused: number;
}

/** What a dry run says as a whole. */
export interface Summary {
  readonly entered: number;
  readonly held_out: number;
  readonly under_way: number;
  readonly finished: number;
  readonly goal: number;
  readonly held_out_goal: number;
  readonly members: number;
  readonly sent: number;
  readonly held: number;
  readonly waiting_messages: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly cost_minor: number;
  readonly points: number;
  readonly points_minor: number;
  readonly refusals: Readonly<Record<string, number>>;
  /** By node: who stands there at the end. */
  readonly waiting: Readonly<Record<string, number>>;
  /** By node and way: how many went. */
  readonly passed: Readonly<Record<string, readonly number[]>>;
  readonly effects: Readonly<Record<string, NodeEffects>>;
  readonly notes: readonly Note[];
}

const countBy = (found: Map<string, number>, key: string) => found.set(key, (found.get(key) ?? 0) + 1);

export function summaryOf(
  plan: Plan,
  paths: readonly Path[],
  settled: Settled,
  { notes, points_minor }: { readonly notes: readonly Note[]; readonly points_minor: number },
): Summary {
  const edges = new Map<number, number>();
  for (const { trail } of paths) for (const edge of trail) edges.set(edge, (edges.get(edge) ?? 0) + 1);
  const standing = new Map<number, number>();
  for (const { node, ended } of paths) if (ended === null) standing.set(node, (standing.get(node) ?? 0) + 1);
  const count = (test: (path: Path) => boolean) => paths.filter(test).length;
  const held_out = count(({ ended }) => ended === "hold_out");
  const byKey = <T>(of: (place: number) => T) =>
    Object.fromEntries(plan.stops.map(({ key, place }) => [key, of(place)]));
  return {
    entered: paths.length - held_out,
    held_out,
    under_way: count(({ ended }) => ended === null),
    finished: count(({ ended }) => ended === "finished" || ended === "goal"),
    goal: count(({ ended, goal_at }) => goal_at !== null && ended !== "hold_out"),
    held_out_goal: count(({ ended, goal_at }) => goal_at !== null && ended === "hold_out"),
    members: new Set(paths.map(({ member_id }) => member_id)).size,
    ...effectTotals(settled),
    points_minor,
    waiting: byKey((place) => standing.get(place) ?? 0),
    passed: byKey((place) => (plan.stops[place]?.ways ?? []).map((_, way) => edges.get(edgeOf(place, way)) ?? 0)),
    effects: nodeEffects(plan, settled),
    notes,
  };
}

function effectTotals({ messages, points, acts }: Settled) {
  const reasons = new Map<string, number>();
  const refusals = new Map<string, number>();
  let cost_minor = 0;
  let given = 0;
  const states = { sent: 0, held: 0, waiting: 0 };
  for (const { fate } of messages) {
    states[fate.state] += 1;
    cost_minor += fate.cost_minor;
    if (fate.reason !== null) countBy(reasons, fate.reason);
  }
  for (const one of points) {
    if (one.refused === undefined) given += one.points;
    else countBy(refusals, one.refused);
  }
  for (const { refused } of acts) if (refused !== undefined) countBy(refusals, refused);
  return {
    sent: states.sent,
    held: states.held,
    waiting_messages: states.waiting,
    reasons: Object.fromEntries(reasons),
    cost_minor,
    points: given,
    refusals: Object.fromEntries(refusals),
  };
}

function nodeEffects({ stops }: Plan, { messages, points, acts }: Settled): Record<string, NodeEffects> {
  const found: Record<string, NodeEffects> = {};
  const of = (place: number): NodeEffects => {
    const key = stops[place]?.key ?? "";
    return (found[key] ??= { sent: 0, held: 0, waiting: 0, given: 0, refused: 0 });
  };
  for (const { place, fate } of messages) of(place)[fate.state] += 1;
  for (const { place, refused } of [...points, ...acts]) of(place)[refused === undefined ? "given" : "refused"] += 1;
  return found;
}
