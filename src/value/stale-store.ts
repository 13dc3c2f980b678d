import type { Tx } from "../store/index.ts";

export async function markStale(tx: Tx, now: Date): Promise<void> {
  await tx.query(
    "insert into value.stale (since, latest) values ($1, $1) on conflict (singleton) do update set latest = greatest(stale.latest, excluded.latest)",
    [now],
  );
}

export async function staleSince(tx: Tx): Promise<{ since: Date; latest: Date } | undefined> {
  return tx.one("select since, latest from value.stale");
}

/** To be committed before a computation begins: what changes during it marks anew. */
export async function clearStale(tx: Tx): Promise<void> {
  await tx.query("delete from value.stale");
}

export async function membersOfParties(tx: Tx, party_ids: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    "select distinct member_id from catalogue.parties where party_id = any($1) and member_id is not null",
    [party_ids],
  );
  return rows.map((row) => row.member_id);
}

/** Takes members out of every layer of value. */
export async function forgetMembers(tx: Tx, member_ids: readonly number[]): Promise<void> {
  for (const table of ["rfm_member", "rfm_past", "clv_member", "silent_member"])
    await tx.query(`delete from value.${table} where member_id = any($1::bigint[])`, [member_ids]);
}
