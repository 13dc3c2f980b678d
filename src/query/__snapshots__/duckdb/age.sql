with m as (select "member_id" from catalogue."members")
select
  m."member_id",
  case when (20260228 - ("p_members"."birth_year" * 10000 + "p_members"."birth_month" * 100 + "p_members"."birth_day")) >= 0 then (((((20260228 - ("p_members"."birth_year" * 10000 + "p_members"."birth_month" * 100 + "p_members"."birth_day")))::hugeint) // ((10000)::hugeint)))::bigint end as "age"
from m
left join catalogue."members" "p_members" on "p_members"."member_id" = m."member_id"
