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

/** Only one process computes at a time: a slower one could overwrite newer values with older ones. */
export async function lockComputing(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ locked: boolean }>("select pg_try_advisory_xact_lock(hashtext('tags.compute')) as locked");
  return row?.locked === true;
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
  const noted = `noted as (insert into tags.round (member_ids, at) values ($1::bigint[], $2::timestamptz)),
     unprepared as (delete from tags.ahead a where a.member_id = any($1::bigint[]))`;
  // pages out of the lake are twenty times as large and stand in a table: a plan that knows its size takes a tenth
  const run = from === "records" ? tx.planned<{ member_id: number }> : tx.query<{ member_id: number }>;
  const found = await run(
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

/**
 * Writes what a computation of some tags found into the values that are kept; a member without kept values is left to
 * the computation of all tags that is due. `rows` is a select of member_id, value (of those tags alone), wake_day.
 * The wake-up day can only become earlier: it also stands for the tags that were not computed.
 * @returns the members whose values changed.
 */
export async function writeSomeValues(
  tx: Tx,
  rows: string,
  keys: readonly string[],
  member_ids: readonly number[],
  now: Date,
): Promise<number[]> {
  const found = await tx.planned<{ member_id: number }>(
    `with next as materialized (${rows}), merged as materialized (
       select n.member_id, (c.value - $2::text[]) || n.value as value, n.wake_day, c.value as before
       from next n join tags.current c on c.member_id = n.member_id
     ), woken as (
       update tags.current c set wake_day = m.wake_day from merged m
       where m.member_id = c.member_id and m.value = m.before and (m.wake_day < c.wake_day or (c.wake_day is null and m.wake_day is not null))
     ), noted as (insert into tags.round (member_ids, at) values ($1::bigint[], $3::timestamptz)),
     unprepared as (delete from tags.ahead a where a.member_id = any($1::bigint[]))
     update tags.current c set value = m.value, wake_day = least(c.wake_day, m.wake_day), computed_at = $3::timestamptz,
       version = nextval('tags.version')
     from merged m where m.member_id = c.member_id and m.value <> m.before
     returning c.member_id`,
    [member_ids, keys, now],
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

/** Takes the values of members away, and what a sample of values shows of them; what was judged stays counted. */
export async function forgetMembers(tx: Tx, member_ids: readonly number[]): Promise<void> {
  await tx.query("delete from tags.current where member_id = any($1::bigint[])", [member_ids]);
  await tx.query(
    "update tags.review_item set member_id = 0, value = '', why_zh = '', why_en = '' where member_id = any($1::bigint[])",
    [member_ids],
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
