import type { Tx } from "../store/index.ts";
import { type Regrouping, regroup, type StoredNumber } from "./joining.ts";
import { grantedSql, type Members } from "./standing-store.ts";

interface NumberRow {
  readonly number: number;
  readonly owner: number;
  readonly earned_rank: number | null;
  readonly since_day: string;
  readonly period_until: string | null;
  readonly combines: readonly string[] | null;
  readonly kept_rank: number | null;
  readonly kept_since: string;
  readonly kept_until: string | null;
}

/**
 * Lets standings follow joins and splits, and forgets the numbers of people who are no members any more.
 * Fills pg_temp.tier_moved with who was regrouped and why.
 */
export async function followIdentities(tx: Tx, member_ids: Members, now: Date): Promise<void> {
  await forgetStrangers(tx, member_ids);
  const owners = await movedOwners(tx, member_ids);
  if (owners.length === 0) return;
  const rows = await tx.query<NumberRow>(
    `select p.party_id as number, p.member_id as owner, s.earned_rank, s.since_day, s.period_until, s.combines,
       k.earned_rank as kept_rank, k.since_day as kept_since, k.period_until as kept_until
     from catalogue.parties p left join tiers.standing s on s.member_id = p.party_id left join tiers.kept k on k.member_id = p.party_id
     where p.member_id = any($1) and (s.member_id is not null or k.member_id is not null)
     order by p.member_id, p.party_id`,
    [owners],
  );
  const groups = Map.groupBy(rows.map(storedNumber), (row) => row.owner);
  const changes = [...groups].flatMap(([owner, numbers]) => regroup(owner, numbers) ?? []);
  await writeRegroupings(tx, changes, now);
}

function storedNumber(row: NumberRow): StoredNumber {
  const { number, owner, earned_rank, since_day, period_until, kept_rank, kept_since, kept_until } = row;
  return {
    number,
    owner,
    // arrays of bigint come as texts
    standing:
      earned_rank === null
        ? null
        : { earned_rank, since_day, period_until, combines: row.combines?.map(Number) ?? null },
    kept: kept_rank === null ? null : { earned_rank: kept_rank, since_day: kept_since, period_until: kept_until },
  };
}

/** Numbers that belong to nobody now: an erased person, an import that was undone. */
async function forgetStrangers(tx: Tx, member_ids: Members): Promise<void> {
  const nobody = (table: string) =>
    `($1::bigint[] is null or ${table}.member_id = any($1))
       and not exists (select from catalogue.parties p where p.party_id = ${table}.member_id and p.member_id is not null)`;
  const gone = await tx.query<{ member_id: number }>(
    `with standing as (delete from tiers.standing s where ${nobody("s")} returning s.member_id),
       kept as (delete from tiers.kept k where ${nobody("k")} returning k.member_id)
     select member_id from standing union select member_id from kept`,
    [member_ids],
  );
  if (gone.length === 0) return;
  const numbers = gone.map((row) => row.member_id);
  await tx.query("delete from tiers.history where member_id = any($1)", [numbers]);
  await tx.query("delete from tiers.grant where member_id = any($1)", [numbers]);
}

/** Members that a number came to or left since their standing was written. */
async function movedOwners(tx: Tx, member_ids: Members): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `with moved as (
       select s.member_id as number, null::bigint as into_member_id from tiers.standing s
       join catalogue.parties p on p.party_id = s.member_id
       where p.member_id <> s.member_id and ($1::bigint[] is null or s.member_id = any($1))
       union all
       select k.member_id, k.into_member_id from tiers.kept k join catalogue.parties p on p.party_id = k.member_id
       where p.member_id <> k.into_member_id and ($1::bigint[] is null or k.member_id = any($1) or k.into_member_id = any($1))
     )
     select distinct p.member_id from moved m
     cross join lateral (values (m.number), (m.into_member_id)) n (number)
     join catalogue.parties p on p.party_id = n.number where p.member_id is not null order by 1`,
    [member_ids],
  );
  return rows.map((row) => row.member_id);
}

async function writeRegroupings(tx: Tx, changes: readonly Regrouping[], now: Date): Promise<void> {
  if (changes.length === 0) return;
  const json = JSON.stringify(changes);
  const rows = `jsonb_to_recordset($1::jsonb) as r (member_id bigint, earned jsonb, combines jsonb, keep jsonb, reason text)`;
  await tx.query(
    `delete from tiers.kept k using ${rows} where k.member_id = r.member_id
       or exists (select from jsonb_array_elements(r.combines) n where n::bigint = k.member_id)`,
    [json],
  );
  await tx.query(
    `insert into tiers.kept (member_id, into_member_id, earned_rank, since_day, period_until)
     select k.number, r.member_id, k.earned_rank, k.since_day, k.period_until
     from ${rows} cross join lateral jsonb_to_recordset(r.keep) as k (number bigint, earned_rank int, since_day date, period_until date)`,
    [json],
  );
  await tx.query(
    `delete from tiers.standing s using ${rows}
     where s.member_id <> r.member_id and exists (select from jsonb_array_elements(r.combines) n where n::bigint = s.member_id)`,
    [json],
  );
  await tx.query(
    `insert into tiers.standing as s (member_id, rank, since_day, earned_rank, period_until, qualifying, previous, closing, amount_until, combines, evaluated_at)
     select r.member_id, greatest((r.earned ->> 'earned_rank')::int, coalesce(g.rank, 0)), (r.earned ->> 'since_day')::date, (r.earned ->> 'earned_rank')::int,
       (r.earned ->> 'period_until')::date, 0, 0, 0, date '0001-01-01',
       case when jsonb_typeof(r.combines) = 'array' then array(select n::bigint from jsonb_array_elements(r.combines) n order by 1) end, $2
     from ${rows} left join (${grantedSql("tiers.step")}) g on g.member_id = r.member_id
     on conflict (member_id) do update set since_day = excluded.since_day, earned_rank = excluded.earned_rank, period_until = excluded.period_until, combines = excluded.combines`,
    [json, now],
  );
  await tx.query(
    `insert into pg_temp.tier_moved select r.member_id, r.reason, (r.earned ->> 'earned_rank')::int from ${rows} on conflict do nothing`,
    [json],
  );
}
