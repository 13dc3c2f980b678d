-- What a budget may give in a period, in points or in money; a budget may have one limit for each kind of period.
create table points.budget_limit (
  account_id bigint not null references points.account,
  period text not null check (period in ('day', 'week', 'month', 'quarter', 'year', 'ever')),
  unit text not null check (unit in ('points', 'minor')),
  amount bigint not null check (amount > 0),
  person_id bigint,
  set_at timestamptz not null,
  primary key (account_id, period)
);

-- What of a limit is used in one period ('2026-11-30', '2026-W49', '2026-11', '2026-Q4', '2026', 'ever'), in points. A limit in
-- money is counted in points as well, by what a point is worth when the period's first points are given, so that it is exact.
create table points.budget_use (
  account_id bigint not null references points.account,
  period text not null,
  period_key text not null,
  used bigint not null check (used >= 0),
  cap bigint not null,
  worth_points bigint,
  worth_minor bigint,
  primary key (account_id, period, period_key),
  constraint budget_kept check (used <= cap)
);

create function points.period_key(period text, day date) returns text language sql immutable as $$
  select case $1 when 'day' then to_char($2, 'YYYY-MM-DD') when 'week' then to_char($2, 'IYYY-"W"IW')
    when 'month' then to_char($2, 'YYYY-MM') when 'quarter' then to_char($2, 'YYYY-"Q"Q')
    when 'year' then to_char($2, 'YYYY') else 'ever' end
$$;

-- What points are worth on a day where they pay: by the programme in force, or by the first one that will be.
create function points.worth_on(day date) returns table (points bigint, minor bigint) language sql stable as $$
  select (p.definition -> 'worth' ->> 'points')::bigint, (p.definition -> 'worth' ->> 'minor')::bigint
  from points.activation a join points.programme p using (programme, version) where a.withdrawn_at is null
  order by a.from_day <= $1 desc, case when a.from_day <= $1 then a.from_day end desc nulls last, a.from_day, a.activation_id desc
  limit 1
$$;

-- How many points a limit comes to: money divided by the worth of a point, the fraction dropped.
create function points.cap_of(unit text, amount bigint, worth_points bigint, worth_minor bigint) returns bigint
language sql immutable as $$
  select case when $1 = 'points' then $2 else least(div($2::numeric * $3, $4), 9007199254740991)::bigint end
$$;
