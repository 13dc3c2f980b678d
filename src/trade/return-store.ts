import type { Tx } from "../store/index.ts";
import type { StorePlace } from "./master-store.ts";
import { copyRows, insertRows, overwrite, type Shape } from "./record-set.ts";
import type { Return, ReturnLine } from "./return.ts";

const RETURN: Shape = {
  return_no: "text",
  source_id: "bigint",
  original_order_no: "text",
  order_id: "bigint",
  stated_party_id: "bigint",
  party_id: "bigint",
  returned_at: "timestamptz",
  business_day: "date",
  attributed_day: "date",
  store_code: "text",
  region_code: "text",
  brand_code: "text",
  channel: "text",
  currency: "text",
  reason: "text",
  whole_order: "boolean",
  stated_refund_minor: "bigint",
  refund_minor: "bigint",
  items: "numeric",
};
const LINE: Shape = {
  return_id: "bigint",
  line_key: "text",
  sku: "text",
  quantity: "numeric",
  refund_minor: "bigint",
  original_line_no: "text",
};

export interface ReturnKey {
  readonly source_id: number;
  readonly return_no: string;
}

export interface StoredReturn extends ReturnKey {
  readonly return_id: number;
  readonly original_order_no: string | null;
  readonly order_id: number | null;
  readonly stated_party_id: number | null;
  readonly party_id: number | null;
  readonly returned_at: Date;
  readonly business_day: string;
  readonly attributed_day: string;
  readonly store_code: string | null;
  readonly channel: string | null;
  readonly currency: string;
  readonly whole_order: boolean;
  readonly stated_refund_minor: number | null;
  readonly refund_minor: number;
  readonly items: string;
}

const STORED = `r.return_id, r.return_no, r.source_id, r.original_order_no, r.order_id, r.stated_party_id, r.party_id, r.returned_at,
  r.business_day, r.attributed_day, r.store_code, r.channel, r.currency, r.whole_order, r.stated_refund_minor, r.refund_minor, r.items`;

export async function returnsOf(tx: Tx, keys: readonly ReturnKey[]): Promise<StoredReturn[]> {
  if (keys.length === 0) return [];
  return tx.query<StoredReturn>(
    `select ${STORED} from unnest($1::text[], $2::bigint[]) as k (return_no, source_id)
     join trade.sales_return r using (return_no, source_id)`,
    [keys.map((k) => k.return_no), keys.map((k) => k.source_id)],
  );
}

export async function returnsOfOriginals(tx: Tx, order_nos: readonly string[]): Promise<StoredReturn[]> {
  if (order_nos.length === 0) return [];
  return tx.query<StoredReturn>(
    `select ${STORED} from trade.sales_return r where original_order_no = any($1) order by r.return_no, r.source_id`,
    [order_nos],
  );
}

export async function returnsById(tx: Tx, return_ids: readonly number[]): Promise<StoredReturn[]> {
  if (return_ids.length === 0) return [];
  return tx.query<StoredReturn>(`select ${STORED} from trade.sales_return r where return_id = any($1)`, [return_ids]);
}

/** Writes headers as unmatched; who, which order and which day a return counts for is settled afterwards. */
export async function writeReturns(
  tx: Tx,
  folded: readonly (ReturnKey & { readonly value: Return })[],
  places: ReadonlyMap<string, StorePlace>,
): Promise<void> {
  const rows = folded.map(({ value: { party_id, ...header }, source_id, return_no }) => {
    const place = header.store_code === null ? undefined : places.get(header.store_code);
    const scope = { region_code: place?.region_code ?? null, brand_code: place?.brand_code ?? null };
    const unsettled = { order_id: null, party_id, attributed_day: header.business_day };
    return { ...header, source_id, return_no, ...scope, ...unsettled, stated_party_id: party_id };
  });
  await insertRows(
    tx,
    "trade.sales_return",
    RETURN,
    rows,
    overwrite("trade.sales_return", ["return_no", "source_id"], RETURN),
  );
}

export async function writeReturnLines(
  tx: Tx,
  returns: readonly { return_id: number; value: Return }[],
  known: readonly number[],
): Promise<void> {
  if (known.length > 0) await tx.query("delete from trade.return_line where return_id = any($1)", [known]);
  const rows = returns.flatMap(({ return_id, value }) =>
    value.lines.map(({ key, ...line }) => ({ return_id, line_key: key, ...line })),
  );
  await copyRows(tx, "trade.return_line", LINE, rows);
}

export async function deleteReturns(tx: Tx, return_ids: readonly number[]): Promise<void> {
  if (return_ids.length === 0) return;
  await tx.query("delete from trade.return_line where return_id = any($1)", [return_ids]);
  await tx.query("delete from trade.sales_return where return_id = any($1)", [return_ids]);
}

export async function returnLinesOf(
  tx: Tx,
  return_ids: readonly number[],
): Promise<(ReturnLine & { return_id: number })[]> {
  if (return_ids.length === 0) return [];
  return tx.query(
    `select return_id, line_key as key, sku, quantity::text as quantity, refund_minor, original_line_no
     from trade.return_line where return_id = any($1) order by return_id, line_key`,
    [return_ids],
  );
}

export interface Settlement {
  readonly return_id: number;
  readonly order_id: number | null;
  readonly party_id: number | null;
  readonly attributed_day: string;
  readonly refund_minor: number;
}

/** @returns the returns for which something changed. */
export async function writeSettlements(tx: Tx, settlements: readonly Settlement[]): Promise<number[]> {
  if (settlements.length === 0) return [];
  const rows = await tx.query<{ return_id: number }>(
    `update trade.sales_return t set order_id = r.order_id, party_id = r.party_id, attributed_day = r.attributed_day, refund_minor = r.refund_minor
     from jsonb_to_recordset($1::jsonb) as r (return_id bigint, order_id bigint, party_id bigint, attributed_day date, refund_minor bigint)
     where t.return_id = r.return_id and (t.order_id, t.party_id, t.attributed_day, t.refund_minor)
       is distinct from (r.order_id, r.party_id, r.attributed_day, r.refund_minor)
     returning t.return_id`,
    [JSON.stringify(settlements)],
  );
  return rows.map((row) => row.return_id);
}
