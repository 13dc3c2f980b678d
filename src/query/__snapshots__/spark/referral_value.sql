with m as (select `member_id` from `catalogue_members`),
`orders_via_1` as (
  select x.`member_id`,
    cast(sum(r.`net_minor`) as bigint) as v1
  from (select distinct t.`member_id`, t.`counterpart_member_id` as reached from `catalogue_events` t where t.`member_id` is not null and t.`counterpart_member_id` is not null and t.`business_day` <= date '2026-02-28') x join `catalogue_orders` r on r.`member_id` = x.reached
  where r.`business_day` <= date '2026-02-28'
  group by x.`member_id`
)
select
  m.`member_id`,
  coalesce(`orders_via_1`.v1, 0) as `referral_value`
from m
left join `orders_via_1` on `orders_via_1`.`member_id` = m.`member_id`
