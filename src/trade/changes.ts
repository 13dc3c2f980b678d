import type { Ground } from "../ground.ts";
import { appendEvents, type EventKey, type EventRow, removeEvents } from "../members/index.ts";
import { hashUuid } from "../platform/index.ts";
import { emit, type Tx } from "../store/index.ts";
import type { Order } from "./order.ts";
import type { OrderKey, StoredOrder } from "./order-store.ts";
import { returnsById, type StoredReturn } from "./return-store.ts";

type FoldedOrder = OrderKey & { readonly order_id: number; readonly order: Order };

/** What a batch changed, gathered while it is applied: for the timeline, the lake and the tags. */
export class Changes {
  readonly days = new Map<string, Set<string>>();
  readonly parties = new Set<number>();
  readonly written: FoldedOrder[] = [];
  /** Orders that stood on a timeline before. */
  readonly known = new Map<number, StoredOrder>();
  /** Returns to look at again once all is settled, with their state before the batch where they had one. */
  readonly touchedReturns = new Map<number, StoredReturn | null>();

  orders(before: readonly StoredOrder[], after: readonly FoldedOrder[]): void {
    for (const row of before) {
      this.known.set(row.order_id, row);
      this.#order(row.business_day, row.party_id);
    }
    for (const row of after) {
      this.written.push(row);
      this.#order(row.order.business_day, row.order.party_id);
    }
  }

  returns(before: readonly StoredReturn[], after: readonly { return_id: number }[]): void {
    for (const row of before) this.touchedReturns.set(row.return_id, row);
    for (const { return_id } of after)
      if (!this.touchedReturns.has(return_id)) this.touchedReturns.set(return_id, null);
  }

  settled(orders: readonly StoredOrder[], returns: readonly StoredReturn[]): void {
    for (const row of orders) this.#order(row.business_day, row.party_id);
    for (const row of returns) if (!this.touchedReturns.has(row.return_id)) this.touchedReturns.set(row.return_id, row);
  }

  return(business_day: string, party_id: number | null): void {
    this.#day("returns", business_day);
    this.#party(business_day, party_id);
  }

  #order(business_day: string, party_id: number | null): void {
    this.#day("orders", business_day);
    this.#day("order_lines", business_day);
    this.#party(business_day, party_id);
  }

  #day(relation: string, day: string): void {
    const days = this.days.get(relation) ?? new Set();
    this.days.set(relation, days.add(day));
  }

  /** A sale with a member also stands on the timeline. */
  #party(business_day: string, party_id: number | null): void {
    if (party_id === null) return;
    this.parties.add(party_id);
    this.#day("events", business_day);
  }
}

/**
 * Puts the changed sales on their members' timelines and tells later domains which days and parties changed.
 * @param named parties that records of sales of this batch name: later stages mark them with the record itself, so that
 * those who follow every record need only the others (`other_party_ids`).
 */
export async function announce(
  tx: Tx,
  ground: Ground,
  changes: Changes,
  named: ReadonlySet<number> = new Set(),
): Promise<void> {
  const received_at = ground.clock.now();
  const rows: EventRow[] = [];
  const gone: EventKey[] = [];
  orderEvents(changes, received_at, rows, gone);
  await returnEvents(tx, changes, received_at, rows, gone);
  await removeEvents(tx, gone);
  await appendEvents(tx, rows);
  const relations = [...changes.days].map(([relation, days]) => ({ relation, days: [...days].sort() }));
  await emit(tx, "catalogue.changed", relations);
  const first_day = relations.flatMap(({ days }) => days).sort()[0];
  if (changes.parties.size === 0) return;
  const party_ids = [...changes.parties];
  const other_party_ids = party_ids.filter((party_id) => !named.has(party_id));
  await emit(tx, "trade.changed", [{ party_ids, other_party_ids, first_day }]);
}

/** The timeline's row of a sale keeps one id however often the sale changes. */
const orderEventId = (row: OrderKey) => hashUuid("trade.order", row.source_id, row.order_no);
const returnEventId = (row: StoredReturn) => hashUuid("trade.return", row.source_id, row.return_no);

function orderEvents(changes: Changes, received_at: Date, rows: EventRow[], gone: EventKey[]): void {
  const parties = new Map(changes.written.map((row) => [row.order_id, row.order.party_id]));
  for (const before of changes.known.values()) {
    if (before.party_id === null || parties.get(before.order_id) === before.party_id) continue;
    gone.push({ record_id: orderEventId(before), party_id: before.party_id });
  }
  for (const { order_id, order, ...key } of changes.written) {
    if (order.party_id === null) continue;
    rows.push({
      ...EMPTY,
      party_id: order.party_id,
      record_id: orderEventId(key),
      kind: "order",
      occurred_at: order.placed_at,
      received_at,
      source_id: key.source_id,
      store_code: order.store_code,
      channel: order.channel,
      subject: key.order_no,
      amount_minor: order.line_net_minor,
      quantity: order.items,
      properties: { order_id, currency: order.currency, status: order.status, lines: order.lines.length },
    });
  }
}

async function returnEvents(
  tx: Tx,
  changes: Changes,
  received_at: Date,
  rows: EventRow[],
  gone: EventKey[],
): Promise<void> {
  const after = await returnsById(tx, [...changes.touchedReturns.keys()]);
  const parties = new Map(after.map((row) => [row.return_id, row.party_id]));
  for (const before of changes.touchedReturns.values()) {
    if (before === null) continue;
    changes.return(before.business_day, before.party_id);
    if (before.party_id === null || parties.get(before.return_id) === before.party_id) continue;
    gone.push({ record_id: returnEventId(before), party_id: before.party_id });
  }
  for (const row of after) {
    changes.return(row.business_day, row.party_id);
    if (row.party_id === null) continue;
    rows.push({
      ...EMPTY,
      party_id: row.party_id,
      record_id: returnEventId(row),
      kind: "return",
      occurred_at: row.returned_at,
      received_at,
      source_id: row.source_id,
      store_code: row.store_code,
      channel: row.channel,
      subject: row.return_no,
      amount_minor: row.refund_minor,
      quantity: row.items,
      properties: { return_id: row.return_id, order_id: row.order_id, currency: row.currency },
    });
  }
}

const EMPTY = { sku: null, category: null };
