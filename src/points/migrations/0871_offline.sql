-- What a till may burn while it is offline: a signed allowance for one day, counted when its burns arrive.
create table points.offline_key (
  singleton boolean primary key default true check (singleton),
  -- The private key with which allowances are signed, sealed under a key of the key store.
  sealed bytea not null,
  public_pem text not null
);

create table points.allowance (
  allowance_id uuid primary key,
  -- 'tablet:12' or 'client:3': a device, not a person.
  till text not null,
  store_code text not null,
  day date not null,
  points_max bigint not null check (points_max > 0),
  member_max bigint not null check (member_max > 0),
  -- The device's own public key: it signs each burn.
  device_key text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > issued_at),
  asked_by bigint
);

-- Burned offline by a till on a day: of one member, or of all (0). However many allowances it had, the limit is one.
create table points.offline_use (
  till text not null,
  day date not null,
  owner bigint not null,
  points bigint not null,
  cap bigint not null,
  primary key (till, day, owner),
  constraint offline_cap check (points between 0 and cap)
);

create table points.offline_burn (
  burn_id bigint generated always as identity primary key,
  allowance_id uuid not null references points.allowance,
  till text not null,
  store_code text not null,
  receipt text not null,
  hold_id bigint,
  owner bigint not null,
  points bigint not null check (points > 0),
  -- By the till's clock.
  at timestamptz not null,
  received_at timestamptz not null,
  -- The signed burn as it came: the same again is the same.
  payload_hash bytea not null unique,
  -- It stands for its receipt; a forged one or a second one does not.
  counts boolean not null,
  posted bigint not null default 0,
  debt bigint not null default 0,
  state text not null check (state in ('posted', 'open', 'settled')),
  -- Why somebody has to look at it.
  code text,
  params jsonb,
  settled_act text check (settled_act in ('post', 'drop')),
  settled_reason text,
  settled_by bigint,
  settled_at timestamptz,
  constraint burn_posted check (posted >= 0 and debt >= 0 and posted + debt <= points),
  constraint burn_reason check ((state = 'posted') = (code is null)),
  constraint burn_settled check ((state = 'settled') = (settled_at is not null and settled_act is not null and settled_reason is not null))
);
create unique index burn_receipt on points.offline_burn (store_code, receipt) where counts;
create unique index burn_hold on points.offline_burn (hold_id) where counts and hold_id is not null;
create index burn_open on points.offline_burn (state, store_code, burn_id) where state <> 'posted';
