-- RFM: thresholds as numbered versions, and where each member stands on the day D.
create schema value;
create schema if not exists catalogue;

create table value.rfm_version (
  version int primary key,
  m_hi_minor bigint not null,
  f_hi int not null check (f_hi >= 1),
  r1_days int not null check (r1_days >= 0),
  r2_days int not null check (r2_days > r1_days),
  currency text not null,
  -- derived: by nearest rank from the population of business_day; set: by a person.
  origin text not null check (origin in ('derived', 'set')),
  business_day date not null,
  population bigint not null,
  person_id bigint,
  created_at timestamptz not null
);

-- The version in force is that of the newest row; going back to an older one is a row as well.
create table value.rfm_activation (
  activation_id bigint generated always as identity primary key,
  version int not null references value.rfm_version,
  person_id bigint,
  activated_at timestamptz not null
);

create table value.rfm_member (
  member_id bigint primary key,
  business_day date not null,
  last_purchase_day date not null,
  r_days int not null,
  f int not null,
  m_minor bigint not null,
  class text not null check (class in ('A', 'B', 'C')),
  level smallint not null check (level in (1, 2, 3))
);
create index rfm_member_cell on value.rfm_member (class, level, m_minor desc, member_id);

-- Members whose last purchase lies before the window.
create table value.rfm_past (
  member_id bigint primary key,
  last_purchase_day date not null
);

-- The one computation that rfm_member shows.
create table value.rfm_run (
  singleton boolean primary key default true check (singleton),
  business_day date not null,
  data_ended boolean not null,
  currency text not null,
  -- 0: thresholds of the day, derived while no version exists.
  version int not null,
  m_hi_minor bigint not null,
  f_hi int not null,
  r1_days int not null,
  r2_days int not null,
  thresholds_at timestamptz not null,
  f_edges bigint[] not null,
  m_edges bigint[] not null,
  population bigint not null,
  never bigint not null,
  over_365 bigint not null,
  flagged bigint not null,
  other_currency bigint not null,
  computed_at timestamptz not null
);

create view catalogue.rfm with (security_invoker = true) as
select member_id, business_day, last_purchase_day, r_days, f, m_minor, class, level::int as level, class || level as cell
from value.rfm_member;

-- Set when sales of closed days changed since the run; `since` is the first such change, `latest` the last.
create table value.stale (
  singleton boolean primary key default true check (singleton),
  since timestamptz not null,
  latest timestamptz not null
);
