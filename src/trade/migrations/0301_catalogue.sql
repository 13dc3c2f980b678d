-- What the rest of the house may read of sales. member_id is the current member of the party that bought.
create schema if not exists catalogue;

create view catalogue.stores with (security_invoker = true) as
select s.store_code, coalesce(s.name, s.store_code) as name, s.region_code, r.name as region_name, s.city, s.ownership, s.brand_code
from trade.store s
left join trade.region r using (region_code);

create view catalogue.products with (security_invoker = true) as
select sku, coalesce(name, line_name, sku) as name, category_1, category_2, category_3, brand, series, list_price_minor, launched_on
from trade.product;

create view catalogue.orders with (security_invoker = true) as
select
  o.order_id, o.party_id, p.member_id, o.order_no, o.placed_at, o.business_day, o.hour::int as hour,
  extract(isodow from o.business_day)::int as weekday, to_char(o.business_day, 'YYYY-MM') as month,
  o.store_code, o.region_code, o.brand_code, o.channel, o.status, o.currency,
  o.gross_minor, o.discount_minor, o.coupon_minor, o.refund_minor,
  o.line_net_minor - o.refund_minor as net_minor, o.line_net_minor,
  o.status = 'paid' and o.line_net_minor > 0 as is_settled,
  o.status = 'paid' and o.line_net_minor > 0 and not coalesce(p.is_excluded, false) as is_valid,
  o.coupon_code, o.campaign_code, o.items::numeric(18, 6) as items, o.line_count
from trade.sales_order o
left join catalogue.parties p on p.party_id = o.party_id;

create view catalogue.order_lines with (security_invoker = true) as
select
  l.order_id, l.line_key, o.party_id, p.member_id, o.placed_at, o.business_day, o.store_code, o.region_code, o.brand_code, o.channel,
  l.sku, coalesce(d.name, d.line_name, l.sku) as product_name, d.category_1, d.category_2, d.category_3, d.brand, d.series,
  d.launched_on, o.currency, l.quantity::numeric(18, 6) as quantity, l.unit_price, l.gross_minor, l.discount_minor, l.coupon_minor,
  l.net_minor, l.refund_minor, l.promotion_code is not null or l.discount_minor > 0 as is_promotion,
  o.status = 'paid' and o.line_net_minor > 0 as is_settled,
  o.status = 'paid' and o.line_net_minor > 0 and not coalesce(p.is_excluded, false) as is_valid
from trade.order_line l
join trade.sales_order o using (order_id)
left join trade.product d on d.sku = l.sku
left join catalogue.parties p on p.party_id = o.party_id;

create view catalogue.returns with (security_invoker = true) as
select
  r.return_id, coalesce(l.line_key, '') as line_key, r.party_id, p.member_id, r.order_id, r.returned_at, r.business_day, r.attributed_day,
  r.store_code, r.region_code, r.brand_code, r.channel, r.currency, l.sku, l.quantity::numeric(18, 6) as quantity,
  coalesce(l.refund_minor, r.refund_minor) as refund_minor, case when r.order_id is null then 'unmatched' else 'matched' end as state,
  not coalesce(p.is_excluded, false) as is_valid
from trade.sales_return r
left join trade.return_line l using (return_id)
left join catalogue.parties p on p.party_id = r.party_id;

-- Net spend by member and business day: valid orders after their refunds, less refunds without a known order on their own day.
create view catalogue.purchase_days with (security_invoker = true) as
select member_id, business_day, currency, sum(net_minor)::bigint as net_minor, sum(orders)::bigint as orders
from (
  select p.member_id, o.business_day, o.currency, o.line_net_minor - o.refund_minor as net_minor, 1 as orders
  from trade.sales_order o
  join catalogue.parties p on p.party_id = o.party_id
  where p.member_id is not null and o.status = 'paid' and o.line_net_minor > 0 and not p.is_excluded
  union all
  select p.member_id, r.attributed_day, r.currency, -r.refund_minor, 0
  from trade.sales_return r
  join catalogue.parties p on p.party_id = r.party_id
  where p.member_id is not null and r.order_id is null and not p.is_excluded
) days
group by member_id, business_day, currency;
