import { type Opening, openingRows, openingStore, type TotalLine } from "../../members/index.ts";
import type { Tx } from "../../store/index.ts";
import type { CouponDefinition } from "../coupons/definition.ts";
import type { ReadCoupon } from "./reading.ts";

export type CouponOpening = Opening<readonly TotalLine[]>;
export const openings = openingStore<CouponOpening>("benefits");
export const rows = openingRows<ReadCoupon>("benefits");

export interface OpenBatch {
  readonly batch_id: number;
  readonly name: string;
  readonly key: string;
  readonly definition: CouponDefinition;
}

/** Batches that can take coupons with codes of their own. */
export async function openBatches(tx: Tx): Promise<OpenBatch[]> {
  return tx.query<OpenBatch>(
    `select b.batch_id, b.name, c.key, v.definition from benefits.batch b join benefits.coupon c using (coupon_id)
     join benefits.coupon_version v on v.coupon_id = b.coupon_id and v.version = b.version
     where b.kind = 'unique' and b.state = 'open' and c.state = 'live' order by b.batch_id`,
  );
}

/** Places that batches have left. */
export async function placesLeft(tx: Tx, batch_ids: readonly number[]): Promise<Map<number, number>> {
  const found = await tx.query<{ batch_id: number; left: number }>(
    "select batch_id, number - made as left from benefits.batch where batch_id = any($1)",
    [batch_ids],
  );
  return new Map(found.map(({ batch_id, left }) => [batch_id, left]));
}

/** One use of a coupon that somebody brings. */
export interface BroughtCoupon {
  readonly row: number;
  readonly owner: number;
  readonly ordinal: number;
  /** Of the code that it has here as well. */
  readonly hash: string;
  readonly first_day: string;
  readonly last_day: string | null;
}

/** @returns the rows and places that were written: a code that exists already, one in billions, is passed over */
export async function insertBrought(
  tx: Tx,
  { opening_id, batch_id }: { readonly opening_id: number; readonly batch_id: number },
  coupons: readonly BroughtCoupon[],
  now: Date,
): Promise<{ readonly issued_id: number; readonly row: number; readonly ordinal: number }[]> {
  return tx.query(
    `insert into benefits.issued (batch_id, ordinal, code_hash, owner, state, first_day, last_day, issued_at, opening_id, opening_row)
     select $1, b.ordinal, decode(b.hash, 'hex'), b.owner, 'issued', b.first_day, b.last_day, $2, $3, b.row
     from json_to_recordset($4) as b (ordinal int, hash text, owner bigint, first_day date, last_day date, row bigint)
     on conflict (code_hash) do nothing returning issued_id, opening_row as row, ordinal`,
    [batch_id, now, opening_id, JSON.stringify(coupons)],
  );
}

/** Counts what was written, in the transaction that wrote it; the batch's own number is the limit. */
export async function countBrought(tx: Tx, batch_id: number, made: number, ordinal: number): Promise<void> {
  await tx.query("update benefits.batch set made = made + $2, ordinal = $3 where batch_id = $1", [
    batch_id,
    made,
    ordinal,
  ]);
}

/** Lets codes of the system before name the coupons of their rows. @returns the rows whose code was free */
export async function keepCodes(
  tx: Tx,
  opening_id: number,
  codes: readonly { readonly row: number; readonly code: string }[],
): Promise<ReadonlySet<number>> {
  const kept = await tx.query<{ row: number }>(
    `insert into benefits.brought_code (code_hash, opening_id, opening_row)
     select decode(c.code, 'hex'), $1, c.row from json_to_recordset($2) as c (code text, row bigint)
     on conflict (code_hash) do nothing returning opening_row as row`,
    [opening_id, JSON.stringify(codes)],
  );
  return new Set(kept.map(({ row }) => row));
}

/** What became of the coupons of rows. */
export interface BroughtUses {
  readonly row: number;
  readonly batch_id: number;
  readonly left: number;
  readonly used: number;
  readonly order_reference: string | null;
}

export async function usesOfRows(tx: Tx, opening_id: number, of: readonly number[]): Promise<Map<number, BroughtUses>> {
  const found = await tx.query<BroughtUses>(
    `select i.opening_row as row, i.batch_id, count(*) filter (where i.state = 'issued')::int as left,
       count(*) filter (where i.state in ('held', 'redeemed'))::int as used, (array_agg(r.order_reference order by r.redemption_id desc)
         filter (where i.state in ('held', 'redeemed')))[1] as order_reference
     from benefits.issued i
     left join benefits.redemption_coupon c on c.issued_id = i.issued_id and not c.released
     left join benefits.redemption r on r.redemption_id = c.redemption_id
     where i.opening_id = $1 and i.opening_row = any($2) group by i.opening_row, i.batch_id`,
    [opening_id, of],
  );
  return new Map(found.map((one) => [one.row, one]));
}

export async function batchesOfRows(tx: Tx, opening_id: number, of: readonly number[]): Promise<number[]> {
  const found = await tx.query<{ batch_id: number }>(
    "select distinct batch_id from benefits.issued where opening_id = $1 and opening_row = any($2)",
    [opening_id, of],
  );
  return found.map(({ batch_id }) => batch_id);
}

/** Voids what is left of rows; their batches are locked. */
export async function voidBrought(tx: Tx, opening_id: number, of: readonly number[]): Promise<void> {
  await tx.query(
    `with gone as (
       update benefits.issued set state = 'void' where opening_id = $1 and opening_row = any($2) and state = 'issued' returning batch_id
     ), counted as (select batch_id, count(*)::int as coupons from gone group by batch_id)
     update benefits.batch b set voided = b.voided + c.coupons from counted c where b.batch_id = c.batch_id`,
    [opening_id, of],
  );
}

/** The codes of rows that were taken back as a whole name nothing any more. */
export async function forgetCodes(tx: Tx, opening_id: number, of: readonly number[]): Promise<void> {
  await tx.query("delete from benefits.brought_code where opening_id = $1 and opening_row = any($2)", [opening_id, of]);
}
