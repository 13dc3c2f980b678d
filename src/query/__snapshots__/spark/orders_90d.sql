with m as (select `member_id` from `catalogue_members`),
`orders_1` as (
  select r.`member_id`,
    count(*) as v1
  from `catalogue_orders` r
  where r.`member_id` is not null and r.`business_day` > date '2025-11-30' and r.`business_day` <= date '2026-02-28' and r.`is_valid`
  group by r.`member_id`
)
select
  m.`member_id`,
  coalesce(`orders_1`.v1, 0) as `orders_90d`
from m
left join `orders_1` on `orders_1`.`member_id` = m.`member_id`
