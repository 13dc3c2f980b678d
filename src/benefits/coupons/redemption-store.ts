import type { Tx } from "../../store/index.ts";
import type { BatchRow } from "./wallet-store.ts";

export interface RedemptionRow {
  readonly redemption_id: number;
  readonly order_reference: string;
  readonly store_code: string | null;
  readonly channel: string;
  readonly currency: string;
  readonly owner: number | null;
  readonly state: "held" | "posted" | "voided";
  readonly until_at: Date | null;
  readonly amount_minor: number;
  readonly discount_minor: number;
  readonly day: string;
  readonly made_at: Date;
  readonly ended_at: Date | null;
}

const REDEMPTION = `redemption_id, order_reference, store_code, channel, currency, owner, state, until_at, amount_minor, discount_minor,
  day, made_at, ended_at`;

export interface Actor {
  readonly person_id: number | null;
  readonly client_id: number | null;
}

/** @returns its number; undefined where the order has coupons already */
export async function insertRedemption(
  tx: Tx,
  row: Omit<RedemptionRow, "redemption_id" | "ended_at">,
  by: Actor,
): Promise<number | undefined> {
  const made = await tx.one<{ redemption_id: number }>(
    `insert into benefits.redemption (order_reference, store_code, channel, currency, owner, state, until_at, amount_minor, discount_minor,
       day, made_by, client_id, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (order_reference, coalesce(store_code, ''), channel) where state <> 'voided' do nothing returning redemption_id`,
    [
      row.order_reference,
      row.store_code,
      row.channel,
      row.currency,
      row.owner,
      row.state,
      row.until_at,
      row.amount_minor,
      row.discount_minor,
      row.day,
      by.person_id,
      by.client_id,
      row.made_at,
    ],
  );
  return made?.redemption_id;
}

export interface LineRow {
  readonly line_no: number;
  readonly line_id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly amount_minor: number;
  readonly discount_minor: number;
  readonly returned_quantity: number;
  readonly refunded_minor: number;
}

type NewLine = Omit<LineRow, "returned_quantity" | "refunded_minor">;

export async function insertLines(tx: Tx, redemption_id: number, lines: readonly NewLine[]): Promise<void> {
  await tx.query(
    `insert into benefits.redemption_line (redemption_id, line_no, line_id, sku, quantity, amount_minor, discount_minor)
     select $1, line_no, line_id, sku, quantity, amount_minor, discount_minor
     from json_to_recordset($2) as l (line_no int, line_id text, sku text, quantity int, amount_minor bigint, discount_minor bigint)`,
    [redemption_id, JSON.stringify(lines)],
  );
}

export interface CouponRow {
  readonly issued_id: number;
  readonly batch_id: number;
  readonly discount_minor: number;
  readonly store_minor: number;
  readonly returned_minor: number;
  readonly released: boolean;
}

export async function insertCoupons(
  tx: Tx,
  redemption_id: number,
  coupons: readonly Omit<CouponRow, "returned_minor" | "released">[],
  parts: readonly Omit<PartRow, "returned_minor">[],
): Promise<void> {
  await tx.query(
    `insert into benefits.redemption_coupon (redemption_id, issued_id, batch_id, discount_minor, store_minor)
     select $1, issued_id, batch_id, discount_minor, store_minor
     from json_to_recordset($2) as c (issued_id bigint, batch_id bigint, discount_minor bigint, store_minor bigint)`,
    [redemption_id, JSON.stringify(coupons)],
  );
  await tx.query(
    `insert into benefits.redemption_part (redemption_id, issued_id, line_no, discount_minor)
     select $1, issued_id, line_no, discount_minor
     from json_to_recordset($2) as p (issued_id bigint, line_no int, discount_minor bigint)`,
    [redemption_id, JSON.stringify(parts)],
  );
}

export interface PartRow {
  readonly issued_id: number;
  readonly line_no: number;
  readonly discount_minor: number;
  readonly returned_minor: number;
}

/** Takes a coupon that is free. @returns whether it was */
export async function takeIssued(tx: Tx, issued_id: number, state: "held" | "redeemed"): Promise<boolean> {
  return (
    (await tx.execute("update benefits.issued set state = $2 where issued_id = $1 and state = 'issued'", [
      issued_id,
      state,
    ])) === 1
  );
}

/** A use of a shared code. */
export async function insertUse(
  tx: Tx,
  batch: BatchRow,
  use: { readonly ordinal: number; readonly owner: number | null; readonly state: string; readonly now: Date },
): Promise<number> {
  const row = await tx.one<{ issued_id: number }>(
    `insert into benefits.issued (batch_id, ordinal, owner, state, first_day, last_day, issued_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning issued_id`,
    [batch.batch_id, use.ordinal, use.owner, use.state, batch.first_day, batch.last_day, use.now],
  );
  return row?.issued_id ?? 0;
}

/**
 * Takes uses and money out of a batch, in the statement that looks whether they are there. @returns whether they were
 */
export async function takeFromBatch(
  tx: Tx,
  batch_id: number,
  take: {
    readonly state: "held" | "redeemed";
    readonly uses: number;
    readonly spent_minor: number;
    readonly made: number;
  },
): Promise<boolean> {
  const touched = await tx.execute(
    `update benefits.batch set ${take.state} = ${take.state} + $2, spent_minor = spent_minor + $3, made = made + $4, ordinal = ordinal + $4
     where batch_id = $1 and state = 'open' and held + redeemed + $2 <= number and made + $4 <= number
       and (budget_minor is null or spent_minor + $3 <= budget_minor)`,
    [batch_id, take.uses, take.spent_minor, take.made],
  );
  return touched === 1;
}

export interface Counted {
  readonly owner: number;
  readonly period: string;
  readonly cap: number;
}

/** Counts one use under a cap. @returns whether the cap allowed it */
export async function countUse(tx: Tx, batch_id: number, { owner, period, cap }: Counted): Promise<boolean> {
  const touched = await tx.execute(
    `insert into benefits.use_count as u (batch_id, owner, period, uses, cap) values ($1, $2, $3, 1, $4)
     on conflict (batch_id, owner, period) do update set uses = u.uses + 1, cap = excluded.cap where u.uses < excluded.cap`,
    [batch_id, owner, period, cap],
  );
  return touched === 1;
}

/** Takes back a use that was counted; where none was, there is nothing to take back. */
export async function uncountUse(tx: Tx, batch_id: number, { owner, period }: Omit<Counted, "cap">): Promise<void> {
  await tx.query(
    "update benefits.use_count set uses = uses - 1 where batch_id = $1 and owner = $2 and period = $3 and uses > 0",
    [batch_id, owner, period],
  );
}

export async function redemptionById(tx: Tx, redemption_id: number, lock = false): Promise<RedemptionRow | undefined> {
  return tx.one<RedemptionRow>(
    `select ${REDEMPTION} from benefits.redemption where redemption_id = $1 ${lock ? "for update" : ""}`,
    [redemption_id],
  );
}

/** The one that an order has, voided ones aside. */
export async function redemptionOfOrder(
  tx: Tx,
  order: { readonly order_reference: string; readonly store_code: string | null; readonly channel: string },
  lock = false,
): Promise<RedemptionRow | undefined> {
  return tx.one<RedemptionRow>(
    `select ${REDEMPTION} from benefits.redemption
     where order_reference = $1 and coalesce(store_code, '') = coalesce($2, '') and channel = $3 and state <> 'voided' ${lock ? "for update" : ""}`,
    [order.order_reference, order.store_code, order.channel],
  );
}

export async function linesOf(tx: Tx, redemption_id: number): Promise<LineRow[]> {
  return tx.query<LineRow>(
    `select line_no, line_id, sku, quantity, amount_minor, discount_minor, returned_quantity, refunded_minor
     from benefits.redemption_line where redemption_id = $1 order by line_no = 0, line_no`,
    [redemption_id],
  );
}

export async function couponsOf(tx: Tx, redemption_id: number): Promise<CouponRow[]> {
  return tx.query<CouponRow>(
    `select issued_id, batch_id, discount_minor, store_minor, returned_minor, released
     from benefits.redemption_coupon where redemption_id = $1 order by issued_id`,
    [redemption_id],
  );
}

export async function partsOf(tx: Tx, redemption_id: number): Promise<PartRow[]> {
  return tx.query<PartRow>(
    `select issued_id, line_no, discount_minor, returned_minor from benefits.redemption_part
     where redemption_id = $1 order by issued_id, line_no`,
    [redemption_id],
  );
}
