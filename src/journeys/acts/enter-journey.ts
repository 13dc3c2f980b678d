import type { Tx } from "../../store/index.ts";
import type { Node } from "../definition.ts";
import { enterEach, entrantOf } from "../enter.ts";
import { enteredVersions } from "../journey-store.ts";
import type { Ask, Doer } from "./act.ts";

type EnterNode = Extract<Node, { kind: "enter" }>;

/** The version that is entered now; undefined: the journey is not live, or not entered over the API. */
async function openVersion(tx: Tx, asks: readonly Ask<EnterNode>[]) {
  const version = (await enteredVersions(tx)).find((one) => one.journey === asks[0]?.node.journey);
  return version?.definition.entry.kind === "api" ? version : undefined;
}

/** Members enter another journey as well, each as that journey allows. */
export const enterJourney: Doer<EnterNode> = {
  act: async (tx, ground, asks) => {
    const version = await openVersion(tx, asks);
    if (version === undefined) return asks.map(() => "journeys.not_open");
    const entrants = asks.map(({ member_id, key }) => entrantOf(version.definition, member_id, key, undefined));
    const entered = new Set(await enterEach(tx, version, entrants, ground.clock.now()));
    // of several asks for one member the first counts
    return asks.map(({ member_id }) => (entered.delete(member_id) ? undefined : "journeys.not_entered"));
  },
  rehearse: async (tx, _ground, asks) => {
    const open = (await openVersion(tx, asks)) !== undefined;
    return asks.map(() => (open ? undefined : "journeys.not_open"));
  },
};
