import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { SALE_KINDS } from "./forgetting-store.ts";

const RECORDS_AT_ONCE = 5_000;

/** Records of behaviour and of people that came before an instant and still say something; sales and master data stay. */
const OLD = `inbox_id in (select inbox_id from ingest.inbox where received_at < $1) and body <> '{}' and not (kind = any($2))`;
const KEPT_KINDS = [...SALE_KINDS, "product", "store", "staff"];

export async function countOldRecords(tx: Tx, before: Date): Promise<number> {
  const row = await tx.one<{ count: number }>(`select count(*) as count from ingest.record where ${OLD}`, [
    before,
    KEPT_KINDS,
  ]);
  return row?.count ?? 0;
}

/**
 * Empties records as they came once their time is over: what they said stands in the tables of members. Their ids stay, so
 * that what is sent again is still known. @returns how many
 */
export async function forgetOldRecords(ground: Ground, before: Date, signal: AbortSignal): Promise<number> {
  let gone = 0;
  for (;;) {
    signal.throwIfAborted();
    const count = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.execute(
        `update ingest.record set identities = '[]', body = '{}', times = null where record_id = any(array(
           select record_id from ingest.record where ${OLD} limit ${RECORDS_AT_ONCE}))`,
        [before, KEPT_KINDS],
      ),
    );
    gone += count;
    if (count < RECORDS_AT_ONCE) return gone;
  }
}
