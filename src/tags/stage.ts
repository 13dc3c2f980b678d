import { type Stage, touchedParties } from "../ingest/index.ts";
import { marksOf } from "./behaviour.ts";
import { markDirty } from "./dirty-store.ts";

/** The last stage: whoever a record is about is marked in the transaction that applied it, so that no change is missed. */
export const tagStage: Stage = {
  domain: "tags",
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
