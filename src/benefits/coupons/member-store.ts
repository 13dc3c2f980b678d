import type { Tx } from "../../store/index.ts";
import type { CouponDefinition } from "./definition.ts";

export interface MemberCoupon {
  readonly issued_id: number;
  readonly batch_id: number;
  readonly coupon: string;
  readonly definition: CouponDefinition;
  readonly state: string;
  readonly first_day: string;
  readonly last_day: string | null;
  readonly issued_at: Date;
  readonly order_reference: string | null;
  readonly discount_minor: number | null;
}

export async function couponsOfMember(tx: Tx, owners: readonly number[], limit: number): Promise<MemberCoupon[]> {
  return tx.query<MemberCoupon>(
    `select i.issued_id, i.batch_id, c.key as coupon, v.definition, i.state, i.first_day, i.last_day, i.issued_at, r.order_reference, u.discount_minor
     from benefits.issued i
     join benefits.batch b using (batch_id)
     join benefits.coupon c using (coupon_id)
     join benefits.coupon_version v on v.coupon_id = b.coupon_id and v.version = b.version
     left join benefits.redemption_coupon u on u.issued_id = i.issued_id and not u.released
     left join benefits.redemption r on r.redemption_id = u.redemption_id
     where i.owner = any($1)
     order by i.state = 'issued' desc, case when i.state = 'issued' then i.last_day end, i.issued_id desc limit $2`,
    [owners, limit],
  );
}

/**
 * Coupons of erased members are void and nobody's; what orders had stays as figures without whose they were. Their caps are
 * forgotten with them.
 */
export async function forgetOwners(tx: Tx, owners: readonly number[]): Promise<void> {
  await tx.query(
    "select 1 from benefits.batch where batch_id in (select batch_id from benefits.issued where owner = any($1)) order by batch_id for update",
    [owners],
  );
  await tx.query(
    `with gone as (
       update benefits.issued set state = 'void' where owner = any($1) and state = 'issued' returning batch_id
     ), counted as (select batch_id, count(*)::int as coupons from gone group by batch_id)
     update benefits.batch b set voided = b.voided + c.coupons from counted c where b.batch_id = c.batch_id`,
    [owners],
  );
  await tx.query("update benefits.issued set owner = null where owner = any($1)", [owners]);
  await tx.query("update benefits.redemption set owner = null where owner = any($1)", [owners]);
  await tx.query("delete from benefits.use_count where owner = any($1)", [owners]);
}
