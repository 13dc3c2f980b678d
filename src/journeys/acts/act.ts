import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import type { Node } from "../definition.ts";
import type { Plan } from "../plan.ts";

/** Nodes at which another domain is asked for something, beside messages and points. */
export type Act = Extract<Node, { kind: "staff_task" | "robot" | "coupon" | "benefit" | "enter" | "tier" | "webhook" }>;

/** What is asked for at a node for one member. */
export interface Ask<N extends Act = Act> {
  /** (version, run, node, step): the same again is the same effect. */
  readonly key: string;
  readonly run_id: number;
  readonly member_id: number;
  readonly step: number;
  readonly place: number;
  readonly at: Date;
  readonly node: N;
}

/** For each that was asked, in their order: why it was refused, as a code of an error; undefined: it was done. */
export type Refusals = readonly (string | undefined)[];

/** How a kind of node is carried out, for all who stand at one node; both judge alike, and the rehearsal writes nothing. */
export interface Doer<N extends Act> {
  readonly act: (tx: Tx, ground: Ground, asks: readonly Ask<N>[], plan: Plan) => Promise<Refusals>;
  readonly rehearse: (tx: Tx, ground: Ground, asks: readonly Ask<N>[]) => Promise<Refusals>;
}
