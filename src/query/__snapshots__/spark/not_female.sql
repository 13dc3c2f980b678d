with m as (select `member_id` from `catalogue_members`)
select
  m.`member_id`,
  (not coalesce((`p_members`.`gender` = 'female'), false)) as `not_female`
from m
left join `catalogue_members` `p_members` on `p_members`.`member_id` = m.`member_id`
