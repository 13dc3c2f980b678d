create schema metrics;

-- Definitions as they were when figures were computed; a version is never changed, the newest is in force.
create table metrics.definition (
  metric text not null,
  version int not null,
  definition jsonb not null,
  created_at timestamptz not null,
  primary key (metric, version)
);

-- Figures of days. part 'all' has code ''; code '' of a store or channel is "not known". value is null where the denominator is 0.
create table metrics.day_figure (
  metric text not null,
  day date not null,
  part text not null check (part in ('all', 'region', 'store', 'channel')),
  code text not null,
  numerator bigint not null,
  denominator bigint,
  value bigint,
  version int not null,
  computed_at timestamptz not null,
  primary key (metric, part, code, day)
);
create index day_figure_day on metrics.day_figure (day, part);

-- Figures of months as known now: of the whole month, or up to through_day while it runs.
create table metrics.month_figure (
  metric text not null,
  month text not null check (month ~ '^\d{4}-\d{2}$'),
  through_day date not null,
  part text not null check (part in ('all', 'region', 'store', 'channel')),
  code text not null,
  numerator bigint not null,
  denominator bigint,
  value bigint,
  version int not null,
  computed_at timestamptz not null,
  primary key (metric, part, code, month)
);

-- Closed months, and what the records held when each was closed.
create table metrics.month_close (
  month text primary key check (month ~ '^\d{4}-\d{2}$'),
  closed_at timestamptz not null,
  person_id bigint,
  orders bigint not null,
  orders_minor bigint not null,
  refunds bigint not null,
  refunds_minor bigint not null
);

-- The figures of a month as it was closed.
create table metrics.closed_figure (
  metric text not null,
  month text not null references metrics.month_close on delete cascade,
  part text not null,
  code text not null,
  numerator bigint not null,
  denominator bigint,
  value bigint,
  version int not null,
  primary key (metric, part, code, month)
);

create table metrics.month_reopening (
  reopening_id bigint generated always as identity primary key,
  month text not null,
  reason text not null,
  person_id bigint,
  closed_at timestamptz not null,
  reopened_at timestamptz not null
);

-- Days on which something changed since they were computed.
create table metrics.dirty_day (
  day date primary key,
  mark bigint not null
);
create sequence metrics.dirty_mark;

create table metrics.state (
  one boolean primary key default true check (one),
  through_day date not null,
  first_month text not null,
  currency text not null,
  computed_at timestamptz not null
);
