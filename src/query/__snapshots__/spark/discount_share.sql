with m as (select `member_id` from `catalogue_members`),
`orders_1` as (
  select r.`member_id`,
    cast(sum(r.`discount_minor`) as bigint) as v1,
    cast(sum(r.`gross_minor`) as bigint) as v2
  from `catalogue_orders` r
  where r.`member_id` is not null and r.`business_day` <= date '2026-02-28'
  group by r.`member_id`
)
select
  m.`member_id`,
  case when cast(coalesce(`orders_1`.v2, 0) as decimal(38,0)) <> 0 then cast(cast(sign(cast(coalesce(`orders_1`.v1, 0) as decimal(38,0))) as int) * cast(sign(cast(coalesce(`orders_1`.v2, 0) as decimal(38,0))) as int) * ((2 * abs(cast(coalesce(`orders_1`.v1, 0) as decimal(38,0))) * 10000 + abs(cast(coalesce(`orders_1`.v2, 0) as decimal(38,0)))) div (2 * abs(cast(coalesce(`orders_1`.v2, 0) as decimal(38,0))))) as bigint) end as `discount_share`
from m
left join `orders_1` on `orders_1`.`member_id` = m.`member_id`
