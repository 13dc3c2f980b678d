-- Lines that came back and others that were taken, in one act: what was paid back, what the new order costs, and the points of both.
create table benefits.exchange (
  exchange_id bigint generated always as identity primary key,
  return_id bigint not null references benefits.redemption_return,
  -- The order that was taken instead.
  redemption_id bigint not null unique references benefits.redemption,
  store_code text,
  refund_minor bigint not null check (refund_minor >= 0),
  due_minor bigint not null check (due_minor >= 0),
  points_back bigint not null check (points_back >= 0),
  points_burned bigint not null check (points_burned >= 0),
  made_by bigint,
  client_id bigint,
  made_at timestamptz not null
);
create index exchange_return on benefits.exchange (return_id);
