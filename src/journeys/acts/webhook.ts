import { rehearseTelling, tellEndpoint } from "../../channels/index.ts";
import type { Node } from "../definition.ts";
import type { Doer } from "./act.ts";

const KIND = "journey.reached";

/** One endpoint hears that a member came here. */
export const webhook: Doer<Extract<Node, { kind: "webhook" }>> = {
  act: async (tx, ground, asks, { definition, stops }) => {
    const messages = asks.map(({ key, member_id, place, at }) => {
      const data = { journey: definition.key, node: stops[place]?.key ?? "", member_id, reference: key };
      return { kind: KIND, data, occurred_at: at };
    });
    const refused = await tellEndpoint(tx, ground, asks[0]?.node.endpoint_id ?? 0, messages);
    return asks.map(() => refused);
  },
  rehearse: async (tx, _ground, asks) => {
    const refused = await rehearseTelling(tx, asks[0]?.node.endpoint_id ?? 0);
    return asks.map(() => refused);
  },
};
