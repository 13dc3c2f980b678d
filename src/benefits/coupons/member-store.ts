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
