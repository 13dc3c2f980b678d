-- What points buy. A version is published at once and never changed; the newest whose days have begun holds.
create table benefits.reward (
  reward text primary key,
  -- Units that exist for orders, and where they are. Whoever orders takes from here in the statement that looks.
  stock int not null check (stock >= 0),
  held int not null default 0 check (held >= 0),
  given int not null default 0 check (given >= 0),
  made_at timestamptz not null,
  constraint reward_stock check (held + given <= stock)
) with (fillfactor = 50);

create table benefits.reward_version (
  reward text not null references benefits.reward,
  version int not null check (version >= 1),
  definition json not null,
  first_day date not null,
  last_day date,
  saved_by bigint,
  saved_at timestamptz not null,
  primary key (reward, version),
  constraint reward_days check (last_day is null or last_day >= first_day)
);
create trigger reward_version_kept before update or delete on benefits.reward_version
  for each row execute function benefits.refuse_change();

create table benefits.reward_order (
  order_id bigint generated always as identity primary key,
  reward text not null,
  version int not null,
  -- The member number that ordered; after a join it belongs to the joined member.
  owner bigint not null,
  state text not null default 'held' check (state in ('held', 'confirmed', 'fulfilled', 'cancelled', 'returned')),
  points bigint not null check (points > 0),
  cash_minor bigint not null check (cash_minor >= 0),
  hold_id bigint,
  -- Until when it is held for whoever has not paid.
  until_at timestamptz not null,
  -- The redemption of a benefit that it used up.
  entitlement_id bigint references benefits.entitlement,
  -- Served before others: its member has the right of accelerated redemption.
  is_first boolean not null,
  payment_reference text,
  store_code text,
  shipment text,
  reason text,
  made_by bigint,
  made_at timestamptz not null,
  confirmed_at timestamptz,
  fulfilled_at timestamptz,
  ended_at timestamptz,
  foreign key (reward, version) references benefits.reward_version,
  constraint order_paid check (state not in ('confirmed', 'fulfilled', 'returned') or cash_minor = 0 or payment_reference is not null),
  constraint order_reason check ((state in ('cancelled', 'returned')) = (reason is not null))
) with (fillfactor = 80);
create index reward_order_owner on benefits.reward_order (owner, reward);
create index reward_order_until on benefits.reward_order (until_at) where state = 'held';
create index reward_order_waiting on benefits.reward_order (is_first desc, order_id) where state = 'confirmed';
-- What is paid for is paid once.
create unique index reward_order_payment on benefits.reward_order (payment_reference) where payment_reference is not null;
