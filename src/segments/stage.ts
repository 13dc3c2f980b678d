import { type Stage, touchedParties } from "../ingest/index.ts";
import { marksOf } from "../tags/index.ts";
import { markDirty } from "./membership-store.ts";

/** Whoever a record is about is marked in the transaction that applied it, so that no movement is missed. */
export const segmentStage: Stage = {
  domain: "segments",
  async apply(tx, _ground, records) {
    const { since } = touchedParties(records);
    if (since === undefined) return [];
    for (const [kind, parties] of marksOf(records)) await markDirty(tx, { party_ids: [...parties] }, since, kind);
    return [];
  },
  async retract(tx, ground, records) {
    await markDirty(tx, touchedParties(records), ground.clock.now());
  },
};
