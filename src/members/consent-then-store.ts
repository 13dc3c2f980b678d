import type { Tx } from "../store/index.ts";

/** How a member's consent for a purpose stood at an instant. */
export interface ConsentThen {
  /** The place in the list of what was asked. */
  readonly place: number;
  readonly purpose: string;
  readonly state: "granted" | "withdrawn" | "unproven";
}

/**
 * Consents by one medium as they stood at instants, by the rule of `catalogue.consents`: of each party what it said last, of a
 * member's parties the stricter. Who was joined since counts as joined then.
 */
export function consentsThen(
  tx: Tx,
  asked: readonly { readonly member_id: number; readonly at: Date }[],
  medium: string,
): Promise<ConsentThen[]> {
  return tx.query(
    `with asked as (select * from unnest($1::bigint[], $2::timestamptz[]) with ordinality a (member_id, at, place)),
     newest as (
       select distinct on (a.place, c.purpose, c.party_id) a.place, p.member_id, c.purpose, c.party_id, c.state, c.at
       from asked a join members.party p using (member_id) join members.consent c using (party_id)
       where p.erased_at is null and c.medium = $3 and c.at <= a.at
       order by a.place, c.purpose, c.party_id, c.at desc, (c.state = 'withdrawn') desc, c.record_id
     ), compared as (
       select n.*, max(n.at) filter (where n.state = 'granted') over (partition by n.place, n.purpose) as granted_at from newest n
     ), ranked as (
       select n.*, case
           when n.state = 'withdrawn' then case
             when n.granted_at is null or n.granted_at <= n.at then 1
             when n.granted_at <= (
               select max(j.joined_at) from members.party p join members.join_log j on j.party_a = p.party_id
               where p.member_id = n.member_id and j.undone_at is null) then 1
             else 4 end
           when n.state = 'granted' then 2
           else 3 end as rank
       from compared n
     )
     select distinct on (place, purpose) (place - 1)::int as place, purpose, state from ranked
     order by place, purpose, rank, at desc, party_id`,
    [asked.map(({ member_id }) => member_id), asked.map(({ at }) => at), medium],
  );
}
