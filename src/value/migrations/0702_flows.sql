-- Where members stood at month ends, and between which places they moved in the month that ended then.
create table value.month_flow (
  kind text not null check (kind in ('lifecycle', 'rfm')),
  month text not null,
  from_state text not null,
  to_state text not null,
  members bigint not null,
  -- as first computed after the month had closed; null while it runs
  closed_members bigint,
  primary key (kind, month, from_state, to_state)
);

create table value.month_flow_run (
  kind text primary key check (kind in ('lifecycle', 'rfm')),
  first_month text not null,
  -- the day the running month was seen up to
  through_day date not null,
  -- of rfm: the thresholds all its months are judged by
  version int,
  engine text not null,
  computed_at timestamptz not null
);

create view value.lifecycle_flow with (security_invoker = true) as
select month, from_state, to_state, members, closed_members from value.month_flow where kind = 'lifecycle';

-- Why members are silent, as counted last; one row for each group of members looked at.
create table value.silence (
  stage text primary key check (stage in ('soon', 'silent', 'lost')),
  members bigint not null,
  reasons jsonb not null,
  categories jsonb not null,
  closed_stores jsonb not null,
  business_day date not null,
  computed_at timestamptz not null
);
