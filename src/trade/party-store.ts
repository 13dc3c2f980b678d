import type { Tx } from "../store/index.ts";

/** Takes parties off all sales: the sales stay, as sales without a member. */
export async function forgetParties(tx: Tx, party_ids: readonly number[]): Promise<void> {
  await tx.query("update trade.statement set party_id = null where party_id = any($1)", [party_ids]);
  await tx.query("update trade.sales_order set party_id = null where party_id = any($1)", [party_ids]);
  await tx.query(
    "update trade.sales_return set party_id = null, stated_party_id = null where party_id = any($1) or stated_party_id = any($1)",
    [party_ids],
  );
}
