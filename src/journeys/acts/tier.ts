import { giveTier, rehearseTier } from "../../tiers/index.ts";
import type { Node } from "../definition.ts";
import type { Doer } from "./act.ts";

/** A tier for some days, with the journey as its reason. */
export const tier: Doer<Extract<Node, { kind: "tier" }>> = {
  act: async (tx, ground, asks, { definition }) => {
    const node = asks[0]?.node;
    if (node === undefined) return [];
    const gift = { tier: node.tier, days: node.days, reason: definition.zh };
    const refused = await giveTier(
      tx,
      ground,
      gift,
      asks.map((ask) => ask.member_id),
    );
    return asks.map(() => refused);
  },
  rehearse: async (tx, _ground, asks) => {
    const refused = await rehearseTier(tx, asks[0]?.node.tier ?? "");
    return asks.map(() => refused);
  },
};
