-- Orders as the till tells them in the act itself, before their record has come: they earn at once. When the record comes it
-- takes their place, so that nothing is earned twice.
create table points.told_order (
  told_id bigint generated always as identity primary key,
  order_no text not null,
  store_code text not null,
  channel text not null,
  currency text not null,
  -- The member number that buys.
  owner bigint not null,
  told_at timestamptz not null,
  day date not null,
  -- [sku, [categories], net_minor]
  lines jsonb not null,
  unique (order_no, store_code)
);
create index told_order_owner on points.told_order (owner, day);

-- What has been given back of lines at the till, in all; a return's own record says the same later, and the larger counts.
create table points.told_refund (
  order_no text not null,
  store_code text not null,
  line_key text not null,
  refund_minor bigint not null check (refund_minor >= 0),
  primary key (order_no, store_code, line_key)
);
