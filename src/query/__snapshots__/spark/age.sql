with m as (select `member_id` from `catalogue_members`)
select
  m.`member_id`,
  case when (20260228 - (`p_members`.`birth_year` * 10000 + `p_members`.`birth_month` * 100 + `p_members`.`birth_day`)) >= 0 then cast(((cast((20260228 - (`p_members`.`birth_year` * 10000 + `p_members`.`birth_month` * 100 + `p_members`.`birth_day`)) as decimal(38,0))) div (cast(10000 as decimal(38,0)))) as bigint) end as `age`
from m
left join `catalogue_members` `p_members` on `p_members`.`member_id` = m.`member_id`
