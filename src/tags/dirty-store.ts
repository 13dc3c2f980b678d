import { copyInto, encodeCopy, type Tx } from "../store/index.ts";
import type { MarkKind } from "./behaviour.ts";

/** What the turn of a day or a computation over everybody brings waits behind what happens now. */
export const LANE = { now: 0, later: 1 } as const;
export type Lane = (typeof LANE)[keyof typeof LANE];

/**
 * Marks members or parties whose tags may have changed.
 * @param since when it became true, for the freshness figure
 * @param kind of behaviour, when nothing but a row of that kind came; null: anything may have changed
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
      `insert into tags.dirty (${column}, since, kind, lane) select distinct id, $2::timestamptz, $3::text, $4::smallint from unnest($1::bigint[]) id`,
      [ids, since, kind, lane],
    );
  if ((who.member_ids ?? []).length > 0) await insert("member_id", who.member_ids ?? []);
  if ((who.party_ids ?? []).length > 0) await insert("party_id", who.party_ids ?? []);
}

const COPY_MARKS = "copy tags.dirty (party_id, since, kind) from stdin (format binary)";

/**
 * Marks whom records are about, for now. µs of CPU for a mark, in the process + in PostgreSQL: one COPY 0.3 + 1.8, an
 * INSERT for each kind 0.5 + 2.2.
 */
export async function markRecords(
  tx: Tx,
  marks: ReadonlyMap<MarkKind, ReadonlySet<number>>,
  since: Date,
): Promise<void> {
  if (marks.size > 0) await copyInto(tx.client, COPY_MARKS, encodeMarks(marks, since));
}

/** Marks as the content of a binary COPY of party_id, since, kind. */
export function encodeMarks(marks: ReadonlyMap<MarkKind, ReadonlySet<number>>, since: Date): Buffer {
  const since_ms = since.getTime();
  const rows = [...marks].flatMap(([kind, parties]) => [...parties].map((party_id) => ({ kind, party_id })));
  return encodeCopy(rows, 3, (writer, { kind, party_id }) => {
    writer.int64(party_id);
    writer.instant(since_ms);
    writer.text(kind);
  });
}

/** A member that was marked: by these kinds of behaviour alone, or (null) by something that may touch any tag. */
export interface MarkedMember {
  readonly member_id: number;
  readonly kinds: readonly string[] | null;
  /** Whether it waited behind what happens now, and nothing else marked it. */
  readonly later: boolean;
}

export interface DirtyBatch {
  readonly members: readonly MarkedMember[];
  /** Parties about which more came than behaviour, those that belong to nobody any more included. */
  readonly party_ids: readonly number[];
  /** When the oldest of them that came by itself was marked; null when all were marked for later. */
  readonly since: Date | null;
  readonly marks: number;
  /** Whether more may wait. */
  readonly more: boolean;
}

/**
 * Takes the first marks off the queue: those of now, and a few of those for later, so that neither waits for all of the
 * other. The values they ask for must be written in the same transaction.
 */
export async function takeDirty(tx: Tx, marks_max: number, later_max: number): Promise<DirtyBatch> {
  const row = await tx.one<{
    members: MarkedMember[] | null;
    party_ids: number[] | null;
    since: Date | null;
    marks: number;
    later: number;
  }>(
    `with first as (
       select lane, dirty_id from tags.dirty where lane = 0 order by dirty_id limit $1 for update skip locked
     ), behind as (
       select lane, dirty_id from tags.dirty where lane = 1 order by dirty_id limit $2 for update skip locked
     ), taken as (
       delete from tags.dirty where (lane, dirty_id) in (table first union all table behind)
       returning member_id, party_id, since, kind, lane
     ), named as (
       select t.member_id, t.kind, t.lane from taken t where t.member_id is not null
       union
       select p.member_id, t.kind, t.lane from taken t join catalogue.parties p on p.party_id = t.party_id where p.member_id is not null
     ), grouped as (
       select member_id, case when bool_or(kind is null) then null else json_agg(distinct kind) end as kinds, min(lane) = 1 as later
       from named group by member_id
     )
     select (select json_agg(json_build_object('member_id', member_id, 'kinds', kinds, 'later', later) order by member_id) from grouped) as members,
       (select json_agg(distinct party_id) from taken where party_id is not null and kind is null) as party_ids,
       (select min(since) from taken where lane = 0) as since, (select count(*) from taken where lane = 0) as marks,
       (select count(*) from taken where lane = 1) as later`,
    [marks_max, later_max],
  );
  const [marks, later] = [row?.marks ?? 0, row?.later ?? 0];
  return {
    members: row?.members ?? [],
    party_ids: row?.party_ids ?? [],
    since: row?.since ?? null,
    marks: marks + later,
    more: marks >= marks_max || later >= later_max,
  };
}

/**
 * Folds the marks at the head of a long queue to one for each member or party: the oldest stays, and asks for everything
 * where kinds differ. Whoever was marked again and again while nobody computed (an import, an outage) is computed once:
 * the example world's first computation took 93 statements without, a dozen with. Only behind the computing lock: marks
 * are taken by nobody else, and new ones stand behind.
 * @param marks_max of the head that is looked at, so that the cost stays the same however long the queue is
 */
export async function foldMarks(tx: Tx, marks_max: number): Promise<void> {
  await tx.query(
    `with head as materialized (
       select dirty_id, kind, min(dirty_id) over (partition by member_id, party_id) as kept
       from (select * from tags.dirty where lane = 0 order by dirty_id limit $1) first
     ), folded as (
       select kept, case when bool_or(kind is null) or min(kind) <> max(kind) then null else min(kind) end as kind
       from head group by kept having count(*) > 1
     ), gone as (
       delete from tags.dirty d using head h where d.lane = 0 and d.dirty_id = h.dirty_id and h.dirty_id <> h.kept
     )
     update tags.dirty d set kind = f.kind from folded f
     where d.lane = 0 and d.dirty_id = f.kept and d.kind is distinct from f.kind`,
    [marks_max],
  );
}

/** Whether more marks of now wait than that. */
export async function marksExceed(tx: Tx, marks: number): Promise<boolean> {
  const found = await tx.one("select 1 from tags.dirty where lane = 0 order by dirty_id offset $1 limit 1", [marks]);
  return found !== undefined;
}

/** Members behind the first marks, which stay. */
export async function firstMarked(tx: Tx, marks_max: number): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `with first as (select member_id, party_id from tags.dirty order by lane, dirty_id limit $1)
     select member_id from first where member_id is not null
     union select p.member_id from first f join catalogue.parties p on p.party_id = f.party_id where p.member_id is not null`,
    [marks_max],
  );
  return rows.map((row) => row.member_id);
}

/** What waits: marks that came by themselves, and those for later. */
export interface Waiting {
  readonly marks: number;
  readonly oldest: Date | null;
  readonly woken: number;
  readonly oldest_woken: Date | null;
}

export async function dirtyCount(tx: Tx): Promise<Waiting> {
  const row = await tx.one<Waiting>(
    `select count(*) filter (where lane = 0) as marks, min(since) filter (where lane = 0) as oldest,
       count(*) filter (where lane = 1) as woken, min(since) filter (where lane = 1) as oldest_woken from tags.dirty`,
  );
  return row ?? { marks: 0, oldest: null, woken: 0, oldest_woken: null };
}

/** Which of the members are marked at present. */
export async function dirtyAmong(tx: Tx, member_ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx.query<{ member_id: number }>(
    `select d.member_id from tags.dirty d where d.member_id = any($1)
     union select p.member_id from tags.dirty d join catalogue.parties p on p.party_id = d.party_id where p.member_id = any($1)`,
    [member_ids],
  );
  return new Set(rows.map((row) => row.member_id));
}

/** Moves to a new business day. @returns whether it was new. */
export async function moveDay(tx: Tx, today: string): Promise<boolean> {
  return (await tx.execute("update tags.state set day = $1 where day is distinct from $1::date", [today])) > 0;
}

/** Marks everyone whose wake-up day has come. */
export async function markWoken(tx: Tx, today: string, since: Date): Promise<void> {
  await tx.query(
    "insert into tags.dirty (member_id, since, lane) select member_id, $2, 1 from tags.current where wake_day <= $1::date order by member_id",
    [today, since],
  );
}
