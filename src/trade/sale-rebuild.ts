import type { Tx } from "../store/index.ts";
import type { Changes } from "./changes.ts";
import { storePlaces } from "./master-store.ts";
import { foldOrder, type Order, type OrderBody, type TradeRules } from "./order.ts";
import { deleteOrders, ordersOf, writeLines, writeOrders } from "./order-store.ts";
import { foldReturn, type Return, type ReturnBody } from "./return.ts";
import { deleteReturns, returnsOf, writeReturnLines, writeReturns } from "./return-store.ts";
import type { Entity } from "./stage.ts";
import type { Statement } from "./statement.ts";

/** Folds orders anew. @returns the order numbers whose returns have to be settled. */
export async function rebuildOrders(
  tx: Tx,
  rules: TradeRules,
  entities: readonly Entity[],
  changes: Changes,
): Promise<string[]> {
  if (entities.length === 0) return [];
  const keys = entities.map(({ key }) => ({ source_id: key.entity_source_id, order_no: key.entity }));
  const before = await ordersOf(tx, keys);
  const hourOf = hourReader(rules.timezone);
  const folded = entities
    .filter((entity) => entity.statements.length > 0)
    .map(({ key, statements }) => {
      const order = foldOrder(statements as readonly Statement<OrderBody>[], rules);
      return {
        source_id: key.entity_source_id,
        order_no: key.entity,
        order,
        hour: hourOf(order.placed_at),
        statements,
      };
    });
  await writeOrders(tx, folded, await storePlaces(tx, codes(folded.map((f) => f.order))));
  const after = await ordersOf(tx, keys);
  const idOf = new Map(after.map((row) => [`${row.source_id}\0${row.order_no}`, row.order_id]));
  const withId = folded.map((f) => ({ ...f, order_id: idOf.get(`${f.source_id}\0${f.order_no}`) ?? 0 }));
  await writeLines(
    tx,
    withId,
    before.map((row) => row.order_id),
  );
  const kept = new Set(withId.map((f) => f.order_id));
  await deleteOrders(
    tx,
    before.filter((row) => !kept.has(row.order_id)).map((row) => row.order_id),
  );
  changes.orders(before, withId);
  return keys.map((key) => key.order_no);
}

/** Folds returns anew, as unmatched. @returns the order numbers they name or named. */
export async function rebuildReturns(
  tx: Tx,
  rules: TradeRules,
  entities: readonly Entity[],
  changes: Changes,
): Promise<string[]> {
  if (entities.length === 0) return [];
  const keys = entities.map(({ key }) => ({ source_id: key.entity_source_id, return_no: key.entity }));
  const before = await returnsOf(tx, keys);
  const folded = entities
    .filter((entity) => entity.statements.length > 0)
    .map(({ key, statements }) => ({
      source_id: key.entity_source_id,
      return_no: key.entity,
      value: foldReturn(statements as readonly Statement<ReturnBody>[], rules),
      statements,
    }));
  await writeReturns(tx, folded, await storePlaces(tx, codes(folded.map((f) => f.value))));
  const after = await returnsOf(tx, keys);
  const idOf = new Map(after.map((row) => [`${row.source_id}\0${row.return_no}`, row.return_id]));
  const withId = folded.map((f) => ({ ...f, return_id: idOf.get(`${f.source_id}\0${f.return_no}`) ?? 0 }));
  await writeReturnLines(
    tx,
    withId,
    before.map((row) => row.return_id),
  );
  const kept = new Set(withId.map((f) => f.return_id));
  await deleteReturns(
    tx,
    before.filter((row) => !kept.has(row.return_id)).map((row) => row.return_id),
  );
  changes.returns(before, withId);
  return [...before, ...after].flatMap((row) => row.original_order_no ?? []);
}

function codes(sales: readonly (Order | Return)[]): string[] {
  return [...new Set(sales.flatMap((sale) => sale.store_code ?? []))];
}

function hourReader(timezone: string): (at: Date) => number {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", hourCycle: "h23" });
  return (at) => Number(format.format(at));
}
