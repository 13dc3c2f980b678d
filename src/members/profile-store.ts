import type { Tx } from "../store/index.ts";
import type { ConsentRow } from "./consent.ts";
import type { SearchKey } from "./profile-fact.ts";

export async function insertSearchKeys(tx: Tx, keys: readonly SearchKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(
    `insert into members.search_key (party_id, kind, key, source_token)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) on conflict do nothing`,
    [keys.map((k) => k.party_id), keys.map((k) => k.kind), keys.map((k) => k.key), keys.map((k) => k.source_token)],
  );
}

export async function insertConsents(tx: Tx, rows: readonly ConsentRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into members.consent (party_id, purpose, medium, record_id, state, text_version, at, via, source_id, person_id)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::bigint[], $10::bigint[])
     on conflict do nothing`,
    [
      rows.map((r) => r.party_id),
      rows.map((r) => r.purpose),
      rows.map((r) => r.medium),
      rows.map((r) => r.record_id),
      rows.map((r) => r.state),
      rows.map((r) => r.text_version),
      rows.map((r) => r.at),
      rows.map((r) => r.via),
      rows.map((r) => r.source_id),
      rows.map((r) => r.person_id),
    ],
  );
}

/**
 * The profile of a member: of every field a person's correction, else the newest value of any source (join date and
 * channel: the earliest). A flag holds when any party has it and nobody took it away; so does that the phone was
 * verified: a till that never asks does not undo what the mini program verified. Members of whom only a device or a
 * quarantined value is known are nobody yet and have no profile.
 */
const PROFILES = `
  with party as materialized (
    select member_id, party_id, anchor_kind, anchor_token from members.party where member_id = any($1::bigint[]) and erased_at is null
  ), newest as (
    select distinct on (p.member_id, f.field) p.member_id, f.field, f.value, f.token, f.hint
    from party p join members.fact f using (party_id)
    where f.field not in ('joined_at', 'join_channel', 'phone_verified') and f.field not like 'is\\_%'
    order by p.member_id, f.field, (f.person_id is not null) desc, f.observed_at desc, f.record_id desc
  ), facts as (
    select member_id,
      max(value) filter (where field = 'gender') as gender, max(hint) filter (where field = 'birthday') as birthday,
      max(value) filter (where field = 'city') as city, max(value) filter (where field = 'city_tier') as city_tier,
      max(value) filter (where field = 'province') as province, max(value) filter (where field = 'occupation') as occupation,
      max(value) filter (where field = 'children') as children, max(value) filter (where field = 'home_store_code') as home_store_code,
      max(value) filter (where field = 'associate_code') as associate_code,
      max(value) filter (where field = 'wechat_bound') as wechat_bound,
      max(value) filter (where field = 'wecom_friend') as wecom_friend, max(token) filter (where field = 'name') as name_token,
      count(*) filter (where field in ('name', 'gender', 'birthday', 'city', 'province', 'address', 'occupation', 'children', 'home_store_code', 'associate_code')) as filled
    from newest group by member_id
  ), joining as (
    select p.member_id, min(f.value::timestamptz) filter (where f.field = 'joined_at') as joined_at,
      (array_agg(f.value order by f.observed_at, f.record_id) filter (where f.field = 'join_channel'))[1] as join_channel
    from party p join members.fact f using (party_id) where f.field in ('joined_at', 'join_channel') group by p.member_id
  ), flags as (
    select member_id, bool_or(holds) filter (where field = 'is_staff') as is_staff, bool_or(holds) filter (where field = 'is_test') as is_test,
      bool_or(holds) filter (where field = 'is_wholesale') as is_wholesale, bool_or(holds) filter (where field = 'is_reseller') as is_reseller,
      bool_or(holds) filter (where field = 'phone_verified') as phone_verified
    from (
      select p.member_id, f.field, coalesce((array_agg(f.value = 'true' order by f.observed_at desc) filter (where f.person_id is not null))[1],
        bool_or(f.value = 'true')) as holds
      from party p join members.fact f using (party_id) where f.field like 'is\\_%' or f.field = 'phone_verified' group by p.member_id, f.field) x
    group by member_id
  ), profiling as (
    select member_id, bool_or(refused) as refused
    from (
      select distinct on (p.party_id) p.member_id, f.value = 'true' as refused
      from party p join members.fact f using (party_id) where f.field = 'profiling_refused'
      order by p.party_id, f.observed_at desc, f.record_id desc) said
    group by member_id
  ), held as (
    select p.member_id, bool_or(h.kind = 'phone') as has_phone, bool_or(h.kind = 'email') as has_email, bool_or(h.kind = 'openid') as has_openid,
      min(h.first_at) as first_at, count(distinct h.source_id) as sources,
      (array_agg(h.token order by h.stated_at desc nulls last, h.last_at desc, h.tie, h.token) filter (where h.kind = 'phone'))[1] as phone_token
    from party p join members.holding h using (party_id)
    where not exists (select 1 from members.quarantine q where q.token = h.token and q.released_at is null)
      and (h.ended_at is null or h.stated_at > h.ended_at)
    group by p.member_id
  ), known as (
    select member_id from party p where anchor_kind <> 'cookie'
      and not exists (select 1 from members.quarantine q where q.token = p.anchor_token and q.released_at is null)
    group by member_id
  )`;

const PROFILE_COLUMNS = [
  "joined_at, join_channel, gender, birth_year, birth_month, birth_day, city, city_tier",
  "province, occupation, children, home_store_code, associate_code, phone_verified, wechat_bound, wecom_friend",
  "has_phone, has_email, has_openid, is_staff, is_test, is_wholesale, is_reseller, profiling_refused, profile_filled",
  "name_token, phone_token, sources, changed_at",
].join(", ");

/** Computes the profiles of these members anew; those that are members no more lose theirs. */
export async function refreshProfiles(tx: Tx, member_ids: readonly number[], now: Date): Promise<void> {
  if (member_ids.length === 0) return;
  const assignments = PROFILE_COLUMNS.split(", ")
    .map((column) => `${column} = excluded.${column}`)
    .join(", ");
  await tx.query(
    `${PROFILES}, gone as (
       delete from members.profile where member_id = any($1::bigint[]) and member_id not in (select member_id from known)
     )
     insert into members.profile (member_id, ${PROFILE_COLUMNS})
     select k.member_id, coalesce(j.joined_at, h.first_at, $2), j.join_channel, f.gender,
       nullif(split_part(f.birthday, ' ', 1), '')::smallint, nullif(split_part(f.birthday, ' ', 2), '')::smallint,
       nullif(split_part(f.birthday, ' ', 3), '')::smallint, f.city, f.city_tier, f.province, f.occupation, f.children,
       f.home_store_code, f.associate_code, coalesce(g.phone_verified, false),
       coalesce(f.wechat_bound = 'true', false) or coalesce(h.has_openid, false), coalesce(f.wecom_friend = 'true', false),
       coalesce(h.has_phone, false), coalesce(h.has_email, false), coalesce(h.has_openid, false),
       coalesce(g.is_staff, false), coalesce(g.is_test, false), coalesce(g.is_wholesale, false), coalesce(g.is_reseller, false),
       coalesce(r.refused, false),
       coalesce(f.filled, 0) + (j.join_channel is not null)::int + coalesce(h.has_phone, false)::int + coalesce(h.has_email, false)::int
         + coalesce(h.has_openid, false)::int,
       f.name_token, h.phone_token, coalesce(h.sources, 0), $2
     from known k left join facts f using (member_id) left join joining j using (member_id)
       left join flags g using (member_id) left join profiling r using (member_id) left join held h using (member_id)
     on conflict (member_id) do update set ${assignments}`,
    [member_ids, now],
  );
}

export async function membersOfParties(tx: Tx, party_ids: readonly number[]): Promise<number[]> {
  if (party_ids.length === 0) return [];
  const rows = await tx.query<{ member_id: number }>(
    "select distinct member_id from members.party where party_id = any($1::bigint[])",
    [party_ids],
  );
  return rows.map((row) => row.member_id);
}
