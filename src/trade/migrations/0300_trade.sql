-- Sales. A statement is what one record said; every other table here is a pure function of the statements.
create schema trade;
create schema if not exists catalogue;

create table trade.statement (
  record_id uuid primary key,
  kind text not null check (kind in ('order', 'return', 'product', 'store', 'staff')),
  -- Numbers of orders and returns are unique only in their source; masters are the brand's: source 0.
  entity_source_id bigint not null,
  entity text not null,
  version_at timestamptz not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  party_id bigint,
  is_whole boolean not null,
  body jsonb not null
);
create index statement_entity on trade.statement (kind, entity, entity_source_id);

create table trade.region (
  region_code text primary key,
  name text
);

create table trade.store (
  store_code text primary key,
  name text,
  region_code text,
  brand_code text,
  city text,
  ownership text,
  opened_on date,
  -- Known only from sales so far.
  is_stub boolean not null
);

create table trade.staff (
  staff_code text primary key,
  name_token text,
  store_code text,
  role text,
  left_on date
);

create table trade.product (
  sku text primary key,
  name text,
  category_1 text,
  category_2 text,
  category_3 text,
  brand text,
  series text,
  list_price_minor bigint,
  cost_minor bigint,
  launched_on date,
  -- Known only from lines of sales so far.
  is_stub boolean not null,
  -- What the earliest line called it; shown until a product record names it.
  line_name text,
  line_name_at timestamptz,
  line_name_record_id uuid
);

create table trade.sales_order (
  order_id bigint generated always as identity primary key,
  order_no text not null,
  source_id bigint not null,
  party_id bigint,
  placed_at timestamptz not null,
  business_day date not null,
  hour smallint not null,
  status text not null check (status in ('placed', 'paid', 'cancelled')),
  store_code text,
  region_code text,
  brand_code text,
  channel text,
  staff_code text,
  currency text not null,
  gross_minor bigint not null,
  discount_minor bigint not null,
  coupon_minor bigint not null,
  freight_minor bigint not null,
  order_discount_minor bigint not null,
  points_paid_minor bigint not null,
  gift_card_minor bigint not null,
  line_net_minor bigint not null,
  refund_minor bigint not null default 0,
  coupon_code text,
  campaign_code text,
  items numeric not null,
  line_count int not null,
  payments jsonb not null,
  unique (order_no, source_id)
);
create index sales_order_party on trade.sales_order (party_id, placed_at) where party_id is not null;
create index sales_order_day on trade.sales_order (business_day);
create index sales_order_store on trade.sales_order (store_code, business_day);

create table trade.order_line (
  order_id bigint not null,
  line_key text not null,
  sku text not null,
  quantity numeric not null,
  unit_price numeric(24, 6),
  gross_minor bigint not null,
  discount_minor bigint not null,
  coupon_minor bigint not null,
  -- Part of the line paid by points or gift card.
  tender_minor bigint not null,
  net_minor bigint not null check (net_minor = gross_minor - discount_minor - tender_minor),
  refund_minor bigint not null default 0,
  promotion_code text,
  primary key (order_id, line_key)
);

create table trade.sales_return (
  return_id bigint generated always as identity primary key,
  return_no text not null,
  source_id bigint not null,
  original_order_no text,
  -- The order it was matched to; null: unmatched.
  order_id bigint,
  -- Who the record says returned it; the order's party serves where it says nobody.
  stated_party_id bigint,
  party_id bigint,
  returned_at timestamptz not null,
  business_day date not null,
  -- The original order's day where that is known, else the return's own (measures.md).
  attributed_day date not null,
  store_code text,
  region_code text,
  brand_code text,
  channel text,
  currency text not null,
  reason text,
  -- The whole original order goes back; where nobody states the amount, the order's net tells it once it is known.
  whole_order boolean not null,
  stated_refund_minor bigint,
  refund_minor bigint not null,
  items numeric not null,
  unique (return_no, source_id)
);
create index sales_return_original on trade.sales_return (original_order_no) where original_order_no is not null;
create index sales_return_order on trade.sales_return (order_id) where order_id is not null;
create index sales_return_party on trade.sales_return (party_id, returned_at) where party_id is not null;
create index sales_return_day on trade.sales_return (attributed_day);

create table trade.return_line (
  return_id bigint not null,
  line_key text not null,
  sku text not null,
  quantity numeric not null,
  refund_minor bigint not null,
  original_line_no text,
  primary key (return_id, line_key)
);

-- Rights by row: a request sees what lies in its scope (settings of the transaction, '*' is everything). Without
-- settings nothing is seen. The sub-selects are read once a statement, not once a row; and a boolean one counts as a half
-- in the planner's estimate, where a comparison would count as a two-hundredth and turn every large join into loops.
create function trade.scope_policy(relation regclass, region text, store text, brand text) returns void
language plpgsql as $$
declare
  whole text := '';
  part text := '';
  term record;
begin
  for term in select * from (values ('huitou.regions', region), ('huitou.stores', store), ('huitou.brands', brand)) p (setting, col)
    where col is not null
  loop
    whole := whole || case when whole = '' then '' else ' and ' end || format('current_setting(%L, true) = ''*''', term.setting);
    part := part || case when part = '' then '' else ' and ' end || format(
      '((select current_setting(%1$L, true) = ''*'') or %2$I = any (string_to_array((select current_setting(%1$L, true)), '','')))',
      term.setting, term.col);
  end loop;
  execute format('alter table %s enable row level security', relation);
  execute format('create policy scope on %s using ((select %s) or (%s))', relation, whole, part);
end $$;

select trade.scope_policy('trade.sales_order', 'region_code', 'store_code', 'brand_code');
select trade.scope_policy('trade.sales_return', 'region_code', 'store_code', 'brand_code');
select trade.scope_policy('trade.staff', null, 'store_code', null);
drop function trade.scope_policy;

create index statement_party on trade.statement (party_id) where party_id is not null;
