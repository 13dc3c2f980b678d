with m as (select unnest($1::bigint[]) as "member_id"),
"orders_1" as (
  select r."member_id",
    (sum(r."discount_minor"))::bigint as v1,
    (sum(r."gross_minor"))::bigint as v2
  from catalogue."orders" r
  where r."member_id" = any($1::bigint[]) and r."business_day" <= date '2026-02-28'
  group by r."member_id"
)
select
  m."member_id",
  case when (coalesce("orders_1".v2, 0))::numeric <> 0 then (sign((coalesce("orders_1".v1, 0))::numeric) * sign((coalesce("orders_1".v2, 0))::numeric) * div(2 * abs((coalesce("orders_1".v1, 0))::numeric) * 10000 + abs((coalesce("orders_1".v2, 0))::numeric), 2 * abs((coalesce("orders_1".v2, 0))::numeric)))::bigint end as "discount_share"
from m
left join "orders_1" on "orders_1"."member_id" = m."member_id"
