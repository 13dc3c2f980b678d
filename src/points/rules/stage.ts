import { type Stage, touchedParties } from "../../ingest/index.ts";
import { allTerms } from "./programme-store.ts";
import { eventKinds } from "./settle.ts";
import { markEarning } from "./settle-store.ts";

/** Whoever does something that a rule rewards is marked with the record itself; sales tell by themselves. */
export const pointsStage: Stage = {
  domain: "points",
  async apply(tx, ground, records) {
    const kinds = eventKinds(await allTerms(tx));
    const { party_ids, since } = touchedParties(records.filter(({ kind }) => kinds.includes(kind)));
    await markEarning(tx, { party_ids }, since ?? ground.clock.now());
    return [];
  },
  async retract(tx, ground, records) {
    await markEarning(tx, touchedParties(records), ground.clock.now());
  },
};
