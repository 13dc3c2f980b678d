import type { Tx } from "../../store/index.ts";

/** @returns whether it was held until then */
export async function postRedemption(tx: Tx, redemption_id: number, now: Date): Promise<boolean> {
  const touched = await tx.execute(
    `update benefits.redemption set state = 'posted', until_at = null, ended_at = $2
     where redemption_id = $1 and state = 'held' and until_at > $2`,
    [redemption_id, now],
  );
  if (touched === 0) return false;
  await tx.query(
    `with used as (
       update benefits.issued i set state = 'redeemed' from benefits.redemption_coupon c
       where c.redemption_id = $1 and i.issued_id = c.issued_id and i.state = 'held' returning i.batch_id
     ), counted as (select batch_id, count(*)::int as uses from used group by batch_id)
     update benefits.batch b set held = b.held - n.uses, redeemed = b.redeemed + n.uses from counted n where b.batch_id = n.batch_id`,
    [redemption_id],
  );
  return true;
}

export async function voidRedemption(tx: Tx, redemption_id: number, now: Date): Promise<boolean> {
  const touched = await tx.execute(
    "update benefits.redemption set state = 'voided', until_at = null, ended_at = $2 where redemption_id = $1 and state = 'held'",
    [redemption_id, now],
  );
  return touched === 1;
}

/** A coupon that may be used again, with its batch's rule for those that have expired meanwhile. */
export interface Releasing {
  readonly issued_id: number;
  readonly batch_id: number;
  /** What is not returned yet. */
  readonly left_minor: number;
  readonly grace_days: number;
}

/**
 * Gives a coupon back: under its own last day, or for its grace days where that is past, else it is expired. A use of a
 * shared code is no coupon that anybody has: it is void, and the code has one use more.
 */
export async function releaseCoupon(
  tx: Tx,
  redemption_id: number,
  from: "held" | "redeemed",
  { issued_id, batch_id, left_minor, grace_days }: Releasing,
  today: string,
): Promise<void> {
  const row = await tx.one<{ state: string; shared: boolean }>(
    `update benefits.issued set
       state = case when ordinal < 0 then 'void' when last_day is null or last_day >= $3::date or $4 > 0 then 'issued' else 'expired' end,
       last_day = case when ordinal > 0 and last_day < $3::date and $4 > 0 then $3::date + $4::int - 1 else last_day end
     where issued_id = $1 and state = $2 returning state, ordinal < 0 as shared`,
    [issued_id, from, today, grace_days],
  );
  if (row === undefined) throw new Error(`coupon ${issued_id} is not ${from}`);
  await tx.query(
    `update benefits.batch set ${from} = ${from} - 1, spent_minor = spent_minor - $2, made = made - $3, expired = expired + $4
     where batch_id = $1`,
    [batch_id, left_minor, row.shared ? 1 : 0, row.state === "expired" ? 1 : 0],
  );
  await tx.query(
    `update benefits.redemption_coupon set released = true, returned_minor = discount_minor
     where redemption_id = $1 and issued_id = $2`,
    [redemption_id, issued_id],
  );
}

/** Holds whose time is over. */
export async function overdueHolds(tx: Tx, now: Date, limit: number): Promise<number[]> {
  const rows = await tx.query<{ redemption_id: number }>(
    "select redemption_id from benefits.redemption where state = 'held' and until_at <= $1 order by until_at limit $2",
    [now, limit],
  );
  return rows.map((row) => row.redemption_id);
}
