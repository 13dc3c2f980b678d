import fc from "fast-check";
import type { Tx } from "../../src/store/index.ts";

/** A message about a sale as a source would send it: whole document or change, at some minute. */
export interface Message {
  readonly kind: "order" | "return" | "product" | "store";
  readonly source_id: number;
  readonly minute: number;
  readonly updated: boolean;
  readonly party_id: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

const START = Date.parse("2026-03-01T15:30:00Z");
const instant = (minute: number) => new Date(START + minute * 60_000);

const line = fc.record({
  line_no: fc.constantFrom("1", "2", "3"),
  sku: fc.constantFrom("tea", "cup"),
  product_name: fc.option(fc.constantFrom("Tea", "Cup", "Pot"), { nil: undefined }),
  quantity: fc.constantFrom("1", "2", "0.345", "0"),
  unit_price: fc.constantFrom("10", "0.005", "29.9", "1.005"),
  discount_minor: fc.option(fc.nat(50), { nil: undefined }),
});
const lines = fc.option(fc.uniqueArray(line, { selector: (l) => l.line_no, minLength: 1, maxLength: 3 }), {
  nil: undefined,
});
const optional = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const source_id = fc.constantFrom(1, 2);
const party_id = fc.option(fc.constantFrom(7, 8), { nil: null });

const order = fc.record({
  kind: fc.constant("order" as const),
  source_id,
  party_id,
  updated: fc.boolean(),
  body: fc.record({
    order_no: fc.constantFrom("A", "B"),
    status: optional("placed", "paid", "cancelled"),
    store_code: optional("S1", "S2"),
    discount_minor: optional(0, 101),
    points_paid_minor: optional(0, 33),
    payments: fc.option(fc.constant([{ method: "cash", amount_minor: 5 }]), { nil: undefined }),
    lines,
  }),
});
const returned = fc.record({
  kind: fc.constant("return" as const),
  source_id: fc.constantFrom(1, 2, 3),
  party_id,
  updated: fc.constant(false),
  body: fc.oneof(
    fc.record({
      return_no: fc.constantFrom("R", "Q"),
      original_order_no: optional("A", "B", "unknown"),
      lines: fc.tuple(
        fc.record({
          line_no: fc.constantFrom("1", "2"),
          sku: fc.constantFrom("tea", "cup"),
          quantity: fc.constant("1"),
          refund_minor: fc.nat(900),
          original_line_no: optional("1", "2"),
        }),
      ),
    }),
    fc.record({ return_no: fc.constant("W"), original_order_no: optional("A", "B"), whole_order: fc.constant(true) }),
  ),
});
const product = fc.record({
  kind: fc.constant("product" as const),
  source_id,
  party_id: fc.constant(null),
  updated: fc.constant(false),
  body: fc.record({ sku: fc.constant("tea"), name: optional("Green tea", "Black tea"), brand: optional("x", "y") }),
});
const store = fc.record({
  kind: fc.constant("store" as const),
  source_id,
  party_id: fc.constant(null),
  updated: fc.constant(false),
  body: fc.record({
    store_code: fc.constantFrom("S1", "S2"),
    region_code: optional("E", "W"),
    region_name: optional("East", "West"),
  }),
});

/** A history: what happened, each message at a minute of its own. */
export const histories = fc
  .array(fc.oneof({ weight: 4, arbitrary: order }, { weight: 3, arbitrary: returned }, product, store), {
    minLength: 1,
    maxLength: 14,
  })
  .map((messages): Message[] => messages.map((message, i) => ({ ...message, minute: i * 7 })));

/** The records of a message; `pieces` > 1 sends a document's lines one by one, as a file with scattered lines does. */
export function recordsOf(message: Message, index: number, pieces: boolean) {
  const { lines: all, ...header } = message.body as { lines?: readonly unknown[] };
  const bodies = pieces && all !== undefined ? all.map((one) => ({ ...header, lines: [one] })) : [message.body];
  const at = instant(message.minute);
  return bodies.map((body, piece) => ({
    record_id: `00000000-0000-0000-${String(index).padStart(4, "0")}-${String(piece).padStart(12, "0")}`,
    source_id: message.source_id,
    source_key: `source-${message.source_id}`,
    undoable: true,
    kind: message.kind,
    // what is updated happened at the beginning
    occurred_at: message.updated ? instant(0) : at,
    received_at: at,
    party_id: message.party_id,
    identities: [],
    body: message.updated ? { ...body, updated_at: at.toISOString() } : body,
  }));
}

/** Everything trade holds, without the ids that depend on the order of arrival. */
export async function dumpTrade(tx: Tx): Promise<Record<string, unknown[]>> {
  const dump = async (sql: string) => tx.query(sql);
  return {
    orders:
      await dump(`select source_id, order_no, party_id, placed_at, business_day, hour, status, store_code, region_code, currency, gross_minor,
      discount_minor, order_discount_minor, points_paid_minor, line_net_minor, refund_minor, items::float8 as items, line_count, payments
      from trade.sales_order order by source_id, order_no`),
    lines:
      await dump(`select o.source_id, o.order_no, l.line_key, l.sku, l.quantity::float8 as quantity, l.unit_price::float8 as unit_price, l.gross_minor,
      l.discount_minor, l.tender_minor, l.net_minor, l.refund_minor
      from trade.order_line l left join trade.sales_order o using (order_id) order by 1, 2, 3`),
    returns:
      await dump(`select r.source_id, r.return_no, o.source_id as order_source_id, o.order_no, r.party_id, r.returned_at, r.business_day, r.attributed_day,
      r.refund_minor from trade.sales_return r left join trade.sales_order o using (order_id) order by 1, 2`),
    return_lines: await dump(`select r.source_id, r.return_no, l.line_key, l.sku, l.refund_minor
      from trade.return_line l left join trade.sales_return r using (return_id) order by 1, 2, 3`),
    products: await dump("select sku, name, brand, is_stub, line_name from trade.product order by sku"),
    stores: await dump("select store_code, region_code, is_stub from trade.store order by store_code"),
    regions: await dump("select region_code, name from trade.region order by region_code"),
  };
}

export async function emptyTrade(tx: Tx): Promise<void> {
  await tx.query(
    `truncate trade.statement, trade.sales_order, trade.order_line, trade.sales_return, trade.return_line, trade.product,
       trade.store, trade.region, trade.staff`,
  );
}
