import { emit, type Tx } from "../../store/index.ts";
import { couponsOf, type RedemptionRow } from "./redemption-store.ts";
import type { Returned } from "./returns.ts";

/** Later domains hear of coupons in the transaction in which it became true; numbers and codes of orders, nothing of people. */

export async function tellIssued(
  tx: Tx,
  { batch_id, issuance_id }: { readonly batch_id: number; readonly issuance_id: number | null },
  owners: readonly (number | null)[],
): Promise<void> {
  const member_numbers = owners.filter((owner) => owner !== null);
  await emit(tx, "benefits.coupons_issued", [{ batch_id, issuance_id, coupons: owners.length, member_numbers }]);
}

/** Redeemed for good: at once, or when the order that held them was paid. */
export async function tellRedeemed(
  tx: Tx,
  row: Pick<RedemptionRow, "redemption_id" | "owner"> & { readonly order_reference: string },
): Promise<void> {
  const coupons = (await couponsOf(tx, row.redemption_id)).map(({ issued_id, batch_id, discount_minor }) => ({
    issued_id,
    batch_id,
    discount_minor,
  }));
  await emit(tx, "benefits.coupons_redeemed", [
    {
      redemption_id: row.redemption_id,
      order_reference: row.order_reference,
      member_number: row.owner,
      discount_minor: coupons.reduce((sum, { discount_minor }) => sum + discount_minor, 0),
      coupons,
    },
  ]);
}

export async function tellReturned(
  tx: Tx,
  { redemption_id, return_id, discount_minor, given_back }: Returned,
): Promise<void> {
  await emit(tx, "benefits.coupons_returned", [{ redemption_id, return_id, discount_minor, given_back }]);
}
