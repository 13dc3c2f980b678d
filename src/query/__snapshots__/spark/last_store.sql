with m as (select `member_id` from `catalogue_members`),
`orders_1` as (
  select r.`member_id`,
    min_by(r.`store_code`, struct(r.`placed_at` is null, ~unix_micros(r.`placed_at`), r.`order_id` is null, r.`order_id`)) as v1
  from `catalogue_orders` r
  where r.`member_id` is not null and r.`business_day` <= date '2026-02-28'
  group by r.`member_id`
)
select
  m.`member_id`,
  `orders_1`.v1 as `last_store`
from m
left join `orders_1` on `orders_1`.`member_id` = m.`member_id`
