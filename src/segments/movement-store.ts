import type { Tx } from "../store/index.ts";
import { MOVEMENT_KEPT_DAYS } from "./limits.ts";
import type { Cause, Direction, Moved } from "./movement.ts";

export interface MovementRow {
  readonly movement_id: number;
  readonly member_id: number;
  readonly direction: Direction;
  readonly cause: Cause;
  readonly at: Date;
}

export async function insertMovements(
  tx: Tx,
  moved: readonly Moved[],
  cause: Cause,
  day: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into segments.movement (segment_id, member_id, direction, cause, business_day, at)
     select s, m, d, $4, $5::date, $6 from unnest($1::bigint[], $2::bigint[], $3::text[]) as u (s, m, d)`,
    [
      moved.map((one) => one.segment_id),
      moved.map((one) => one.member_id),
      moved.map((one) => one.direction),
      cause,
      day,
      now,
    ],
  );
}

/** Narrows movements `m` to members whose home store is among those of the parameter; null: all. */
const inStores = (parameter: string): string =>
  `(${parameter}::text[] is null or exists (
    select 1 from catalogue.members f where f.member_id = m.member_id and f.home_store_code = any(${parameter})))`;

export interface MovementDay {
  readonly business_day: string;
  readonly entered: number;
  readonly left: number;
  /** Of these, because the segment was made or changed. */
  readonly filled: number;
}

/** Counts by business day from `from` on, days without movement left out; members of these stores only. */
export async function movementDays(
  tx: Tx,
  segment_id: number,
  from: string,
  stores: "all" | readonly string[],
): Promise<MovementDay[]> {
  return tx.query<MovementDay>(
    `select business_day, count(*) filter (where direction = 'entered' and cause = 'member') as entered,
       count(*) filter (where direction = 'left' and cause = 'member') as left, count(*) filter (where cause = 'filled') as filled
     from segments.movement m where segment_id = $1 and business_day >= $2 and ${inStores("$3")}
     group by business_day order by business_day`,
    [segment_id, from, stores === "all" ? null : stores],
  );
}

/** Movements, the newest first. @param before the last movement of the page before, or undefined. */
export async function movementPage(
  tx: Tx,
  segment_id: number,
  filter: {
    readonly direction?: Direction | undefined;
    /** One business day only. */
    readonly day?: string | undefined;
    readonly before?: number | undefined;
    readonly stores: "all" | readonly string[];
    readonly limit: number;
  },
): Promise<MovementRow[]> {
  return tx.query<MovementRow>(
    `select movement_id, member_id, direction, cause, at from segments.movement m
     where segment_id = $1 and ($2::text is null or direction = $2) and ($3::bigint is null or movement_id < $3)
       and ($6::date is null or business_day = $6) and ${inStores("$5")}
     order by movement_id desc limit $4`,
    [
      segment_id,
      filter.direction ?? null,
      filter.before ?? null,
      filter.limit,
      filter.stores === "all" ? null : filter.stores,
      filter.day ?? null,
    ],
  );
}

/** @returns how many movements were forgotten. */
export async function forgetMovements(tx: Tx, now: Date): Promise<number> {
  return tx.execute(
    `delete from segments.movement where at < $1::timestamptz - interval '${MOVEMENT_KEPT_DAYS} days'`,
    [now],
  );
}

/** Who came into a segment or left it by itself, in the order in which it happened; changes of the segment moved nobody. */
export function movementsBetween(
  tx: Tx,
  segment_id: number,
  direction: Direction,
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<{ movement_id: number; member_id: number; at: Date }[]> {
  return tx.query(
    `select movement_id, member_id, at from segments.movement
     where segment_id = $1 and direction = $2 and cause = 'member' and at >= $3 and at < $4 order by at, movement_id`,
    [segment_id, direction, from, until],
  );
}

/** Since when a segment's movements are known: since it was made, and no longer than they are kept. */
export async function movementsSince(tx: Tx, segment_id: number, now: Date): Promise<Date | undefined> {
  const row = await tx.one<{ since: Date }>(
    `select greatest(created_at, $2::timestamptz - interval '${MOVEMENT_KEPT_DAYS} days') as since
     from segments.segment where segment_id = $1 and filled_hash is not null`,
    [segment_id, now],
  );
  return row?.since;
}

/** Who was in a segment at an instant: who is in it, with the movements since taken back. */
export async function membersThen(tx: Tx, segment_id: number, at: Date): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `with first as (
       select distinct on (member_id) member_id, direction from segments.movement
       where segment_id = $1 and at >= $2 order by member_id, movement_id)
     select member_id from segments.member m where segment_id = $1
       and not exists (select from first f where f.member_id = m.member_id)
     union all select member_id from first where direction = 'left' order by member_id`,
    [segment_id, at],
  );
  return rows.map((row) => row.member_id);
}
