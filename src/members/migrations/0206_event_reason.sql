-- Why points moved, and whether a like was given or received: tags of points and of influence read them.
create or replace view catalogue.events as
select e.event_id, e.party_id, f.member_id, e.kind, e.occurred_at,
  (e.occurred_at at time zone 'Asia/Shanghai')::date as business_day,
  extract(hour from e.occurred_at at time zone 'Asia/Shanghai')::int as hour,
  extract(isodow from e.occurred_at at time zone 'Asia/Shanghai')::int as weekday,
  e.store_code, e.channel, e.sku, e.category, e.subject, e.amount_minor, e.quantity,
  (e.properties ->> 'rating')::int as rating, e.properties ->> 'keyword' as keyword, e.properties ->> 'topic' as topic,
  e.properties ->> 'stage' as stage, e.properties ->> 'role' as role, e.properties ->> 'medium' as medium,
  (e.properties ->> 'points')::int as points,
  (e.properties ->> 'counterpart_party_id')::bigint as counterpart_party_id,
  o.member_id as counterpart_member_id,
  e.properties ->> 'reason' as reason, e.properties ->> 'direction' as direction
from members.event e
join members.party p on p.party_id = e.party_id
left join members.profile f on f.member_id = p.member_id
left join members.party q on q.party_id = (e.properties ->> 'counterpart_party_id')::bigint
left join members.profile o on o.member_id = q.member_id;

-- From an invited person to who invited them.
create index event_referral on members.event (((properties ->> 'counterpart_party_id')::bigint)) where kind = 'referral';
