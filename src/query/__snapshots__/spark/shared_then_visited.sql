with m as (select `member_id` from `catalogue_members`),
`sequence_1` as (
  select a.`member_id`, count(*) as v1 from `catalogue_events` a
  where a.`member_id` is not null and a.`business_day` <= date '2026-02-28' and (a.`kind` = 'share') and exists (select 1 from `catalogue_orders` b where b.`member_id` = a.`member_id` and b.`placed_at` > a.`occurred_at` and b.`business_day` <= date_add(a.`business_day`, 7) and b.`business_day` <= date '2026-02-28')
  group by a.`member_id`
)
select
  m.`member_id`,
  coalesce((coalesce(`sequence_1`.v1, 0) >= 1), false) as `shared_then_visited`
from m
left join `sequence_1` on `sequence_1`.`member_id` = m.`member_id`
