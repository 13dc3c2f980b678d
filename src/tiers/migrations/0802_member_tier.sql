-- On the highest step nothing is missing to a next one: null, not 0.
create or replace view catalogue.member_tier as
select m.member_id, s.ladder, p.tier, p.rank as tier_rank, coalesce(t.since_day, m.join_day) as since_day,
  case when t.rank > t.earned_rank then g.until_day else t.period_until end as valid_until,
  coalesce(t.qualifying, 0) as qualifying_minor, n.tier as next_tier,
  case when n.rank is not null then greatest(n.entry_amount - coalesce(t.qualifying, 0), 0) end as to_next_minor,
  coalesce(t.rank > t.earned_rank, false) as is_manual,
  case when t.period_until is not null then greatest(e.renewal_amount - t.closing, 0) end as to_keep_minor
from catalogue.members m
cross join tiers.state s
left join tiers.standing t on t.member_id = m.member_id
join tiers.step p on p.rank = coalesce(t.rank, 0)
left join tiers.step n on n.rank = p.rank + 1
left join tiers.step e on e.rank = t.earned_rank
left join tiers.grant g on g.grant_id = t.grant_id;
