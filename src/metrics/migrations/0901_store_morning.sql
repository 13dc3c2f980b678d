-- The table per store of a morning, as it was made; code '' holds what belongs to no store.
create table metrics.store_morning (
  day date not null,
  store_code text not null,
  store_name text,
  region_code text,
  region_name text,
  opened_on date,
  orders bigint not null,
  member_orders bigint not null,
  net_minor bigint not null,
  new_members bigint not null,
  month_orders bigint not null,
  month_member_orders bigint not null,
  month_net_minor bigint not null,
  month_new_members bigint not null,
  last_year_orders bigint,
  last_year_net_minor bigint,
  last_year_month_net_minor bigint,
  primary key (day, store_code)
);

create table metrics.store_morning_run (
  day date primary key,
  last_year_day date not null,
  last_year_by text not null,
  currency text not null,
  made_at timestamptz not null
);
