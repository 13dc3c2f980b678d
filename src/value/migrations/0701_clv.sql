-- Lifetime value: band borders as numbered versions, and what each member with a purchase in the window is worth.
create table value.clv_version (
  version int primary key,
  high_minor bigint not null,
  middle_minor bigint not null check (middle_minor <= high_minor),
  currency text not null,
  -- derived: by nearest rank from the population of business_day; set: by a person.
  origin text not null check (origin in ('derived', 'set')),
  business_day date not null,
  population bigint not null,
  person_id bigint,
  created_at timestamptz not null
);

create table value.clv_member (
  member_id bigint primary key,
  business_day date not null,
  clv_minor bigint not null,
  band text not null check (band in ('high', 'middle', 'low')),
  order_value_minor bigint not null,
  orders_per_year numeric(18, 6) not null,
  repurchase_rate numeric(18, 6) not null,
  years int not null,
  -- of the next 365 days, by BG/NBD and Gamma-Gamma; null where the models could not be fitted
  expected_purchases numeric(18, 6),
  expected_value_minor bigint,
  p_alive numeric(18, 6)
);
create index clv_member_value on value.clv_member (clv_minor desc, member_id desc);

-- The one computation that clv_member shows.
create table value.clv_run (
  singleton boolean primary key default true check (singleton),
  business_day date not null,
  currency text not null,
  rfm_version int not null,
  -- 0: borders of the day, derived while no version exists
  version int not null,
  high_minor bigint not null,
  middle_minor bigint not null,
  population bigint not null,
  parameters jsonb not null,
  models jsonb,
  hold_out jsonb,
  computed_at timestamptz not null
);

create view catalogue.clv with (security_invoker = true) as
select member_id, business_day, clv_minor, band, order_value_minor, orders_per_year, repurchase_rate, years, expected_purchases,
  expected_value_minor, p_alive
from value.clv_member;
