import type { Tx } from "../store/index.ts";

/** Marks members or parties to be evaluated soon. @param since when it became true, for the freshness figure. */
export async function markDirty(
  tx: Tx,
  who: { readonly member_ids?: readonly number[]; readonly party_ids?: readonly number[] },
  since: Date,
): Promise<void> {
  for (const [column, ids] of [
    ["member_id", who.member_ids ?? []],
    ["party_id", who.party_ids ?? []],
  ] as const) {
    if (ids.length === 0) continue;
    await tx.query(
      `insert into tiers.dirty (${column}, since) select distinct id, $2::timestamptz from unnest($1::bigint[]) id`,
      [ids, since],
    );
  }
}

/** Only one process evaluates at a time: a slower one could overwrite newer standings. */
export async function tryLock(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtext('tiers.evaluate')) as locked",
  );
  return row?.locked === true;
}

/** As tryLock, for what a person asked for: waits for the round that is running. */
export async function lock(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('tiers.evaluate'))");
}

export interface DirtyBatch {
  /** Marked members and whoever has a marked number now. */
  readonly member_ids: readonly number[];
  readonly marks: number;
  readonly since: Date | null;
}

/**
 * Takes the oldest marks off the queue; what they ask for must be written in the same transaction. The head is found once
 * (array), however many rows the planner takes the queue for.
 */
export async function takeDirty(tx: Tx, marks_max: number): Promise<DirtyBatch> {
  const row = await tx.one<{ member_ids: number[] | null; marks: number; since: Date | null }>(
    `with taken as (
       delete from tiers.dirty where dirty_id = any(array(select dirty_id from tiers.dirty order by dirty_id limit $1 for update skip locked))
       returning member_id, party_id, since
     ), named as (
       select member_id from taken where member_id is not null
       union
       select p.member_id from taken t join catalogue.parties p on p.party_id = coalesce(t.party_id, t.member_id) where p.member_id is not null
     )
     select (select json_agg(member_id order by member_id) from named) as member_ids, (select min(since) from taken) as since,
       (select count(*) from taken) as marks`,
    [marks_max],
  );
  return { member_ids: row?.member_ids ?? [], marks: row?.marks ?? 0, since: row?.since ?? null };
}

export async function dirtyCount(tx: Tx): Promise<{ marks: number; oldest: Date | null }> {
  const row = await tx.one<{ marks: number; oldest: Date | null }>(
    "select count(*) as marks, min(since) as oldest from tiers.dirty",
  );
  return row ?? { marks: 0, oldest: null };
}

/** Members whose standing may change on `today` although nothing arrived, at most `limit` of them, lowest number first. */
export async function dueMembers(tx: Tx, today: string, grace_days: number, limit: number): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `select member_id from (
       (select member_id from tiers.standing where amount_until < $1::date order by member_id limit $3)
       union
       (select member_id from tiers.standing where period_until < $1::date - $2::int order by member_id limit $3)
       union
       (select p.member_id from tiers.grant g join catalogue.parties p on p.party_id = g.member_id
        where g.state = 'in_force' and g.until_day < $1::date and p.member_id is not null order by p.member_id limit $3)
     ) due order by member_id limit $3`,
    [today, grace_days, limit],
  );
  return rows.map((row) => row.member_id);
}

/** The turn of the day is finished: everyone who was due has been evaluated. @returns whether the day was new. */
export async function finishDay(tx: Tx, today: string): Promise<boolean> {
  return (await tx.execute("update tiers.state set day = $1 where day is distinct from $1::date", [today])) > 0;
}

/** Members with no standing, and standings with no member: both must be 0 once nothing is marked. */
export async function coverageGaps(tx: Tx): Promise<{ members: number; without: number; strangers: number }> {
  const row = await tx.one<{ members: number; without: number; strangers: number }>(
    `select count(m.member_id) as members, count(*) filter (where s.member_id is null) as without,
       count(*) filter (where m.member_id is null) as strangers
     from catalogue.members m full join tiers.standing s using (member_id)`,
  );
  return row ?? { members: 0, without: 0, strangers: 0 };
}

/** Keeps what a full evaluation found. */
export async function writeFull(tx: Tx, difference: number, now: Date): Promise<void> {
  await tx.query("update tiers.state set full_at = $1, difference = $2", [now, difference]);
}

/** Of these members, those that nothing has marked. */
export async function unmarked(tx: Tx, member_ids: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `select id as member_id from unnest($1::bigint[]) id
     where not exists (select from tiers.dirty d where d.member_id = id)
       and not exists (select from tiers.dirty d join catalogue.parties p on p.party_id = d.party_id where p.member_id = id)`,
    [member_ids],
  );
  return rows.map((row) => row.member_id);
}
