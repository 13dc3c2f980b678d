import type { Tx } from "../../store/index.ts";

/** Coupons redeemed or held since an instant, by store; without one by channel. */
export async function redemptionsByStore(
  tx: Tx,
  since: Date,
  until: Date,
): Promise<{ readonly part: string; readonly coupons: number }[]> {
  return tx.query(
    `select coalesce('store:' || r.store_code, 'channel:' || r.channel) as part, count(*)::int as coupons
     from benefits.redemption r join benefits.redemption_coupon c using (redemption_id)
     where r.made_at > $1 and r.made_at <= $2 and r.state <> 'voided' group by 1`,
    [since, until],
  );
}

/** Batches whose counters are not what their coupons and redemptions say. */
export async function contradictingBatches(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with used as (
       select batch_id, count(*) filter (where state = 'held') as held, count(*) filter (where state = 'redeemed') as redeemed
       from benefits.issued where state in ('held', 'redeemed') group by batch_id
     ), spent as (
       select batch_id, sum(discount_minor - returned_minor) as minor from benefits.redemption_coupon group by batch_id
     )
     select count(*)::int as count from benefits.batch b left join used u using (batch_id) left join spent s using (batch_id)
     where b.held <> coalesce(u.held, 0) or b.redeemed <> coalesce(u.redeemed, 0) or b.spent_minor <> coalesce(s.minor, 0)`,
  );
  return row?.count ?? 0;
}

const DEFINITION = JSON.stringify({ key: "injected", zh: "injected", en: "injected" });

async function injectBatch(tx: Tx, at: Date, number: number): Promise<number> {
  const row = await tx.one<{ batch_id: number }>(
    `with c as (
       insert into benefits.coupon (key, made_at)
       select 'injected_' || (select count(*) from benefits.coupon), $1 returning coupon_id
     ), v as (
       insert into benefits.coupon_version (coupon_id, version, definition, origin, saved_at)
       select coupon_id, 1, $2, 'shipped', $1 from c returning coupon_id, version
     )
     insert into benefits.batch (coupon_id, version, name, kind, currency, number, first_day, made_at)
     select coupon_id, version, 'injected', 'unique', 'CNY', $3, '2026-01-01', $1 from v returning batch_id`,
    [at, DEFINITION, number],
  );
  return row?.batch_id ?? 0;
}

/** For the test of an alarm, in a transaction that is rolled back. */
export async function injectRedemptions(tx: Tx, at: Date, coupons: number): Promise<void> {
  const batch_id = await injectBatch(tx, at, coupons);
  await tx.query(
    `with i as (
       insert into benefits.issued (batch_id, ordinal, state, first_day, issued_at)
       select $1, n, 'redeemed', '2026-01-01', $2 from generate_series(1, $3::int) n returning issued_id
     ), r as (
       insert into benefits.redemption (order_reference, store_code, channel, currency, state, amount_minor, discount_minor, day, made_at)
       values ('injected', 'INJECTED', 'store', 'CNY', 'posted', 100, 1, '2026-01-01', $2) returning redemption_id
     )
     insert into benefits.redemption_coupon (redemption_id, issued_id, batch_id, discount_minor, store_minor)
     select r.redemption_id, i.issued_id, $1, 1, 0 from i cross join r`,
    [batch_id, at, coupons],
  );
}

export async function injectContradiction(tx: Tx, at: Date, batches: number): Promise<void> {
  for (let i = 0; i < batches; i++) {
    const batch_id = await injectBatch(tx, at, 10);
    await tx.query("update benefits.batch set redeemed = 1 where batch_id = $1", [batch_id]);
  }
}
