with m as (select `member_id` from `catalogue_members`),
`orders_days_1` as (
  select `member_id`,
    min(day) filter (where place = 1) as v1,
    min(day) filter (where place = 2) as v2
  from (select `member_id`, day, row_number() over w as place, cast(datediff(day, lag(day) over w) as bigint) as gap
    from (select distinct r.`member_id`, r.`business_day` as day from `catalogue_orders` r
      where r.`member_id` is not null and r.`business_day` is not null and r.`business_day` <= date '2026-02-28') d
    window w as (partition by `member_id` order by day)) g
  group by `member_id`
)
select
  m.`member_id`,
  coalesce((cast(datediff(`orders_days_1`.v2, `orders_days_1`.v1) as bigint) <= 90), false) as `repurchase`
from m
left join `orders_days_1` on `orders_days_1`.`member_id` = m.`member_id`
