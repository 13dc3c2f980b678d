import type { Tx } from "../../store/index.ts";

/** By member: until when the newest coupon of an issuance is valid whose key matches. */
export async function givenLastDays(
  tx: Tx,
  keys: string,
  member_ids: readonly number[],
): Promise<ReadonlyMap<number, string | null>> {
  const rows = await tx.query<{ member_id: number; last_day: string | null }>(
    `select distinct on (p.member_id) p.member_id, i.last_day
     from catalogue.parties p join benefits.issued i on i.owner = p.party_id join benefits.issuance s using (issuance_id)
     where p.member_id = any($1::bigint[]) and s.key ~ $2 order by p.member_id, i.issued_id desc`,
    [member_ids, keys],
  );
  return new Map(rows.map((row) => [row.member_id, row.last_day]));
}
