import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import type { Plan } from "../plan.ts";
import type { Act, Ask, Doer, Refusals } from "./act.ts";
import { benefit } from "./benefit.ts";
import { coupon } from "./coupon.ts";
import { claimEffects } from "./effect-store.ts";
import { robot } from "./robot.ts";
import { enterJourney } from "./enter-journey.ts";
import { staffTask } from "./staff-task.ts";
import { tier } from "./tier.ts";
import { webhook } from "./webhook.ts";

const DOERS: { readonly [Kind in Act["kind"]]: Doer<Extract<Act, { kind: Kind }>> } = {
  staff_task: staffTask,
  robot,
  coupon,
  benefit,
  enter: enterJourney,
  tier,
  webhook,
};

/** Asks of one node are of its kind. */
const doerOf = (kind: Act["kind"]) => DOERS[kind] as Doer<Act>;

interface Refused {
  readonly run_id: number;
  readonly step: number;
  readonly node: number;
  readonly code: string;
}

/** Carries out what was asked for, each once for its (version, run, node, step). @returns what was refused, and why */
export async function carryOutActs(tx: Tx, ground: Ground, plan: Plan, asks: readonly Ask[]): Promise<Refused[]> {
  if (asks.length === 0) return [];
  const fresh = await claimEffects(tx, plan.version_id, asks);
  const refused: Refused[] = [];
  for (const [node, ones] of Map.groupBy(fresh, (ask) => ask.place)) {
    const [first] = ones;
    if (first === undefined) continue;
    const codes = await doerOf(first.node.kind).act(tx, ground, ones, plan);
    for (const [at, { run_id, step }] of ones.entries()) {
      const code = codes[at];
      if (code !== undefined) refused.push({ run_id, step, node, code });
    }
  }
  return refused;
}

/** What `carryOutActs` would refuse, in the order of the asks, without carrying any out. */
export async function rehearseActs(tx: Tx, ground: Ground, asks: readonly Ask[]): Promise<Refusals> {
  const codes = new Map<Ask, string | undefined>();
  for (const ones of Map.groupBy(asks, (ask) => ask.place).values()) {
    const [first] = ones;
    if (first === undefined) continue;
    const found = await doerOf(first.node.kind).rehearse(tx, ground, ones);
    for (const [at, ask] of ones.entries()) codes.set(ask, found[at]);
  }
  return asks.map((ask) => codes.get(ask));
}
