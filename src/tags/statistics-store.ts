import type { Tx } from "../store/index.ts";

/** Named values kept per tag; what is beyond counts in the coverage only. */
export const VALUES_MAX = 50;

export interface Spread {
  readonly tag: string;
  readonly value: string | null;
  readonly band_from: string | null;
  readonly band_to: string | null;
  readonly members: number;
}

export interface Coverage {
  readonly tag: string;
  readonly members: number;
  readonly total: number;
  /** Of all members, those who refuse profiling. */
  readonly abstained: number;
  readonly counted_at: Date;
}

/** What one count found, as JSON that goes back to the database as it came: borders keep all their digits. */
export interface Statistics {
  readonly spread: string;
  readonly coverage: string;
  readonly total: number;
  readonly abstained: number;
}

/**
 * Counts how every tag is spread, in one pass over the stored values (three took three times as long, which is most of the
 * full computation): texts by value, numbers in up to five bands whose borders are the nearest-rank quintiles. Dates are
 * spread by year. It only reads: a transaction that writes for so long would hold up every delivery of the outbox.
 */
export async function countStatistics(tx: Tx): Promise<Statistics> {
  await tx.query("set local work_mem = '128MB'");
  const row = await tx.one<Statistics>(`
    with counted as materialized (
      select e.key as tag, e.value, count(*) as members
      from tags.current c cross join lateral jsonb_each_text(c.value) e group by 1, 2
    ), ${NAMED}, ${NUMBERS}
    select (select coalesce(json_agg(x), '[]') from (
        select tag, place, value, null::numeric as band_from, null::numeric as band_to, members from named where place <= ${VALUES_MAX}
        union all select tag, place, null, band_from, band_to, members from bands) x)::text as spread,
      (select coalesce(json_agg(x), '[]') from (select tag, sum(members) as members from counted group by 1) x)::text as coverage,
      (select count(*) from catalogue.members) as total,
      (select count(*) from catalogue.members where profiling_refused) as abstained`);
  if (row === undefined) throw new Error("a count without an answer");
  return row;
}

const NAMED = `named as (
  select tag, value, members, row_number() over (partition by tag order by members desc, value collate "C") as place
  from (
    select d.key as tag, case d.kind when 'date' then left(c.value, 4) else c.value end as value, sum(c.members) as members
    from counted c join tags.definition d on d.key = c.tag and d.kind in ('text', 'boolean', 'date')
    group by 1, 2
  ) summed
)`;

/** A quintile is the least number up to which there are so many of the known ones. */
const NUMBERS = `number as materialized (
    select d.key as tag, case d.kind when 'since' then (s.day - c.value::date)::numeric else c.value::numeric end as n,
      sum(c.members) as members
    from counted c join tags.definition d on d.key = c.tag and d.kind in ('number', 'since') cross join tags.state s
    group by 1, 2
  ), ranked as (
    select tag, n, sum(members) over (partition by tag order by n) as upto, sum(members) over (partition by tag) as total from number
  ), edge as (
    select r.tag, min(r.n) as low,
      array(select distinct x.n from (
        select min(q.n) as n from ranked q cross join generate_series(1, 4) fifth
        where q.tag = r.tag and q.upto * 5 >= q.total * fifth group by fifth) x order by x.n) as border
    from ranked r group by r.tag
  ), banded as (
    select n.tag, width_bucket(n.n, e.border) as band, sum(n.members) as members from number n join edge e using (tag) group by 1, 2
  ), bands as (
    select b.tag, b.band + 1 as place, case when b.band = 0 then e.low else e.border[b.band] end as band_from,
      case when b.band = cardinality(e.border) then null else e.border[b.band + 1] end as band_to, b.members
    from banded b join edge e using (tag)
  )`;

/** Keeps a count in place of the one before. @param at when the count began */
export async function writeStatistics(tx: Tx, counted: Statistics, at: Date): Promise<void> {
  // of two processes the second replaces what the first has just written
  await tx.query("select pg_advisory_xact_lock(hashtext('tags.statistics'))");
  await tx.query("delete from tags.statistic");
  await tx.query(
    `insert into tags.statistic (tag, place, value, band_from, band_to, members)
     select x.* from jsonb_to_recordset($1::jsonb) as x (tag text, place int, value text, band_from numeric, band_to numeric, members bigint)
     where exists (select 1 from tags.definition d where d.key = x.tag)`,
    [counted.spread],
  );
  await tx.query("delete from tags.coverage");
  await tx.query(
    `insert into tags.coverage (tag, members, total, counted_at, abstained)
     select d.key, coalesce(n.members, 0), $2, $3, $4
     from tags.definition d left join jsonb_to_recordset($1::jsonb) as n (tag text, members bigint) on n.tag = d.key`,
    [counted.coverage, counted.total, at, counted.abstained],
  );
}

export async function spreads(tx: Tx, tags: readonly string[] | null): Promise<Spread[]> {
  return tx.query<Spread>(
    `select tag, value, band_from::text, band_to::text, members from tags.statistic
     where $1::text[] is null or tag = any($1) order by tag, place`,
    [tags],
  );
}

export async function coverages(tx: Tx): Promise<Coverage[]> {
  return tx.query<Coverage>("select tag, members, total, abstained, counted_at from tags.coverage");
}

/** Whether values changed after they were counted. */
export async function statisticsDue(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ due: boolean }>(
    `select coalesce((select max(computed_at) from tags.current) > (select max(counted_at) from tags.coverage),
       exists (select 1 from tags.current)) as due`,
  );
  return row?.due === true;
}

/** The commonest named values of every tag with their members. */
export async function tagSpread(tx: Tx): Promise<Map<string, { value: string; members: number }[]>> {
  const found = new Map<string, { value: string; members: number }[]>();
  for (const { tag, value, members } of await spreads(tx, null)) {
    if (value === null) continue;
    const list = found.get(tag) ?? [];
    list.push({ value, members });
    found.set(tag, list);
  }
  return found;
}
