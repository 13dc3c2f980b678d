import type { Ground } from "../ground.ts";
import { emit, SYSTEM_SCOPE, type Tx } from "../store/index.ts";

const EVENTS_AT_ONCE = 5_000;

/** What members did before an instant; orders and returns stay on the timeline as long as the sale. */
const OLD = "occurred_at < $1 and kind not in ('order', 'return')";

export async function countOldEvents(tx: Tx, before: Date): Promise<number> {
  const row = await tx.one<{ count: number }>(`select count(*) as count from members.event where ${OLD}`, [before]);
  return row?.count ?? 0;
}

/**
 * Takes behaviour before an instant off the timeline, its texts with their keys; the days it stood on are told to the lake
 * and to whatever counts. In portions, each a transaction of its own. @returns how many rows went
 */
export async function forgetOldEvents(ground: Ground, before: Date, signal: AbortSignal): Promise<number> {
  let gone = 0;
  for (;;) {
    signal.throwIfAborted();
    const count = await ground.store.write(SYSTEM_SCOPE, (tx) => forgetSome(tx, ground, before));
    gone += count;
    if (count < EVENTS_AT_ONCE) return gone;
  }
}

async function forgetSome(tx: Tx, ground: Ground, before: Date): Promise<number> {
  const rows = await tx.query<{ day: string; party_id: number; sealed: string[] }>(
    `with gone as (
       delete from members.event where ctid = any(array(select ctid from members.event where ${OLD} limit ${EVENTS_AT_ONCE}))
       returning occurred_at, party_id, properties
     )
     select (occurred_at at time zone $2)::date as day, party_id,
       array(select s #>> '{}' from jsonb_path_query(coalesce(properties, '{}'), 'lax $.**.sealed') s) as sealed
     from gone`,
    [before, ground.config.timezone],
  );
  if (rows.length === 0) return 0;
  const days = [...new Set(rows.map(({ day }) => day))].sort();
  const party_ids = [...new Set(rows.map(({ party_id }) => party_id))];
  await emit(tx, "catalogue.changed", [{ relation: "events", days }]);
  const members = await tx.query<{ member_id: number }>(
    "select distinct member_id from members.party where party_id = any($1::bigint[]) and erased_at is null",
    [party_ids],
  );
  if (members.length > 0) await emit(tx, "members.changed", [{ member_ids: members.map((row) => row.member_id) }]);
  // last, because the key store is another database
  await ground.vault.destroy(tx, [...new Set(rows.flatMap(({ sealed }) => sealed))], ground.clock.now());
  return rows.length;
}
