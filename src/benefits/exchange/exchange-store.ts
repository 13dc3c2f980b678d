import type { Tx } from "../../store/index.ts";
import type { Actor } from "../coupons/redemption-store.ts";

/** An order as its record tells it: one that no coupon was used for. */
export interface RecordedOrder {
  readonly order_id: number;
  readonly currency: string;
  readonly day: string;
  readonly member_id: number | null;
  readonly placed_at: Date;
  readonly lines: readonly {
    readonly line_id: string;
    readonly sku: string;
    readonly quantity: number;
    readonly amount_minor: number;
    readonly returned: number;
  }[];
}

/** A line that was returned by its record before counts as returned. Quantities by weight are one piece. */
export async function recordedOrder(
  tx: Tx,
  { order_reference, store_code, channel }: { order_reference: string; store_code: string | null; channel: string },
): Promise<RecordedOrder | undefined> {
  return tx.one<RecordedOrder>(
    `select o.order_id, o.currency, o.business_day as day, o.member_id, o.placed_at, l.lines from catalogue.orders o
     cross join lateral (
       select json_agg(json_build_object('line_id', l.line_key, 'sku', l.sku, 'amount_minor', l.net_minor, 'returned', l.refund_minor,
         'quantity', case when l.quantity = trunc(l.quantity) and l.quantity between 1 and 100000 then l.quantity::int else 1 end) order by l.line_key) as lines
       from catalogue.order_lines l where l.order_id = o.order_id and l.net_minor >= 0) l
     where o.order_no = $1 and o.store_code is not distinct from $2 and o.channel is not distinct from $3 and o.is_valid
       and l.lines is not null order by o.placed_at desc limit 1`,
    [order_reference, store_code, channel],
  );
}

/** Lines whose return a record has told already. */
export async function markReturned(
  tx: Tx,
  redemption_id: number,
  lines: readonly { readonly line_no: number; readonly returned_minor: number }[],
): Promise<void> {
  await tx.query(
    `update benefits.redemption_line r set returned_quantity = r.quantity, refunded_minor = least(l.returned_minor, r.amount_minor - r.discount_minor)
     from json_to_recordset($2) as l (line_no int, returned_minor bigint) where r.redemption_id = $1 and r.line_no = l.line_no`,
    [redemption_id, JSON.stringify(lines)],
  );
}

export interface NewExchange {
  readonly return_id: number;
  readonly redemption_id: number;
  readonly store_code: string | null;
  readonly refund_minor: number;
  readonly due_minor: number;
  readonly points_back: number;
  readonly points_burned: number;
}

export async function insertExchange(tx: Tx, one: NewExchange, by: Actor, now: Date): Promise<number> {
  const row = await tx.one<{ exchange_id: number }>(
    `insert into benefits.exchange (return_id, redemption_id, store_code, refund_minor, due_minor, points_back, points_burned, made_by, client_id, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning exchange_id`,
    [
      one.return_id,
      one.redemption_id,
      one.store_code,
      one.refund_minor,
      one.due_minor,
      one.points_back,
      one.points_burned,
      by.person_id,
      by.client_id,
      now,
    ],
  );
  return row?.exchange_id ?? 0;
}
