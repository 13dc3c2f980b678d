import { type Stage, touchedParties } from "../ingest/index.ts";
import { markDirty } from "./tags-store.ts";

/** The last stage: whoever a record is about is marked in the transaction that applied it, so that no change is missed. */
export const tagStage: Stage = {
  domain: "tags",
  async apply(tx, _ground, records) {
    const { party_ids, since } = touchedParties(records);
    if (since !== undefined) await markDirty(tx, { party_ids }, since);
    return [];
  },
  async retract(tx, ground, records) {
    await markDirty(tx, touchedParties(records), ground.clock.now());
  },
};
