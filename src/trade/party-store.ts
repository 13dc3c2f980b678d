import { withoutPersonal } from "../ingest/index.ts";
import type { Tx } from "../store/index.ts";

/** Takes parties off all sales: the sales stay, as sales without a member. */
export async function forgetParties(tx: Tx, party_ids: readonly number[]): Promise<void> {
  await forgetStatements(tx, party_ids);
  await tx.query("update trade.sales_order set party_id = null where party_id = any($1)", [party_ids]);
  await tx.query(
    "update trade.sales_return set party_id = null, stated_party_id = null where party_id = any($1) or stated_party_id = any($1)",
    [party_ids],
  );
}

/** What a statement says of the person goes with the party: remarks, other people, fields that nobody knows. */
async function forgetStatements(tx: Tx, party_ids: readonly number[]): Promise<void> {
  const rows = await tx.query<{ record_id: string; body: Record<string, unknown> }>(
    "select record_id, body from trade.statement where party_id = any($1)",
    [party_ids],
  );
  await tx.query(
    `update trade.statement s set party_id = null, body = u.body
     from (select * from unnest($1::uuid[], $2::jsonb[]) as t (record_id, body)) u where u.record_id = s.record_id`,
    [rows.map((row) => row.record_id), rows.map((row) => JSON.stringify(withoutPersonal(row.body)))],
  );
}
