-- Who does not want to be profiled; members say it themselves, no source does.
alter table members.profile add column profiling_refused boolean not null default false;
create index profile_profiling_refused on members.profile (member_id) where profiling_refused;

create or replace view catalogue.members with (security_invoker = true) as
select member_id, joined_at, (joined_at at time zone 'Asia/Shanghai')::date as join_day, join_channel, gender,
  birth_year::int as birth_year, birth_month::int as birth_month, birth_day::int as birth_day, city, city_tier, province,
  occupation, children, home_store_code, associate_code, phone_verified, wechat_bound, wecom_friend, has_phone, has_email,
  has_openid, is_staff, is_test, is_wholesale, is_reseller, profile_filled, 14 as profile_total, profiling_refused
from members.profile;
