import type { Tx } from "../../store/index.ts";

/** A movement of points as later domains read it. */
export interface Movement {
  readonly transfer_id: number;
  readonly from: string;
  readonly to: string;
  /** Whose points they are: the receiver's, where both sides are members. */
  readonly member_number: number;
  readonly points: number;
  readonly reference: string;
  readonly at: Date;
}

/**
 * Movements behind a number, in their order: the numbers have no gaps and are given under the lock of the chain's end, so
 * that whoever remembers the last one has missed none. It costs the ledger nothing, where an event for each would.
 */
export function movementsAfter(tx: Tx, transfer_id: number, limit: number): Promise<Movement[]> {
  return tx.query(
    `select transfer_id, from_kind as "from", to_kind as "to", points, reference, at,
       case when to_kind in ('pending', 'active', 'held', 'debt') then to_id else from_id end as member_number
     from points.transfer where transfer_id > $1 order by transfer_id limit $2`,
    [transfer_id, limit],
  );
}

/** The number of the last movement so far. */
export async function lastMovement(tx: Tx): Promise<number> {
  return (await tx.one<{ transfer_id: number }>("select transfer_id from points.head"))?.transfer_id ?? 0;
}

/** Points that members could spend from an instant on: whose, and how many at once. */
export interface Credit {
  readonly transfer_id: number;
  readonly member_number: number;
  readonly points: number;
  readonly at: Date;
}

/** Where credited points come from; a hold that is released, or points handed on, credit nobody. */
const CREDITED = "to_kind = 'active' and from_kind in ('issuer', 'budget', 'pending')";
/** What was carried over from the system before is no news, and what a journey gave is told by that journey. */
const NEWS = "reference not like 'opening%' and reference not like 'journey %'";

const CREDIT = `select transfer_id, to_id as member_number, points, at from points.transfer where ${CREDITED} and ${NEWS}`;

/** Credits behind a number up to another one, in their order. */
export function creditsAfter(tx: Tx, after: number, until: number): Promise<Credit[]> {
  return tx.query<Credit>(`${CREDIT} and transfer_id > $1 and transfer_id <= $2 order by transfer_id`, [after, until]);
}

/** Credits from an instant up to another one, the second not among them. Numbers and instants rise together. */
export function creditsBetween(tx: Tx, from: Date, until: Date): Promise<Credit[]> {
  return tx.query<Credit>(`${CREDIT} and at >= $1 and at < $2 order by transfer_id`, [from, until]);
}
