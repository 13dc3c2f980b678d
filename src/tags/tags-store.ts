import type { Tx } from "../store/index.ts";
import type { StoredKind } from "./book.ts";

/** A row of the state of all tags together. */
export interface TagState {
  readonly day: string | null;
  readonly definitions_hash: string | null;
  readonly full_at: Date | null;
  readonly full_engine: string | null;
  readonly full_members: number | null;
  readonly full_seconds: string | null;
  readonly difference: number | null;
  readonly difference_by_tag: Readonly<Record<string, number>>;
  readonly lagging: number | null;
}

export async function tagState(tx: Tx): Promise<TagState> {
  const row = await tx.one<TagState>("select * from tags.state");
  if (row === undefined) throw new Error("tags.state has no row");
  return row;
}

/** Marks members or parties whose tags may have changed. @param since when it became true, for the freshness figure. */
export async function markDirty(
  tx: Tx,
  who: { readonly member_ids?: readonly number[]; readonly party_ids?: readonly number[] },
  since: Date,
): Promise<void> {
  if ((who.member_ids ?? []).length > 0) {
    const sql =
      "insert into tags.dirty (member_id, since) select distinct id, $2::timestamptz from unnest($1::bigint[]) id";
    await tx.query(sql, [who.member_ids, since]);
  }
  if ((who.party_ids ?? []).length > 0) {
    const sql =
      "insert into tags.dirty (party_id, since) select distinct id, $2::timestamptz from unnest($1::bigint[]) id";
    await tx.query(sql, [who.party_ids, since]);
  }
}

/** Only one process computes at a time: a slower one could overwrite newer values with older ones. */
export async function lockComputing(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ locked: boolean }>("select pg_try_advisory_xact_lock(hashtext('tags.compute')) as locked");
  return row?.locked === true;
}

export interface DirtyBatch {
  readonly member_ids: readonly number[];
  /** Parties that were marked, those that belong to nobody any more included. */
  readonly party_ids: readonly number[];
  /** When the oldest of them was marked. */
  readonly since: Date | null;
  readonly marks: number;
}

/** Takes the oldest marks off the queue. The values they ask for must be written in the same transaction. */
export async function takeDirty(tx: Tx, marks_max: number): Promise<DirtyBatch> {
  const row = await tx.one<{
    member_ids: number[] | null;
    party_ids: number[] | null;
    since: Date | null;
    marks: number;
  }>(
    `with taken as (
       delete from tags.dirty where dirty_id in (select dirty_id from tags.dirty order by dirty_id limit $1 for update skip locked)
       returning member_id, party_id, since
     ), named as (
       select t.member_id from taken t where t.member_id is not null
       union
       select p.member_id from taken t join catalogue.parties p on p.party_id = t.party_id where p.member_id is not null
     )
     select (select json_agg(member_id order by member_id) from named) as member_ids,
       (select json_agg(distinct party_id) from taken where party_id is not null) as party_ids,
       (select min(since) from taken) as since, (select count(*) from taken) as marks`,
    [marks_max],
  );
  return {
    member_ids: row?.member_ids ?? [],
    party_ids: row?.party_ids ?? [],
    since: row?.since ?? null,
    marks: row?.marks ?? 0,
  };
}

export async function dirtyCount(tx: Tx): Promise<{ marks: number; oldest: Date | null }> {
  const row = await tx.one<{ marks: number; oldest: Date | null }>(
    "select count(*) as marks, min(since) as oldest from tags.dirty",
  );
  return row ?? { marks: 0, oldest: null };
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

/** Moves to a new business day: everyone whose wake-up day has come is marked. @returns whether the day was new. */
export async function turnDay(tx: Tx, today: string, now: Date): Promise<boolean> {
  const moved = await tx.execute("update tags.state set day = $1 where day is distinct from $1::date", [today]);
  if (moved === 0) return false;
  await tx.query(
    "insert into tags.dirty (member_id, since) select member_id, $2 from tags.current where wake_day <= $1::date order by member_id",
    [today, now],
  );
  return true;
}

/**
 * Writes what a computation found. `rows` is a select of member_id, value, wake_day for the members in $1; members it
 * does not return are no members any more. What comes from the records is noted: the lake is older.
 * @returns the members whose values changed.
 */
export async function writeValues(
  tx: Tx,
  rows: string,
  member_ids: readonly number[],
  now: Date,
  from: "records" | "lake" = "records",
): Promise<number[]> {
  const noted = "noted as (insert into tags.round (member_ids, at) values ($1::bigint[], $2::timestamptz))";
  const found = await tx.query<{ member_id: number }>(
    `with next as materialized (${rows}),
     gone as (
       delete from tags.current c where c.member_id = any($1::bigint[])
         and not exists (select 1 from next n where n.member_id = c.member_id)
       returning c.member_id
     ), woken as (
       update tags.current c set wake_day = n.wake_day from next n
       where n.member_id = c.member_id and n.value = c.value and n.wake_day is distinct from c.wake_day
     ), changed as (
       insert into tags.current as c (member_id, value, wake_day, computed_at)
       select n.member_id, n.value, n.wake_day, $2::timestamptz from next n
       where not exists (select 1 from tags.current o where o.member_id = n.member_id and o.value = n.value)
       on conflict (member_id) do update
         set value = excluded.value, wake_day = excluded.wake_day, computed_at = excluded.computed_at, version = excluded.version
       returning c.member_id
     )${from === "records" ? `, ${noted}` : ""}
     select member_id from changed union all select member_id from gone`,
    [member_ids, now],
  );
  return found.map((row) => row.member_id);
}

export async function storedValues(tx: Tx, member_ids: readonly number[]): Promise<Map<number, StoredValues>> {
  const rows = await tx.query<{ member_id: number; value: Record<string, string>; computed_at: Date }>(
    "select member_id, value, computed_at from tags.current where member_id = any($1)",
    [member_ids],
  );
  return new Map(rows.map((row) => [row.member_id, row]));
}

export interface StoredValues {
  readonly value: Readonly<Record<string, string>>;
  readonly computed_at: Date;
}

/** A page of members in id order, for the full computation. */
export async function memberPage(tx: Tx, after: number, limit: number): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    "select member_id from catalogue.members where member_id > $1 order by member_id limit $2",
    [after, limit],
  );
  return rows.map((row) => row.member_id);
}

export async function memberTotal(tx: Tx): Promise<number> {
  return (await tx.one<{ members: number }>("select count(*) as members from catalogue.members"))?.members ?? 0;
}

/** Values of people who are no members any more, left by an import that was undone. */
export async function deleteStrangers(tx: Tx): Promise<number> {
  return tx.execute(
    "delete from tags.current c where not exists (select 1 from catalogue.members m where m.member_id = c.member_id)",
  );
}

export async function writeDefinitions(tx: Tx, kinds: ReadonlyMap<string, StoredKind>): Promise<void> {
  const keys = [...kinds.keys()];
  await tx.query("delete from tags.definition where not (key = any($1))", [keys]);
  await tx.query(
    `insert into tags.definition (key, kind, position)
     select key, kind, place from unnest($1::text[], $2::text[]) with ordinality as t (key, kind, place)
     on conflict (key) do update set kind = excluded.kind, position = excluded.position
     where (definition.kind, definition.position) is distinct from (excluded.kind, excluded.position)`,
    [keys, [...kinds.values()]],
  );
}

export interface FullResult {
  readonly engine: "postgresql" | "duckdb" | "spark";
  readonly hash: string;
  readonly members: number;
  readonly seconds: number;
  readonly difference: number;
  readonly difference_by_tag: Readonly<Record<string, number>>;
  readonly lagging: number;
}

export async function writeFullResult(tx: Tx, result: FullResult, now: Date): Promise<void> {
  await tx.query(
    `update tags.state set full_at = $1, full_engine = $2, definitions_hash = $3, full_members = $4, full_seconds = $5,
       difference = $6, difference_by_tag = $7, lagging = $8`,
    [
      now,
      result.engine,
      result.hash,
      result.members,
      result.seconds,
      result.difference,
      result.difference_by_tag,
      result.lagging,
    ],
  );
}
