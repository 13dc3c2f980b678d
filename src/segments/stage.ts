import { type Stage, touchedParties } from "../ingest/index.ts";
import { marksOf } from "../tags/index.ts";
import { markDirty, markRecords } from "./membership-store.ts";

/** Whoever a record is about is marked in the transaction that applied it, so that no movement is missed. */
export const segmentStage: Stage = {
  domain: "segments",
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
