with m as (select `member_id` from `catalogue_members`),
`orders_mode_1` as (
  select `member_id`, min_by(value, struct(weight is null, ~(weight), latest is null, ~unix_date(latest), value is null, value)) as v1
  from (select r.`member_id`, r.`store_code` as value, coalesce(sum(r.`net_minor`), 0) as weight, max(r.`business_day`) as latest
    from `catalogue_orders` r where r.`member_id` is not null and r.`business_day` <= date '2026-02-28' group by 1, 2) g
  where value is not null
  group by `member_id`
)
select
  m.`member_id`,
  `orders_mode_1`.v1 as `favourite_store`
from m
left join `orders_mode_1` on `orders_mode_1`.`member_id` = m.`member_id`
