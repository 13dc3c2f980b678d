import { type Stage, touchedParties } from "../ingest/index.ts";
import { marksOf } from "./behaviour.ts";
import { markDirty, markRecords } from "./dirty-store.ts";

/** The last stage: whoever a record is about is marked in the transaction that applied it, so that no change is missed. */
export const tagStage: Stage = {
  domain: "tags",
  async apply(tx, _ground, records) {
    const { since } = touchedParties(records);
    if (since === undefined) return [];
    await markRecords(tx, marksOf(records), since);
    return [];
  },
  async retract(tx, ground, records) {
    await markDirty(tx, touchedParties(records), ground.clock.now());
  },
};
