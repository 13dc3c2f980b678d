-- Log-ins at most half an hour after the one before belong to one session (measures.md, Active / MAU). A condition on
-- member_id reaches the index of events, since every window is cut by it.
create view catalogue.login_sessions as
select member_id, min(occurred_at) as session_start, min(business_day) as business_day, count(*) as logins
from (
  select member_id, occurred_at, business_day, sum(opens) over (partition by member_id order by occurred_at, event_id) as place
  from (
    select member_id, event_id, occurred_at, business_day,
      case when occurred_at <= lag(occurred_at) over (partition by member_id order by occurred_at, event_id) + interval '30' minute
        then 0 else 1 end as opens
    from catalogue.events where kind = 'login' and member_id is not null
  ) steps
) placed
group by member_id, place;
