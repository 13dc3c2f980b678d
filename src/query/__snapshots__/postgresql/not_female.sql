with m as (select unnest($1::bigint[]) as "member_id")
select
  m."member_id",
  (not coalesce(("p_members"."gender" = 'female'), false)) as "not_female"
from m
left join catalogue."members" "p_members" on "p_members"."member_id" = m."member_id"
