import type { Tx } from "../store/index.ts";

/** A change of a member's tier. */
export interface TierMove {
  readonly history_id: number;
  /** The number that the member had. */
  readonly member_number: number;
  readonly direction: -1 | 0 | 1;
  /** The tier that the member has since. */
  readonly to_tier: string;
  readonly at: Date;
}

/** Changes written from an instant up to another one, the second not among them; the first placing of a member is none. */
export function tierMovesBetween(tx: Tx, from: Date, until: Date): Promise<TierMove[]> {
  return tx.query<TierMove>(
    `select history_id, member_id as member_number, direction, to_tier, at from tiers.history
     where at >= $1 and at < $2 and from_tier is not null order by at, history_id`,
    [from, until],
  );
}
