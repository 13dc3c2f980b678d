-- What each valid order was mostly: the category with the largest net after refunds; of equal ones the first by code point.
-- Goods without a category come last, so that an order has none only where nothing of it has one.
create view catalogue.order_categories with (security_invoker = true) as
select member_id, order_id, placed_at, business_day, category_1, net_minor
from (
  select member_id, order_id, placed_at, business_day, category_1, net_minor,
    row_number() over (
      partition by member_id, order_id
      order by case when category_1 is null then 1 else 0 end, net_minor desc, category_1 collate "C"
    ) as place
  from (
    select p.member_id, o.order_id, o.placed_at, o.business_day, d.category_1, sum(l.net_minor - l.refund_minor)::bigint as net_minor
    from trade.sales_order o
    join catalogue.parties p on p.party_id = o.party_id
    join trade.order_line l using (order_id)
    left join trade.product d on d.sku = l.sku
    where p.member_id is not null and o.status = 'paid' and o.line_net_minor > 0 and not p.is_excluded
    group by p.member_id, o.order_id, o.placed_at, o.business_day, d.category_1
  ) categories
) placed
where place = 1;
