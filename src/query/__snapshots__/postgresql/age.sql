with m as (select unnest($1::bigint[]) as "member_id")
select
  m."member_id",
  case when (20260228 - ("p_members"."birth_year" * 10000 + "p_members"."birth_month" * 100 + "p_members"."birth_day")) >= 0 then (div(((20260228 - ("p_members"."birth_year" * 10000 + "p_members"."birth_month" * 100 + "p_members"."birth_day")))::numeric, (10000)::numeric))::bigint end as "age"
from m
left join catalogue."members" "p_members" on "p_members"."member_id" = m."member_id"
