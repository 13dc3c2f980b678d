import type { OutboxHandler, Tx } from "../store/index.ts";
import { present } from "./catalogue-names.ts";

/**
 * Order totals of the member list, kept per member so that a million can be sorted by them: valid orders, their net
 * spend after refunds, and the last one.
 */
async function refreshTotals(tx: Tx, member_ids: readonly number[]): Promise<void> {
  if (member_ids.length === 0 || !(await present(tx, "orders"))) return;
  await tx.query(
    `update members.profile f set orders = coalesce(t.orders, 0), net_minor = coalesce(t.net_minor, 0), last_order_at = t.last_order_at
     from unnest($1::bigint[]) as wanted (member_id) left join (
       select member_id, count(*)::int as orders, sum(net_minor)::bigint as net_minor, max(placed_at) as last_order_at
       from catalogue.orders where member_id = any($1::bigint[]) and is_valid group by member_id) t using (member_id)
     where f.member_id = wanted.member_id
       and (f.orders, f.net_minor, f.last_order_at) is distinct from (coalesce(t.orders, 0), coalesce(t.net_minor, 0), t.last_order_at)`,
    [member_ids],
  );
}

/** Runs after the transaction that changed orders or members, so that orders and parties are both in place. */
export const totalsDue: OutboxHandler = async (tx, _ground, events) => {
  const party_ids = events.flatMap((event) => (event.payload as { party_ids: number[] }).party_ids);
  const rows = await tx.query<{ member_id: number }>(
    "select distinct member_id from members.party where party_id = any($1::bigint[])",
    [[...new Set(party_ids)]],
  );
  await refreshTotals(
    tx,
    rows.map((row) => row.member_id),
  );
};
