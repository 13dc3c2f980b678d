import type { Ground } from "../../ground.ts";
import { addDays, type BusinessDay, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { todayOf } from "../ledger/ledger.ts";
import { settleMembers } from "./settle.ts";

/** How long a receipt may be brought (requirements 11.4). */
export const CLAIM_DAYS = 30;

/**
 * Gives an order without a member an owner for its points, in the caller's transaction, and settles them.
 * @returns the points it is worth
 * @throws points.receipt_unknown, points.receipt_has_member, points.receipt_claimed, points.receipt_too_old
 */
export async function claimOrder(
  tx: Tx,
  ground: Ground,
  claim: {
    readonly owner: number;
    readonly order_no: string;
    readonly store_code: string;
    readonly person_id: number | null;
  },
): Promise<{ readonly order_id: number; readonly points: number }> {
  const { owner, order_no, store_code, person_id } = claim;
  const order = await tx.one<{ order_id: number; party_id: number | null; day: BusinessDay }>(
    `select order_id, party_id, business_day as day from catalogue.orders
     where order_no = $1 and store_code = $2 order by placed_at desc limit 1`,
    [order_no, store_code],
  );
  if (order === undefined) throw problem("points.receipt_unknown", { order_no, store_code });
  const { order_id, day } = order;
  if (order.party_id !== null) throw problem("points.receipt_has_member", { order_no });
  if (day < addDays(todayOf(ground), -CLAIM_DAYS))
    throw problem("points.receipt_too_old", { order_no, day, days: CLAIM_DAYS });
  const made = await tx.execute(
    `insert into points.claim (order_id, owner, store_code, person_id, claimed_at) values ($1, $2, $3, $4, $5)
     on conflict (order_id) do nothing`,
    [order_id, owner, store_code, person_id, ground.clock.now()],
  );
  if (made === 0) throw problem("points.receipt_claimed", { order_no });
  const member = await tx.one<{ member_id: number }>("select member_id from catalogue.parties where party_id = $1", [
    owner,
  ]);
  if (member !== undefined) {
    await tx.query("select pg_advisory_xact_lock(hashtext('points.settle'))");
    await settleMembers(tx, ground, { member_ids: [member.member_id] });
  }
  const given = await tx.one<{ points: number }>(
    "select coalesce(sum(points), 0)::bigint as points from points.earning where cause = $1",
    [`order:${order_id}`],
  );
  return { order_id, points: given?.points ?? 0 };
}
