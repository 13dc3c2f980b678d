import type { Tx } from "../store/index.ts";

/**
 * Members whose tags look at others: who invited one of these parties, and whom they invited. What an invited person
 * spends is part of the inviter's referral value; whom a party belongs to decides how many people were invited.
 * Two steps with arrays, so that each is a look-up by index whatever the planner believes (event_referral).
 */
export async function dependantsOf(tx: Tx, who: { member_ids: readonly number[]; party_ids: readonly number[] }) {
  const parties = await tx.query<{ party_id: number }>(
    "select party_id from catalogue.parties where member_id = any($1::bigint[])",
    [who.member_ids],
  );
  const rows = await tx.query<{ member_id: number }>(
    `select distinct member_id from catalogue.events
     where kind = 'referral' and counterpart_party_id = any($1::bigint[]) and member_id is not null`,
    [[...new Set([...who.party_ids, ...parties.map(({ party_id }) => party_id)])]],
  );
  return rows.map(({ member_id }) => member_id);
}
