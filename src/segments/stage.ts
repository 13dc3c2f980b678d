import { type Stage, touchedParties } from "../ingest/index.ts";
import { markDirty } from "./membership-store.ts";

/** Whoever a record is about is marked in the transaction that applied it, so that no movement is missed. */
export const segmentStage: Stage = {
  domain: "segments",
  async apply(tx, _ground, records) {
    const { party_ids, since } = touchedParties(records);
    if (since !== undefined) await markDirty(tx, { party_ids }, since);
    return [];
  },
  async retract(tx, ground, records) {
    await markDirty(tx, touchedParties(records), ground.clock.now());
  },
};
