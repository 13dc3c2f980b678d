create schema benefits;

-- What codes are made and found with, sealed under a key of the key store: a copy of this database opens no code.
create table benefits.code_key (
  singleton boolean primary key default true check (singleton),
  sealed bytea not null
);

create table benefits.coupon (
  coupon_id bigint generated always as identity primary key,
  key text not null unique,
  state text not null default 'live' check (state in ('live', 'withdrawn')),
  made_at timestamptz not null
);

-- A version is a draft until it is published; what has been published stays as it is.
create table benefits.coupon_version (
  coupon_id bigint not null references benefits.coupon,
  version int not null check (version >= 1),
  definition json not null,
  origin text not null check (origin in ('shipped', 'console')),
  saved_by bigint,
  saved_at timestamptz not null,
  published_by bigint,
  published_at timestamptz,
  -- Business days on which it can be used, whatever a batch says.
  first_day date,
  last_day date,
  primary key (coupon_id, version),
  constraint version_published check ((published_at is null) = (first_day is null)),
  constraint version_days check (last_day is null or last_day >= first_day)
);
create unique index coupon_draft on benefits.coupon_version (coupon_id) where published_at is null;

create function benefits.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'a published version of a coupon is never changed' using errcode = 'restrict_violation';
end $$;
create trigger version_kept before update or delete on benefits.coupon_version
  for each row when (old.published_at is not null) execute function benefits.refuse_change();

-- Coupons of one version that share their limits. Whoever holds, redeems or gives back one locks this row first: of many at
-- once one is the last.
create table benefits.batch (
  batch_id bigint generated always as identity primary key,
  coupon_id bigint not null,
  version int not null,
  name text not null,
  -- One code that many use, or a code for each.
  kind text not null check (kind in ('shared', 'unique')),
  state text not null default 'open' check (state in ('open', 'paused', 'undone')),
  currency text not null,
  number int not null check (number between 1 and 10000000),
  -- Codes that exist. Of a shared code one for each use.
  made int not null default 0,
  -- The last place that a code was derived from.
  ordinal int not null default 0,
  held int not null default 0 check (held >= 0),
  redeemed int not null default 0 check (redeemed >= 0),
  expired int not null default 0 check (expired >= 0),
  voided int not null default 0 check (voided >= 0),
  -- What its coupons took off orders, held ones too, without what was returned.
  spent_minor bigint not null default 0,
  budget_minor bigint check (budget_minor > 0),
  member_max int check (member_max > 0),
  member_period text check (member_period in ('day', 'week', 'month')),
  member_period_max int check (member_period_max > 0),
  period text check (period in ('day', 'week', 'month')),
  period_max int check (period_max > 0),
  -- Of a shared code.
  code_hash bytea unique,
  first_day date not null,
  last_day date,
  -- For so many days after it was issued, that day included; never beyond last_day.
  days int check (days > 0),
  made_by bigint,
  made_at timestamptz not null,
  foreign key (coupon_id, version) references benefits.coupon_version,
  constraint batch_number check (made between 0 and number),
  constraint batch_uses check (held + redeemed <= number),
  constraint batch_budget check (spent_minor >= 0 and (budget_minor is null or spent_minor <= budget_minor)),
  constraint batch_days check (last_day is null or last_day >= first_day),
  constraint batch_member_period check ((member_period is null) = (member_period_max is null)),
  constraint batch_period check ((period is null) = (period_max is null)),
  constraint batch_shared check ((kind = 'shared') = (code_hash is not null))
) with (fillfactor = 50);
create index batch_of_coupon on benefits.batch (coupon_id);

-- Coupons that were issued together, and are taken back together.
create table benefits.issuance (
  issuance_id bigint generated always as identity primary key,
  batch_id bigint not null references benefits.batch,
  kind text not null check (kind in ('codes', 'members', 'segment')),
  -- Of whoever asked: the same one issues once.
  key text unique check (length(key) between 1 and 200),
  segment_id bigint,
  wanted int not null check (wanted > 0),
  made int not null default 0,
  -- Members of the segment who had one of the batch already.
  skipped int not null default 0,
  -- The last member of the segment that was seen to.
  reached bigint not null default 0,
  state text not null check (state in ('running', 'done', 'cancelled', 'undoing', 'undone')),
  reason text not null,
  job_id text,
  made_by bigint,
  made_at timestamptz not null,
  ended_at timestamptz,
  undo_reason text,
  constraint issuance_made check (made between 0 and wanted)
);
create index issuance_of_batch on benefits.issuance (batch_id);

create table benefits.issued (
  issued_id bigint generated always as identity primary key,
  batch_id bigint not null references benefits.batch,
  issuance_id bigint references benefits.issuance,
  -- Its code is derived from here; 0 and below: a use of a shared code.
  ordinal int not null,
  code_hash bytea unique,
  -- The member number it belongs to; null: whoever brings the code.
  owner bigint,
  state text not null check (state in ('issued', 'held', 'redeemed', 'void', 'expired')),
  first_day date not null,
  last_day date,
  issued_at timestamptz not null,
  unique (batch_id, ordinal)
) with (fillfactor = 80);
create index issued_owner on benefits.issued (owner, issued_id) where owner is not null;
create index issued_last_day on benefits.issued (last_day) where state = 'issued';
create index issued_issuance on benefits.issued (issuance_id, issued_id) where issuance_id is not null;

-- Coupons of one order.
create table benefits.redemption (
  redemption_id bigint generated always as identity primary key,
  order_reference text not null check (length(order_reference) between 1 and 100),
  store_code text,
  channel text not null,
  currency text not null,
  owner bigint,
  state text not null check (state in ('held', 'posted', 'voided')),
  until_at timestamptz,
  amount_minor bigint not null check (amount_minor >= 0),
  discount_minor bigint not null check (discount_minor between 0 and amount_minor),
  -- The business day whose caps it counts for.
  day date not null,
  made_by bigint,
  client_id bigint,
  made_at timestamptz not null,
  ended_at timestamptz,
  constraint redemption_until check ((state = 'held') = (until_at is not null))
);
-- An order has its coupons once, whatever the keys of its requests.
create unique index redemption_order on benefits.redemption (order_reference, coalesce(store_code, ''), channel) where state <> 'voided';
create index redemption_until on benefits.redemption (until_at) where state = 'held';
create index redemption_recent on benefits.redemption (made_at desc);

-- Lines in the order of the basket; 0 is the freight.
create table benefits.redemption_line (
  redemption_id bigint not null references benefits.redemption,
  line_no int not null,
  line_id text not null,
  sku text not null,
  quantity int not null check (quantity > 0),
  amount_minor bigint not null check (amount_minor >= 0),
  discount_minor bigint not null,
  returned_quantity int not null default 0,
  -- Money given back, of what was paid for it.
  refunded_minor bigint not null default 0,
  primary key (redemption_id, line_no),
  constraint line_discount check (discount_minor between 0 and amount_minor),
  constraint line_returned check (returned_quantity between 0 and quantity),
  constraint line_refunded check (refunded_minor between 0 and amount_minor - discount_minor)
);

create table benefits.redemption_coupon (
  redemption_id bigint not null references benefits.redemption,
  issued_id bigint not null references benefits.issued,
  batch_id bigint not null references benefits.batch,
  discount_minor bigint not null check (discount_minor > 0),
  -- What the store bears of it; the brand bears the rest.
  store_minor bigint not null check (store_minor between 0 and discount_minor),
  returned_minor bigint not null default 0,
  -- Voided, or given back with the whole order: the coupon may be used again.
  released boolean not null default false,
  primary key (redemption_id, issued_id),
  constraint coupon_returned check (returned_minor between 0 and discount_minor)
);
-- The same coupon is in one order, whatever a plan forgot.
create unique index coupon_in_one_order on benefits.redemption_coupon (issued_id) where not released;
create index redemption_of_batch on benefits.redemption_coupon (batch_id, redemption_id);

create table benefits.redemption_part (
  redemption_id bigint not null,
  issued_id bigint not null,
  line_no int not null,
  discount_minor bigint not null check (discount_minor > 0),
  returned_minor bigint not null default 0,
  primary key (redemption_id, issued_id, line_no),
  foreign key (redemption_id, issued_id) references benefits.redemption_coupon,
  foreign key (redemption_id, line_no) references benefits.redemption_line,
  constraint part_returned check (returned_minor between 0 and discount_minor)
);

create table benefits.redemption_return (
  return_id bigint generated always as identity primary key,
  redemption_id bigint not null references benefits.redemption,
  lines json not null,
  refunded_minor bigint not null check (refunded_minor >= 0),
  discount_minor bigint not null check (discount_minor >= 0),
  store_code text,
  made_by bigint,
  client_id bigint,
  made_at timestamptz not null
);
create index return_of_redemption on benefits.redemption_return (redemption_id);

-- Uses under a cap: of a member (owner) or of all (0), in all ('') or in a period ('day 2026-11-30').
create table benefits.use_count (
  batch_id bigint not null references benefits.batch,
  owner bigint not null,
  period text not null,
  uses int not null,
  cap int not null,
  primary key (batch_id, owner, period),
  constraint use_cap check (uses between 0 and cap)
) with (fillfactor = 80);

-- One effect for one key. A refusal leaves no row: nothing happened, and the key may be used again.
create table benefits.request (
  key text primary key check (length(key) between 1 and 200),
  payload_hash bytea not null,
  -- as text, so that whoever asks again reads the very same answer; null while its transaction is open
  answer json,
  made_at timestamptz not null
);
create index request_age on benefits.request (made_at);
