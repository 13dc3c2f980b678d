-- The domain's relations in the catalogue. member_id is the current member; it is null where nobody is known: an
-- anonymous device, a till's own number, an erased person.
create view catalogue.parties as
select p.party_id, f.member_id, coalesce(f.is_staff or f.is_test or f.is_wholesale, false) as is_excluded
from members.party p left join members.profile f on f.member_id = p.member_id and p.erased_at is null;

create view catalogue.members as
select member_id, joined_at, (joined_at at time zone 'Asia/Shanghai')::date as join_day, join_channel, gender,
  birth_year::int as birth_year, birth_month::int as birth_month, birth_day::int as birth_day, city, city_tier, province,
  occupation, children, home_store_code, associate_code, phone_verified, wechat_bound, wecom_friend, has_phone, has_email,
  has_openid, is_staff, is_test, is_wholesale, is_reseller, profile_filled, 14 as profile_total
from members.profile;

-- The stricter consent wins: a withdrawal of any party stands until that party grants again, or the joined member
-- grants after the join.
create view catalogue.consents as
with newest as (
  select distinct on (p.member_id, c.purpose, c.medium, c.party_id)
    p.member_id, c.purpose, c.medium, c.party_id, c.state, c.text_version, c.at
  from members.consent c join members.party p using (party_id)
  where p.erased_at is null
  order by p.member_id, c.purpose, c.medium, c.party_id, c.at desc, (c.state = 'withdrawn') desc, c.record_id
), joined as (
  select p.member_id, max(j.joined_at) as since
  from members.join_log j join members.party p on p.party_id = j.party_a where j.undone_at is null group by p.member_id
), ranked as (
  select n.*, case
      when n.state = 'withdrawn' and not exists (
        select 1 from newest g
        where g.member_id = n.member_id and g.purpose = n.purpose and g.medium = n.medium and g.state = 'granted'
          and g.at > greatest(n.at, (select j.since from joined j where j.member_id = n.member_id))) then 1
      when n.state = 'granted' then 2
      when n.state = 'unproven' then 3
      else 4 end as place
  from newest n
)
select distinct on (r.member_id, r.purpose, r.medium)
  r.member_id, r.purpose, r.medium, r.state, r.text_version, r.at
from ranked r join members.profile f on f.member_id = r.member_id
order by r.member_id, r.purpose, r.medium, r.place, r.at desc, r.party_id;

create view catalogue.events as
select e.event_id, e.party_id, f.member_id, e.kind, e.occurred_at,
  (e.occurred_at at time zone 'Asia/Shanghai')::date as business_day,
  extract(hour from e.occurred_at at time zone 'Asia/Shanghai')::int as hour,
  extract(isodow from e.occurred_at at time zone 'Asia/Shanghai')::int as weekday,
  e.store_code, e.channel, e.sku, e.category, e.subject, e.amount_minor, e.quantity,
  (e.properties ->> 'rating')::int as rating, e.properties ->> 'keyword' as keyword, e.properties ->> 'topic' as topic,
  e.properties ->> 'stage' as stage, e.properties ->> 'role' as role, e.properties ->> 'medium' as medium,
  (e.properties ->> 'points')::int as points,
  (e.properties ->> 'counterpart_party_id')::bigint as counterpart_party_id,
  o.member_id as counterpart_member_id
from members.event e
join members.party p on p.party_id = e.party_id
left join members.profile f on f.member_id = p.member_id
left join members.party q on q.party_id = (e.properties ->> 'counterpart_party_id')::bigint
left join members.profile o on o.member_id = q.member_id;
