import type { Stage } from "../ingest/index.ts";
import { markDirty } from "./membership-store.ts";

/** Whoever a record is about is marked in the transaction that applied it, so that no movement is missed. */
export const segmentStage: Stage = {
  domain: "segments",
  async apply(tx, _ground, records) {
    const parties = new Set<number>();
    let oldest: Date | undefined;
    for (const { party_id, received_at } of records) {
      if (party_id === null) continue;
      parties.add(party_id);
      if (oldest === undefined || received_at < oldest) oldest = received_at;
    }
    if (oldest !== undefined) await markDirty(tx, { party_ids: [...parties] }, oldest);
    return [];
  },
  async retract(tx, ground, records) {
    const parties = new Set(records.map((record) => record.party_id).filter((party) => party !== null));
    await markDirty(tx, { party_ids: [...parties] }, ground.clock.now());
  },
};
