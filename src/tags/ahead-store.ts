import type { Tx } from "../store/index.ts";

/** Members who wake up on a day and are not prepared for it by these definitions. */
export async function unprepared(tx: Tx, day: string, hash: string, members_max: number): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `select c.member_id from tags.current c where c.wake_day <= $1::date
       and not exists (select 1 from tags.ahead a where a.member_id = c.member_id and a.day = $1::date and a.definitions_hash = $2)
     order by c.member_id limit $3`,
    [day, hash, members_max],
  );
  return rows.map((row) => row.member_id);
}

/** Keeps values of a day to come. @param rows a select of member_id, value, wake_day for the members in $1 on that day. */
export async function writeAhead(
  tx: Tx,
  rows: string,
  member_ids: readonly number[],
  day: string,
  hash: string,
): Promise<void> {
  await tx.planned(
    `insert into tags.ahead as a (member_id, day, definitions_hash, value, wake_day)
     select n.member_id, $2::date, $3, n.value, n.wake_day from (${rows}) n where exists (select 1 from tags.current c where c.member_id = n.member_id)
     on conflict (member_id) do update set day = excluded.day, definitions_hash = excluded.definitions_hash, value = excluded.value, wake_day = excluded.wake_day`,
    [member_ids, day, hash],
  );
}

/** Puts the values of a day that were prepared by these definitions in place. @returns the members whose values changed. */
export async function takeAhead(tx: Tx, day: string, hash: string, now: Date): Promise<number[]> {
  const found = await tx.query<{ member_id: number }>(
    `with due as (
       delete from tags.ahead returning member_id, day, definitions_hash, value, wake_day
     ), usable as materialized (
       select * from due where day = $1::date and definitions_hash = $2
     ), noted as (
       insert into tags.round (member_ids, at) select array_agg(member_id), $3::timestamptz from usable having count(*) > 0
     ), woken as (
       update tags.current c set wake_day = u.wake_day from usable u where u.member_id = c.member_id and u.value = c.value
     )
     update tags.current c set value = u.value, wake_day = u.wake_day, computed_at = $3::timestamptz, version = nextval('tags.version')
     from usable u where u.member_id = c.member_id and u.value <> c.value
     returning c.member_id`,
    [day, hash, now],
  );
  return found.map((row) => row.member_id);
}
