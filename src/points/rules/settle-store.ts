import type { Tx } from "../../store/index.ts";
import type { MemberFacts } from "./earning.ts";
import type { Given } from "./limits.ts";

/** By what a cause was judged when it earned first. */
export interface KeptTerms {
  readonly cause: string;
  readonly programme: string;
  readonly version: number;
  readonly facts: Partial<MemberFacts>;
}

/** What a rule gives for a cause, as it is to be kept. */
export interface EarningRow extends Given {
  readonly refused: string | null;
  readonly wanted: number;
}

/** Marks members or parties to be settled soon. */
export async function markEarning(
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
      `insert into points.dirty (${column}, since) select distinct id, $2::timestamptz from unnest($1::bigint[]) id`,
      [ids, since],
    );
  }
}

/** Everybody, because terms changed that may concern anybody. */
export async function markEverybody(tx: Tx, since: Date): Promise<void> {
  await tx.query("insert into points.dirty (member_id, since) select member_id, $1 from catalogue.members", [since]);
}

/** One process settles at a time: a slower one could bring back what a newer one took away. */
export async function trySettleLock(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtext('points.settle')) as locked",
  );
  return row?.locked === true;
}

export interface Marked {
  readonly member_ids: readonly number[];
  /** Numbers that belong to no member any more: what they earned is looked at alone. */
  readonly strangers: readonly number[];
  readonly marks: number;
  readonly since: Date | null;
}

/**
 * Takes the oldest marks off the queue; what they ask for must be written in the same transaction. The head is found once
 * (array): as a part of the join it was found anew for each row whenever the planner took the queue for empty, and one
 * statement ran for 105 s beside a stream of 1,000 records a second.
 */
export async function takeMarks(tx: Tx, marks_max: number): Promise<Marked> {
  const row = await tx.one<{
    member_ids: number[] | null;
    strangers: number[] | null;
    marks: number;
    since: Date | null;
  }>(
    `with taken as (
       delete from points.dirty where dirty_id = any(array(select dirty_id from points.dirty order by dirty_id limit $1 for update skip locked))
       returning coalesce(party_id, member_id) as number, since
     ), named as (
       select distinct t.number, p.member_id from taken t left join catalogue.parties p on p.party_id = t.number
     )
     select (select json_agg(distinct member_id) from named where member_id is not null) as member_ids,
       (select json_agg(number) from named where member_id is null) as strangers,
       (select min(since) from taken) as since, (select count(*) from taken) as marks`,
    [marks_max],
  );
  return {
    member_ids: row?.member_ids ?? [],
    strangers: row?.strangers ?? [],
    marks: row?.marks ?? 0,
    since: row?.since ?? null,
  };
}

/** The numbers of members. */
export async function walletsOf(tx: Tx, member_ids: readonly number[]): Promise<Map<number, number[]>> {
  const { rows } = await tx.client.query<{ member_id: number; numbers: number[] }>({
    name: "points_wallets",
    text: `select member_id, json_agg(party_id order by party_id) as numbers from catalogue.parties
      where member_id = any($1::bigint[]) group by member_id`,
    values: [member_ids],
  });
  return new Map(rows.map(({ member_id, numbers }) => [member_id, numbers]));
}

/** What numbers have been given so far, by cause and rule. */
export async function earningsOf(tx: Tx, owners: readonly number[]): Promise<EarningRow[]> {
  return tx.query<EarningRow>(
    "select cause, rule, owner, day, points, refused, wanted from points.earning where owner = any($1::bigint[])",
    [owners],
  );
}

export async function termsOf(tx: Tx, causes: readonly string[]): Promise<Map<string, KeptTerms>> {
  const rows = await tx.query<KeptTerms>(
    "select cause, programme, version, facts from points.terms where cause = any($1)",
    [causes],
  );
  return new Map(rows.map((row) => [row.cause, row]));
}

/** Keeps by what causes were judged; who has terms keeps the first. */
export async function keepTerms(tx: Tx, rows: readonly KeptTerms[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into points.terms (cause, programme, version, facts, at)
     select cause, programme, version, facts, $5 from unnest($1::text[], $2::text[], $3::int[], $4::jsonb[]) as r (cause, programme, version, facts)
     on conflict (cause) do nothing`,
    [
      rows.map((row) => row.cause),
      rows.map((row) => row.programme),
      rows.map((row) => row.version),
      rows.map((row) => JSON.stringify(row.facts)),
      at,
    ],
  );
}

export async function keepEarnings(tx: Tx, rows: readonly EarningRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into points.earning (cause, rule, owner, day, points, refused, wanted)
     select * from unnest($1::text[], $2::text[], $3::bigint[], $4::date[], $5::bigint[], $6::text[], $7::bigint[])
     on conflict (cause, rule, owner) do update set points = excluded.points, refused = excluded.refused, wanted = excluded.wanted`,
    [
      rows.map((row) => row.cause),
      rows.map((row) => row.rule),
      rows.map((row) => row.owner),
      rows.map((row) => row.day),
      rows.map((row) => row.points),
      rows.map((row) => row.refused),
      rows.map((row) => row.wanted),
    ],
  );
}

/** What a number has used of a limit. The constraint has the last word, whatever was computed. */
export interface CapUseChange {
  readonly owner: number;
  readonly rule: string;
  readonly period: string;
  readonly change: number;
  readonly cap: number;
}

export async function changeCapUse(tx: Tx, changes: readonly CapUseChange[]): Promise<void> {
  if (changes.length === 0) return;
  const columns = [
    changes.map((row) => row.owner),
    changes.map((row) => row.rule),
    changes.map((row) => row.period),
    changes.map((row) => row.cap),
  ];
  await tx.query(
    `insert into points.cap_use as c (owner, rule, period, used, cap)
     select owner, rule, period, 0, max(cap) from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) as r (owner, rule, period, cap)
     group by owner, rule, period
     on conflict (owner, rule, period) do update set cap = excluded.cap where c.cap < excluded.cap`,
    columns,
  );
  await tx.query(
    `update points.cap_use c set used = c.used + r.change
     from (select owner, rule, period, sum(change)::bigint as change
       from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) as r (owner, rule, period, change) group by owner, rule, period) r
     where (c.owner, c.rule, c.period) = (r.owner, r.rule, r.period)`,
    [...columns.slice(0, 3), changes.map((row) => row.change)],
  );
}

/** Who is owed points that a budget could not pay. */
export async function refusedOwners(tx: Tx, limit: number): Promise<number[]> {
  const rows = await tx.query<{ owner: number }>(
    "select distinct owner from points.earning where refused is not null order by owner limit $1",
    [limit],
  );
  return rows.map(({ owner }) => owner);
}
