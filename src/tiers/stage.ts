import { type Stage, touchedParties } from "../ingest/index.ts";
import { markDirty } from "./dirty-store.ts";
import { ladderState } from "./ladder-store.ts";

/** Where the ladder counts activity, whoever a record is about is marked with it; sales tell by themselves. */
export const tierStage: Stage = {
  domain: "tiers",
  async apply(tx, ground, records) {
    const { party_ids } = touchedParties(records);
    if (party_ids.length === 0 || (await ladderState(tx))?.counts_activity !== true) return [];
    await markDirty(tx, { party_ids }, ground.clock.now());
    return [];
  },
  async retract(tx, ground, records) {
    await markDirty(tx, touchedParties(records), ground.clock.now());
  },
};
