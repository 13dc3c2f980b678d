import type { Tx } from "../../store/index.ts";
import type { Earlier } from "./path.ts";

export interface PastRecord {
  readonly event_id: number;
  readonly member_id: number;
  readonly kind: string;
  readonly at: Date;
}

/**
 * Records of some kinds between two instants, in the order in which they happened. The index is by the day of the catalogue,
 * and of one member by the member.
 */
export function recordsBetween(
  tx: Tx,
  kinds: readonly string[],
  { from, until }: { readonly from: Date; readonly until: Date },
  member_id: number | null,
): Promise<PastRecord[]> {
  const days = `business_day between ($2::timestamptz at time zone 'Asia/Shanghai')::date and ($3::timestamptz at time zone 'Asia/Shanghai')::date`;
  const whose = member_id === null ? `${days} and member_id is not null and $4::bigint is null` : "member_id = $4";
  return tx.query(
    `select event_id, member_id, kind, occurred_at as at from catalogue.events
     where kind = any($1) and occurred_at >= $2 and occurred_at < $3 and ${whose} order by occurred_at, event_id`,
    [kinds, from, until, member_id],
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
