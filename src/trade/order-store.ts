import type { Tx } from "../store/index.ts";
import type { Order } from "./order.ts";
import { copyRows, insertRows, overwrite, type Shape } from "./record-set.ts";
import type { StorePlace } from "./master-store.ts";

const ORDER: Shape = {
  order_no: "text",
  source_id: "bigint",
  party_id: "bigint",
  placed_at: "timestamptz",
  business_day: "date",
  hour: "smallint",
  status: "text",
  store_code: "text",
  region_code: "text",
  brand_code: "text",
  channel: "text",
  staff_code: "text",
  currency: "text",
  gross_minor: "bigint",
  discount_minor: "bigint",
  coupon_minor: "bigint",
  freight_minor: "bigint",
  order_discount_minor: "bigint",
  points_paid_minor: "bigint",
  gift_card_minor: "bigint",
  line_net_minor: "bigint",
  coupon_code: "text",
  campaign_code: "text",
  items: "numeric",
  line_count: "int",
  payments: "jsonb",
};
const LINE: Shape = {
  order_id: "bigint",
  line_key: "text",
  sku: "text",
  quantity: "numeric",
  unit_price: "numeric",
  gross_minor: "bigint",
  discount_minor: "bigint",
  coupon_minor: "bigint",
  tender_minor: "bigint",
  net_minor: "bigint",
  promotion_code: "text",
};

export interface OrderKey {
  readonly source_id: number;
  readonly order_no: string;
}

/** An order as other steps need to know it. */
export interface StoredOrder extends OrderKey {
  readonly order_id: number;
  readonly party_id: number | null;
  readonly business_day: string;
  readonly store_code: string | null;
}

const STORED = "order_id, order_no, source_id, party_id, business_day, store_code";

export async function ordersOf(tx: Tx, keys: readonly OrderKey[]): Promise<StoredOrder[]> {
  if (keys.length === 0) return [];
  return tx.query<StoredOrder>(
    `select ${STORED} from unnest($1::text[], $2::bigint[]) as k (order_no, source_id) join trade.sales_order using (order_no, source_id)`,
    [keys.map((k) => k.order_no), keys.map((k) => k.source_id)],
  );
}

export async function ordersByNumber(tx: Tx, numbers: readonly string[]): Promise<StoredOrder[]> {
  if (numbers.length === 0) return [];
  return tx.query<StoredOrder>(`select ${STORED} from trade.sales_order where order_no = any($1)`, [numbers]);
}

export interface FoldedOrder extends OrderKey {
  readonly order: Order;
  readonly hour: number;
}

/** Writes headers. */
export async function writeOrders(
  tx: Tx,
  folded: readonly FoldedOrder[],
  places: ReadonlyMap<string, StorePlace>,
): Promise<void> {
  const rows = folded.map(({ order: { lines, ...header }, source_id, order_no, hour }) => {
    const place = header.store_code === null ? undefined : places.get(header.store_code);
    return {
      ...header,
      source_id,
      order_no,
      hour,
      payments: JSON.stringify(header.payments),
      region_code: place?.region_code ?? null,
      brand_code: place?.brand_code ?? null,
      line_count: lines.length,
    };
  });
  await insertRows(
    tx,
    "trade.sales_order",
    ORDER,
    rows,
    overwrite("trade.sales_order", ["order_no", "source_id"], ORDER),
  );
}

/** Replaces the lines of orders; `known` are the orders that may have lines already. */
export async function writeLines(
  tx: Tx,
  orders: readonly { order_id: number; order: Order }[],
  known: readonly number[],
): Promise<void> {
  if (known.length > 0) await tx.query("delete from trade.order_line where order_id = any($1)", [known]);
  await copyRows(tx, "trade.order_line", LINE, lineRows(orders));
}

function* lineRows(orders: readonly { order_id: number; order: Order }[]): Generator<object> {
  for (const { order_id, order } of orders) {
    for (const line of order.lines) yield { ...line, order_id, line_key: line.key };
  }
}

export async function deleteOrders(tx: Tx, order_ids: readonly number[]): Promise<void> {
  if (order_ids.length === 0) return;
  await tx.query("delete from trade.order_line where order_id = any($1)", [order_ids]);
  await tx.query("delete from trade.sales_order where order_id = any($1)", [order_ids]);
}

export interface StoredLine {
  readonly order_id: number;
  readonly key: string;
  readonly sku: string;
  readonly net_minor: number;
}

export async function linesOf(tx: Tx, order_ids: readonly number[]): Promise<StoredLine[]> {
  if (order_ids.length === 0) return [];
  return tx.query<StoredLine>(
    "select order_id, line_key as key, sku, net_minor from trade.order_line where order_id = any($1) order by order_id, line_key",
    [order_ids],
  );
}

export async function refundedNumbers(tx: Tx, order_nos: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ order_no: string }>(
    "select distinct order_no from trade.sales_order where order_no = any($1) and refund_minor <> 0",
    [order_nos],
  );
  return rows.map((row) => row.order_no);
}

export interface OrderRefunds {
  readonly order_id: number;
  readonly order_minor: number;
  readonly by_line: ReadonlyMap<string, number>;
}

/** Sets refunds of orders and lines where they differ. @returns the orders that changed. */
export async function writeRefunds(tx: Tx, refunds: readonly OrderRefunds[]): Promise<number[]> {
  if (refunds.length === 0) return [];
  const lines = refunds.flatMap(({ order_id, by_line }) =>
    [...by_line].map(([line_key, refund_minor]) => ({ order_id, line_key, refund_minor })),
  );
  const touched = await tx.query<{ order_id: number }>(
    `update trade.order_line l set refund_minor = r.refund_minor
     from jsonb_to_recordset($1::jsonb) as r (order_id bigint, line_key text, refund_minor bigint)
     where l.order_id = r.order_id and l.line_key = r.line_key and l.refund_minor <> r.refund_minor returning l.order_id`,
    [JSON.stringify(lines)],
  );
  const changed = await tx.query<{ order_id: number }>(
    `update trade.sales_order o set refund_minor = r.order_minor
     from jsonb_to_recordset($1::jsonb) as r (order_id bigint, order_minor bigint)
     where o.order_id = r.order_id and o.refund_minor <> r.order_minor returning o.order_id`,
    [JSON.stringify(refunds.map(({ order_id, order_minor }) => ({ order_id, order_minor })))],
  );
  return [...new Set([...touched, ...changed].map((row) => row.order_id))];
}
