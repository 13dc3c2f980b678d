import { copyInto, type Tx } from "../store/index.ts";
import { encodeMarks, type MarkKind } from "../tags/index.ts";
import { ROUND_KEPT_MS } from "./limits.ts";
import type { Moved } from "./movement.ts";

export const LANE = { now: 0, turn: 1 } as const;
export type Lane = (typeof LANE)[keyof typeof LANE];

/** Only one process changes memberships at a time: a slower one could overwrite newer with older. */
export async function tryLock(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtext('segments.membership')) as locked",
  );
  return row?.locked === true;
}

export async function waitForLock(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('segments.membership'))");
}

/**
 * Marks members or parties who may have entered or left.
 * @param since when it became true
 * @param kind of behaviour, when nothing but a row of that kind came
 * @param lane what the turn of a day brings waits behind what happens now
 */
export async function markDirty(
  tx: Tx,
  who: { readonly member_ids?: readonly number[]; readonly party_ids?: readonly number[] },
  since: Date,
  kind: MarkKind = null,
  lane: Lane = LANE.now,
): Promise<void> {
  const insert = (column: string, ids: readonly number[]) =>
    tx.query(
      `insert into segments.dirty (${column}, since, kind, lane) select distinct id, $2::timestamptz, $3::text, $4::smallint from unnest($1::bigint[]) id`,
      [ids, since, kind, lane],
    );
  if ((who.member_ids ?? []).length > 0) await insert("member_id", who.member_ids ?? []);
  if ((who.party_ids ?? []).length > 0) await insert("party_id", who.party_ids ?? []);
}

const COPY_MARKS = "copy segments.dirty (party_id, since, kind) from stdin (format binary)";

/** Marks whom records are about, for now. */
export async function markRecords(
  tx: Tx,
  marks: ReadonlyMap<MarkKind, ReadonlySet<number>>,
  since: Date,
): Promise<void> {
  if (marks.size > 0) await copyInto(tx.client, COPY_MARKS, encodeMarks(marks, since));
}

export interface Marks {
  /** Each with the kinds of behaviour that marked it, or null when anything may have changed. */
  readonly members: readonly { readonly member_id: number; readonly kinds: readonly string[] | null }[];
  readonly since: Date | null;
  readonly marks: number;
}

/**
 * Takes the first marks off the queue; what they ask for must be written in the same transaction. The head is found once
 * (array), however many rows the planner takes the queue for.
 */
export async function takeMarks(tx: Tx, limit: number): Promise<Marks> {
  const row = await tx.one<{ members: Marks["members"] | null; since: Date | null; marks: number }>(
    `with taken as (
       delete from segments.dirty where dirty_id = any(array(select dirty_id from segments.dirty order by lane, dirty_id limit $1 for update skip locked))
       returning member_id, party_id, since, lane, kind
     ), named as (
       select t.member_id, t.kind from taken t where t.member_id is not null
       union
       select p.member_id, t.kind from taken t join catalogue.parties p on p.party_id = t.party_id where p.member_id is not null
     ), grouped as (
       select member_id, case when bool_or(kind is null) then null else json_agg(kind order by kind) end as kinds
       from named group by member_id
     )
     select (select json_agg(json_build_object('member_id', member_id, 'kinds', kinds) order by member_id) from grouped) as members,
       (select min(since) from taken where lane = 0) as since, (select count(*) from taken) as marks`,
    [limit],
  );
  return { members: row?.members ?? [], since: row?.since ?? null, marks: row?.marks ?? 0 };
}

/** The business day that the memberships stand for. */
export async function membershipDay(tx: Tx): Promise<string | null> {
  return (await tx.one<{ day: string | null }>("select day from segments.state"))?.day ?? null;
}

/** A new business day: whoever may move by itself is marked. @returns how many. */
export async function turnDay(tx: Tx, today: string, since: Date): Promise<number> {
  const turned = await tx.execute("update segments.state set day = $1 where day is null or day < $1", [today]);
  if (turned === 0) return 0;
  return tx.execute(
    "insert into segments.dirty (member_id, lane, since) select member_id, 1, $2 from segments.wake where wake_day <= $1",
    [today, since],
  );
}

/**
 * Makes the membership of the members in `member_ids` what the conditions say.
 * @param rows a select of member_id, one boolean column s<segment_id> for each segment, and wake_day, for members $1.
 */
export async function writeMembers(
  tx: Tx,
  rows: string,
  segment_ids: readonly number[],
  member_ids: readonly number[],
  now: Date,
): Promise<Moved[]> {
  if (segment_ids.length === 0) return [];
  const held = segment_ids.map((id) => `(${id}::bigint, q."s${id}")`).join(", ");
  return tx.planned<Moved>(
    `with q as materialized (
       select x.* from (${rows}) x where exists (select 1 from catalogue.members a where a.member_id = x.member_id)
     ), next as materialized (
       select v.segment_id, q.member_id from q cross join lateral (values ${held}) v (segment_id, holds) where v.holds
     ), gone as (
       delete from segments.member m where m.member_id = any($1::bigint[]) and m.segment_id = any($2::bigint[])
         and not exists (select 1 from next n where n.segment_id = m.segment_id and n.member_id = m.member_id)
       returning m.segment_id, m.member_id
     ), come as (
       insert into segments.member (segment_id, member_id, entered_at)
       select n.segment_id, n.member_id, $3::timestamptz from next n on conflict do nothing returning segment_id, member_id
     ), slept as (
       delete from segments.wake w where w.member_id = any($1::bigint[])
         and not exists (select 1 from q where q.member_id = w.member_id and q.wake_day is not null)
     ), woken as (
       insert into segments.wake as w (member_id, wake_day) select q.member_id, q.wake_day from q where q.wake_day is not null
       on conflict (member_id) do update set wake_day = excluded.wake_day where w.wake_day <> excluded.wake_day
     )
     select segment_id, member_id, 'entered' as direction from come
     union all select segment_id, member_id, 'left' from gone`,
    [member_ids, segment_ids, now],
  );
}

/** Keeps the sizes beside the segments up to date. */
export async function addSizes(tx: Tx, moved: readonly Moved[], now: Date): Promise<void> {
  const bySegment = Map.groupBy(moved, (one) => one.segment_id);
  const change = [...bySegment.values()].map((ones) =>
    ones.reduce((sum, one) => sum + (one.direction === "entered" ? 1 : -1), 0),
  );
  await tx.query(
    `update segments.segment s set members = coalesce(s.members, 0) + u.change, counted_at = $3
     from unnest($1::bigint[], $2::bigint[]) as u (segment_id, change) where s.segment_id = u.segment_id`,
    [[...bySegment.keys()], change, now],
  );
}

export async function rememberRound(tx: Tx, member_ids: readonly number[], now: Date): Promise<void> {
  await tx.query("insert into segments.round (at, member_ids) values ($1, $2)", [now, member_ids]);
}

export async function forgetRounds(tx: Tx, now: Date): Promise<void> {
  await tx.query("delete from segments.round where at < $1", [new Date(now.getTime() - ROUND_KEPT_MS)]);
}

export async function lastRound(tx: Tx): Promise<number> {
  return (await tx.one<{ last: number | null }>("select max(round_id) as last from segments.round"))?.last ?? 0;
}

/** Marks whoever was evaluated after a round, because a filling did not see it. */
export async function markRoundsAfter(tx: Tx, round_id: number, since: Date): Promise<void> {
  await tx.query(
    `insert into segments.dirty (member_id, since)
     select distinct id, $2::timestamptz from segments.round r cross join unnest(r.member_ids) id where r.round_id > $1`,
    [round_id, since],
  );
}

/** Wake-up days of everyone for one condition: an earlier day that is kept already stays. */
export async function writeWakes(tx: Tx, rows: string): Promise<void> {
  await tx.query(
    `insert into segments.wake as w (member_id, wake_day) select member_id, wake_day from (${rows}) x where wake_day is not null
     on conflict (member_id) do update set wake_day = excluded.wake_day where excluded.wake_day < w.wake_day`,
  );
}

/** The whole membership of one segment. */
export async function writeAll(
  tx: Tx,
  segment_id: number,
  member_ids: readonly number[],
  hash: string,
  now: Date,
): Promise<Moved[]> {
  const moved = await tx.query<Moved>(
    `with next as materialized (select unnest($2::bigint[]) as member_id),
     gone as (
       delete from segments.member m where m.segment_id = $1 and not exists (select 1 from next n where n.member_id = m.member_id)
       returning m.member_id
     ), come as (
       insert into segments.member (segment_id, member_id, entered_at) select $1, n.member_id, $3::timestamptz from next n
       on conflict do nothing returning member_id
     )
     select $1::bigint as segment_id, member_id, 'entered' as direction from come
     union all select $1::bigint, member_id, 'left' from gone`,
    [segment_id, member_ids, now],
  );
  await tx.query(
    "update segments.segment set members = $2, counted_at = $3, failure = null, filled_hash = $4 where segment_id = $1",
    [segment_id, member_ids.length, now, hash],
  );
  return moved;
}

export async function waitingMarks(tx: Tx): Promise<{ marks: number; oldest: Date | null }> {
  const row = await tx.one<{ marks: number; oldest: Date | null }>(
    "select count(*) as marks, min(since) as oldest from segments.dirty",
  );
  return row ?? { marks: 0, oldest: null };
}

/** Members of the segment who wait to be evaluated are no error of what is kept. */
export async function keptApartFromWaiting(tx: Tx, segment_id: number): Promise<{ kept: number[]; waiting: number[] }> {
  const row = await tx.one<{ kept: number[] | null; waiting: number[] | null }>(
    `select (select json_agg(member_id) from segments.member where segment_id = $1) as kept,
       (select json_agg(member_id) from (
         select d.member_id from segments.dirty d where d.member_id is not null
         union select p.member_id from segments.dirty d join catalogue.parties p on p.party_id = d.party_id where p.member_id is not null
       ) x) as waiting`,
    [segment_id],
  );
  return { kept: row?.kept ?? [], waiting: row?.waiting ?? [] };
}

export async function writeCheck(tx: Tx, segment_id: number, difference: number, now: Date): Promise<void> {
  await tx.query("update segments.segment set checked_at = $2, difference = $3 where segment_id = $1", [
    segment_id,
    now,
    difference,
  ]);
}

/** Takes members out of everything that lists them; what was counted stays counted. */
export async function forgetMembers(tx: Tx, member_ids: readonly number[]): Promise<void> {
  for (const table of ["member", "wake", "movement", "snapshot_member"])
    await tx.query(`delete from segments.${table} where member_id = any($1::bigint[])`, [member_ids]);
}
