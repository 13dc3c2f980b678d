import type { Tx } from "../../store/index.ts";
import type { Earlier } from "./path.ts";

export interface PastRecord {
  readonly event_id: number;
  readonly member_id: number;
  readonly kind: string;
  readonly at: Date;
}

const KINDS_OF = "select event_id, member_id, kind, occurred_at as at from catalogue.events where kind = any($1)";

/** A member's records of some kinds between two instants, in the order in which they happened. */
export function recordsOf(
  tx: Tx,
  kinds: readonly string[],
  { from, until }: { readonly from: Date; readonly until: Date },
  member_id: number,
): Promise<PastRecord[]> {
  return tx.query(
    `${KINDS_OF} and member_id = $4 and occurred_at >= $2 and occurred_at < $3 order by occurred_at, event_id`,
    [kinds, from, until, member_id],
  );
}

/**
 * Everybody's records of some kinds between two instants, in the order in which they happened. The index is by the day of the
 * catalogue; asked for the instants too, the planner takes the two for independent, expects a hundredth of the rows and looks
 * up each one's member alone (16 of 30 ms a day at 30,000 members).
 */
export async function recordsBetween(
  tx: Tx,
  kinds: readonly string[],
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<PastRecord[]> {
  const rows = await tx.query<PastRecord>(
    `${KINDS_OF} and member_id is not null
       and business_day between ($2::timestamptz at time zone 'Asia/Shanghai')::date
         and (($3::timestamptz - interval '1 microsecond') at time zone 'Asia/Shanghai')::date
     order by occurred_at, event_id`,
    [kinds, from, until],
  );
  return rows.filter(({ at }) => at >= from && at < until);
}

/** Who joined between two instants, the second among them. */
export function joinsBetween(
  tx: Tx,
  { from, until }: { readonly from: Date; readonly until: Date },
  member_id: number | null,
): Promise<{ member_id: number; at: Date }[]> {
  return tx.query(
    `select member_id, joined_at as at from catalogue.members
     where joined_at >= $1 and joined_at <= $2 and ($3::bigint is null or member_id = $3) order by joined_at, member_id`,
    [from, until, member_id],
  );
}

/** Ways that members had really begun in a journey before an instant. */
export async function earlierRuns(
  tx: Tx,
  journey: string,
  before: Date,
  member_id: number | null,
): Promise<Map<number, Earlier[]>> {
  const rows = await tx.query<Earlier & { member_id: number }>(
    `select member_id, entry_key, lane, entered_at, ended_at from journeys.run
     where journey = $1 and entered_at < $2 and ($3::bigint is null or member_id = $3)`,
    [journey, before, member_id],
  );
  return Map.groupBy(rows, (row) => row.member_id);
}

/** Numbers of the versions of a journey that were ever in force. */
export async function versionNumbers(tx: Tx, journey: string): Promise<number[]> {
  const rows = await tx.query<{ version_id: number }>(
    "select version_id from journeys.version where journey = $1 and published_at is not null",
    [journey],
  );
  return rows.map((row) => row.version_id);
}

/** Who is in a segment now. */
export async function membersNow(tx: Tx, segment_id: number): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    "select member_id from catalogue.segment_members where segment_id = $1 order by member_id",
    [segment_id],
  );
  return rows.map((row) => row.member_id);
}
