with m as (select "member_id" from catalogue."members"),
"orders_1" as (
  select r."member_id",
    (sum(r."discount_minor"))::bigint as v1,
    (sum(r."gross_minor"))::bigint as v2
  from catalogue."orders" r
  where r."member_id" is not null and r."business_day" <= date '2026-02-28'
  group by r."member_id"
)
select
  m."member_id",
  case when (coalesce("orders_1".v2, 0))::hugeint <> 0 then (sign((coalesce("orders_1".v1, 0))::hugeint) * sign((coalesce("orders_1".v2, 0))::hugeint) * ((2 * abs((coalesce("orders_1".v1, 0))::hugeint) * 10000 + abs((coalesce("orders_1".v2, 0))::hugeint)) // (2 * abs((coalesce("orders_1".v2, 0))::hugeint))))::bigint end as "discount_share"
from m
left join "orders_1" on "orders_1"."member_id" = m."member_id"
