import type { Stage } from "../ingest/index.ts";
import { markDirty } from "./dirty-store.ts";
import { ladderState } from "./ladder-store.ts";

/** Where the ladder counts activity, whoever a record is about is marked with it; sales tell by themselves. */
export const tierStage: Stage = {
  domain: "tiers",
  async apply(tx, ground, records) {
    const parties = new Set(records.flatMap(({ party_id }) => party_id ?? []));
    if (parties.size === 0 || (await ladderState(tx))?.counts_activity !== true) return [];
    await markDirty(tx, { party_ids: [...parties] }, ground.clock.now());
    return [];
  },
  async retract(tx, ground, records) {
    const parties = new Set(records.flatMap(({ party_id }) => party_id ?? []));
    await markDirty(tx, { party_ids: [...parties] }, ground.clock.now());
  },
};
