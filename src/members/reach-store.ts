import type { Tx } from "../store/index.ts";

export interface Reached {
  /** As it was asked for: a member number. */
  readonly number: number;
  /** The member as it stands; joined members are one. */
  readonly member_id: number;
  readonly is_staff: boolean;
  readonly is_test: boolean;
  readonly is_wholesale: boolean;
  readonly name_token: string | null;
  /** The address of the kind that was asked for: their own, not ended, not in quarantine. Sealed: the token opens it. */
  readonly address_token: string | null;
}

/** Members behind numbers with what sending needs to know of them, in one statement. Whoever is erased or unknown is left out. */
export function reachedMembers(
  tx: Tx,
  numbers: readonly number[],
  kind: "phone" | "email" | "openid" | "external_userid" | null,
): Promise<Reached[]> {
  return tx.query(
    `select q.party_id as number, f.member_id, f.is_staff, f.is_test, f.is_wholesale, f.name_token,
       case when $2 = 'phone' then f.phone_token else h.token end as address_token
     from members.party q join members.profile f on f.member_id = q.member_id
       left join lateral (
         select h.token from members.party p join members.holding h using (party_id)
         where $2 in ('email', 'openid', 'external_userid') and p.member_id = f.member_id and p.erased_at is null and h.kind = $2
           and (h.ended_at is null or h.stated_at > h.ended_at)
           and not exists (select from members.quarantine x where x.token = h.token and x.released_at is null)
         order by (h.stated_at is not null) desc, h.last_at desc, h.tie, h.token limit 1) h on true
     where q.party_id = any($1::bigint[]) and q.erased_at is null`,
    [numbers, kind],
  );
}
