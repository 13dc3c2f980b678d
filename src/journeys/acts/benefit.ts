import { entitle, rehearseEntitling } from "../../benefits/index.ts";
import type { Node } from "../definition.ts";
import type { Doer } from "./act.ts";

const benefitOf = (asks: readonly { readonly node: { readonly benefit: string } }[]) => asks[0]?.node.benefit ?? "";

/** A benefit beside its rhythm, granted by the turn of benefits as every other. */
export const benefit: Doer<Extract<Node, { kind: "benefit" }>> = {
  act: (tx, ground, asks) => entitle(tx, ground, benefitOf(asks), asks),
  rehearse: (tx, ground, asks) => rehearseEntitling(tx, ground, benefitOf(asks), asks),
};
