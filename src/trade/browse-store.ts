import type { Tx } from "../store/index.ts";

/** A page of a list that is read by its key. */
export interface Page {
  readonly after: string | null;
  readonly limit: number;
}

/** Products in the order of their codes; `text` finds the start of a code or any part of a name. */
export async function listProducts(tx: Tx, text: string | null, { after, limit }: Page): Promise<{ sku: string }[]> {
  return tx.query(
    `select c.*, p.is_stub from catalogue.products c join trade.product p using (sku)
     where ($1::text is null or c.sku > $1)
       and ($2::text is null or starts_with(c.sku, $2) or position(lower($2) in lower(c.name)) > 0)
     order by c.sku limit $3`,
    [after, text, limit],
  );
}

/** Stores in the order of their codes. */
export async function listStores(tx: Tx, { after, limit }: Page): Promise<{ store_code: string }[]> {
  return tx.query(
    `select c.*, s.opened_on, s.is_stub from catalogue.stores c join trade.store s using (store_code)
     where ($1::text is null or c.store_code > $1) order by c.store_code limit $2`,
    [after, limit],
  );
}

export interface OrderView {
  readonly order_id: number;
  readonly [column: string]: unknown;
}

/** One order with lines, payments, returns and how many records spoke of it; undefined outside the caller's scope. */
export async function orderView(tx: Tx, order_id: number): Promise<OrderView | undefined> {
  return tx.one<OrderView>(
    `select o.order_id, c.member_id, o.order_no, o.source_id, o.placed_at, o.business_day, o.status, o.store_code, s.name as store_name,
       o.channel, o.staff_code, o.currency, o.gross_minor, o.discount_minor, o.coupon_minor, o.freight_minor, o.points_paid_minor,
       o.gift_card_minor, o.line_net_minor, o.refund_minor, c.net_minor, c.is_valid, o.coupon_code, o.campaign_code, o.items, o.payments,
       (select coalesce(jsonb_agg(to_jsonb(l) - 'order_id' || jsonb_build_object('product_name', p.name) order by l.line_key), '[]')
          from trade.order_line l left join catalogue.products p using (sku) where l.order_id = o.order_id) as lines,
       (select coalesce(jsonb_agg(jsonb_build_object('return_id', r.return_id, 'return_no', r.return_no, 'returned_at', r.returned_at,
            'refund_minor', r.refund_minor, 'reason', r.reason,
            'lines', (select coalesce(jsonb_agg(to_jsonb(l) - 'return_id' order by l.line_key), '[]') from trade.return_line l where l.return_id = r.return_id)
          ) order by r.returned_at, r.return_id), '[]')
          from trade.sales_return r where r.order_id = o.order_id) as returns,
       (select count(*) from trade.statement t where t.kind = 'order' and t.entity = o.order_no and t.entity_source_id = o.source_id) as statements
     from trade.sales_order o
     join catalogue.orders c using (order_id)
     left join catalogue.stores s on s.store_code = o.store_code
     where o.order_id = $1`,
    [order_id],
  );
}

/** One line of the morning table of stores. Amounts in minor units of `currency`. */
export interface StoreDay {
  readonly store_code: string | null;
  readonly store_name: string | null;
  readonly currency: string;
  readonly net_minor: number;
  readonly orders: number;
  readonly member_orders: number;
  readonly month_net_minor: number;
  readonly last_year_net_minor: number;
}

/**
 * The table of stores for a day: net before refunds, tickets and tickets with a member, month to date, and the same day
 * a year before. Sales without a member count; sales of flagged accounts do not.
 */
export async function storeDays(tx: Tx, business_day: string): Promise<StoreDay[]> {
  return tx.query<StoreDay>(
    `select o.store_code, s.name as store_name, o.currency,
       coalesce(sum(o.line_net_minor) filter (where o.business_day = $1), 0)::bigint as net_minor,
       count(*) filter (where o.business_day = $1) as orders,
       count(*) filter (where o.business_day = $1 and o.member_id is not null) as member_orders,
       coalesce(sum(o.line_net_minor) filter (where o.business_day >= date_trunc('month', $1::date)::date), 0)::bigint as month_net_minor,
       coalesce(sum(o.line_net_minor) filter (where o.business_day = ($1::date - interval '1 year')::date), 0)::bigint as last_year_net_minor
     from catalogue.orders o
     left join catalogue.stores s using (store_code)
     where o.is_valid and (o.business_day between date_trunc('month', $1::date)::date and $1 or o.business_day = ($1::date - interval '1 year')::date)
     group by o.store_code, s.name, o.currency
     order by net_minor desc, o.store_code`,
    [business_day],
  );
}
