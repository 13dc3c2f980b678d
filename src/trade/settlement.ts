import type { Tx } from "../store/index.ts";
import { linesOf, ordersByNumber, refundedNumbers, type StoredOrder, writeRefunds } from "./order-store.ts";
import { matchOrder, type Refunds, settleRefunds } from "./return.ts";
import {
  returnLinesOf,
  returnsOfOriginals,
  type Settlement,
  type StoredReturn,
  writeSettlements,
} from "./return-store.ts";

/**
 * Matches the returns that name one of these order numbers and sets the refunds of those orders. It looks at stored
 * state only, so a return before its order, after it, or twice ends alike.
 * @returns the orders whose refund changed, and the returns that now count for somebody or some day else.
 */
export async function settle(
  tx: Tx,
  order_nos: readonly string[],
): Promise<{ orders: StoredOrder[]; returns: StoredReturn[] }> {
  const returns = await returnsOfOriginals(tx, order_nos);
  const orders = await ordersByNumber(tx, await numbersToSettle(tx, order_nos, returns));
  if (orders.length === 0 && returns.length === 0) return { orders: [], returns: [] };
  const byNumber = Map.groupBy(orders, (order) => order.order_no);
  const matched = returns.map((row) => ({
    row,
    order_id: matchOrder(row.source_id, byNumber.get(row.original_order_no ?? "") ?? []),
  }));
  const refunds = await refundsOf(tx, orders, matched);
  const byId = new Map(orders.map((order) => [order.order_id, order]));
  const settlements = matched.map(({ row, order_id }): Settlement => {
    const order = byId.get(order_id ?? 0);
    return {
      return_id: row.return_id,
      order_id,
      party_id: row.stated_party_id ?? order?.party_id ?? null,
      attributed_day: order?.business_day ?? row.business_day,
      refund_minor: refunds.get(order_id ?? 0)?.by_return.get(row.return_id) ?? row.stated_refund_minor ?? 0,
    };
  });
  const moved = new Set(await writeSettlements(tx, settlements));
  const changed = new Set(
    await writeRefunds(
      tx,
      [...refunds].map(([order_id, r]) => ({ order_id, ...r })),
    ),
  );
  return {
    orders: orders.filter((order) => changed.has(order.order_id)),
    returns: returns.filter((row) => moved.has(row.return_id)),
  };
}

/** Orders that have refunds now, and those that had some before the returns went elsewhere. */
async function numbersToSettle(
  tx: Tx,
  order_nos: readonly string[],
  returns: readonly StoredReturn[],
): Promise<string[]> {
  const numbers = new Set(returns.flatMap((r) => r.original_order_no ?? []));
  for (const order_no of await refundedNumbers(tx, order_nos)) numbers.add(order_no);
  return [...numbers];
}

async function refundsOf(
  tx: Tx,
  orders: readonly StoredOrder[],
  matched: readonly { row: StoredReturn; order_id: number | null }[],
): Promise<Map<number, Refunds>> {
  const returned = Map.groupBy(
    await returnLinesOf(
      tx,
      matched.map((m) => m.row.return_id),
    ),
    (line) => line.return_id,
  );
  const lines = Map.groupBy(
    await linesOf(
      tx,
      orders.map((o) => o.order_id),
    ),
    (line) => line.order_id,
  );
  const byOrder = Map.groupBy(matched, (m) => m.order_id);
  return new Map(
    orders.map(({ order_id }) => {
      const returns = (byOrder.get(order_id) ?? []).map(({ row }) => ({
        ...row,
        lines: returned.get(row.return_id) ?? [],
      }));
      return [order_id, settleRefunds(lines.get(order_id) ?? [], returns)];
    }),
  );
}
