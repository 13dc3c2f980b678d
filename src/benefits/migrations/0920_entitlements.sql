create table benefits.benefit (
  benefit text primary key,
  made_at timestamptz not null
);

-- A version is a draft until it is published with the days on which it holds; what has been published stays as it is.
create table benefits.benefit_version (
  benefit text not null references benefits.benefit,
  version int not null check (version >= 1),
  definition json not null,
  origin text not null check (origin in ('shipped', 'console')),
  saved_by bigint,
  saved_at timestamptz not null,
  published_by bigint,
  published_at timestamptz,
  first_day date,
  last_day date,
  primary key (benefit, version),
  constraint benefit_published check ((published_at is null) = (first_day is null)),
  constraint benefit_days check (last_day is null or last_day >= first_day)
);
create unique index benefit_draft on benefits.benefit_version (benefit) where published_at is null;
create trigger benefit_version_kept before update or delete on benefits.benefit_version
  for each row when (old.published_at is not null) execute function benefits.refuse_change();

-- What one member is due by one benefit in one period: made once, and kept with what became of it.
create table benefits.entitlement (
  entitlement_id bigint generated always as identity primary key,
  benefit text not null,
  version int not null,
  -- The member number it was made for; after a join it belongs to the joined member.
  owner bigint not null,
  -- 'once', '2026-11', '2026-Q4', 'birthday 2026'
  period text not null,
  -- Of a birthday: the day it is about.
  anchor_day date,
  due_day date not null,
  -- Until when it can be used; null: as long as it holds.
  last_day date,
  state text not null default 'due' check (state in ('due', 'granted', 'fulfilled', 'expired', 'failed')),
  reason text,
  -- From this day on it is tried again.
  retry_day date,
  attempts int not null default 0,
  issuance_id bigint,
  points bigint,
  -- Where and by whom it was handed out.
  store_code text,
  fulfilled_by bigint,
  note text,
  made_at timestamptz not null,
  granted_at timestamptz,
  ended_at timestamptz,
  reminded_at timestamptz,
  constraint entitlement_once unique (benefit, owner, period),
  foreign key (benefit, version) references benefits.benefit_version,
  constraint entitlement_reason check ((state in ('expired', 'failed')) = (reason is not null)),
  constraint entitlement_retry check (retry_day is null or state = 'failed')
) with (fillfactor = 80);
create index entitlement_owner on benefits.entitlement (owner);
create index entitlement_due on benefits.entitlement (entitlement_id) where state = 'due';
create index entitlement_retry_day on benefits.entitlement (retry_day) where retry_day is not null;
create index entitlement_open on benefits.entitlement (last_day) where state = 'granted';
create index entitlement_listed on benefits.entitlement (due_day desc, entitlement_id desc);

-- How far the turn of the day has come: whoever stops goes on here.
create table benefits.turn (
  singleton boolean primary key default true check (singleton),
  -- The last business day that is finished.
  day date not null,
  -- The benefit of the day after it that is being worked on, and the last member number seen to; '' before the first.
  benefit text not null default '',
  reached bigint not null default 0
);

-- Numbers whose recorded month and day of birth are those of the lunar calendar.
create table benefits.lunar_birthday (
  owner bigint primary key,
  said_by bigint,
  said_at timestamptz not null
);
