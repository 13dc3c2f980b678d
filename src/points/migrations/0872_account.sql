-- What each member has, for tags, segments and journeys. A member's lots are looked up by the member: an aggregate over all lots
-- would be made anew for each question about a few.
create view catalogue.points_account with (security_invoker = true) as
select m.member_id, coalesce(a.active_points, 0) as active_points, a.next_expiry_day, coalesce(e.expiring_points, 0) as expiring_points
from catalogue.members m
cross join lateral (
  select sum(l.active)::bigint as active_points, min(l.last_day) filter (where l.active > 0) as next_expiry_day
  from catalogue.parties p join points.lot l on l.owner = p.party_id where p.member_id = m.member_id and l.open) a
left join lateral (
  select sum(l.active)::bigint as expiring_points
  from catalogue.parties p join points.lot l on l.owner = p.party_id
  where p.member_id = m.member_id and l.open and l.last_day < a.next_expiry_day + 30) e on true;
