with m as (select "member_id" from catalogue."members"),
"orders_1" as (
  select r."member_id",
    first(r."store_code" order by r."placed_at" desc nulls last, r."order_id" asc nulls last) as v1
  from catalogue."orders" r
  where r."member_id" is not null and r."business_day" <= date '2026-02-28'
  group by r."member_id"
)
select
  m."member_id",
  "orders_1".v1 as "last_store"
from m
left join "orders_1" on "orders_1"."member_id" = m."member_id"
