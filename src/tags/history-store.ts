import { addDays } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";

/** Days of history that are kept. */
export const HISTORY_DAYS_MAX = 400;
/** Named values kept of a tag and a day. */
export const HISTORY_VALUES_MAX = 12;

export interface HistoryRow {
  readonly day: string;
  readonly members: number;
  readonly total: number;
  readonly definition_hash: string;
  readonly quartiles: readonly string[] | null;
  readonly own: readonly number[] | null;
  readonly against: readonly number[] | null;
}

/** How the tags stand on a day, not yet kept; the rows are JSON that goes back to the database as it came. */
export interface HistoryDraft {
  readonly tags: readonly string[];
  readonly rows: string;
}

/**
 * How the tags stand on a day: from the statistics that were just counted, and one more pass over the numbers. Only tags
 * that have no row of that day, so that a second computation of a day costs nothing and changes nothing. It only reads: a
 * transaction that writes for so long would hold up every delivery of the outbox.
 * @param hashes the definition of every tag, by key
 */
export async function draftHistory(
  tx: Tx,
  day: string,
  hashes: ReadonlyMap<string, string>,
): Promise<HistoryDraft | undefined> {
  const missing = await tx.query<{ tag: string }>(
    `select d.key as tag from tags.definition d join tags.coverage c on c.tag = d.key
     where not exists (select 1 from tags.history h where h.tag = d.key and h.day = $1)`,
    [day],
  );
  const tags = missing.map(({ tag }) => tag).filter((tag) => hashes.has(tag));
  if (tags.length === 0) return undefined;
  const row = await tx.one<{ rows: string }>(`select json_agg(x)::text as rows from (${STANDING}) x`, [
    day,
    tags,
    tags.map((tag) => hashes.get(tag) ?? ""),
  ]);
  return { tags, rows: row?.rows ?? "[]" };
}

/** Keeps a draft, unless another process was first. */
export async function keepHistory(tx: Tx, day: string, { tags, rows }: HistoryDraft): Promise<void> {
  const kept = await tx.query<{ tag: string }>(
    `insert into tags.history (day, tag, members, total, definition_hash, quartiles, borders, own, against)
     select day, tag, members, total, definition_hash, quartiles, borders, own, against
     from jsonb_populate_recordset(null::tags.history, $1::jsonb) on conflict do nothing returning tag`,
    [rows],
  );
  await tx.query(
    `insert into tags.history_value (day, tag, value, members)
     select $1, tag, value, members from tags.statistic
     where tag = any($2) and value is not null and place <= ${HISTORY_VALUES_MAX}`,
    [day, kept.map(({ tag }) => tag).filter((tag) => tags.includes(tag))],
  );
  const oldest = addDays(day, -HISTORY_DAYS_MAX);
  await tx.query("delete from tags.history where day <= $1", [oldest]);
  await tx.query("delete from tags.history_value where day <= $1", [oldest]);
}

const STANDING = `
  with wanted as (select key as tag, hash from unnest($2::text[], $3::text[]) as w (key, hash)),
  number as materialized (
    select d.key as tag, case d.kind when 'since' then (s.day - e.value::date)::numeric else e.value::numeric end as n
    from tags.current c cross join lateral jsonb_each_text(c.value) e
    join tags.definition d on d.key = e.key and d.kind in ('number', 'since') and d.key = any($2) cross join tags.state s
  ), edge as (
    select tag, percentile_disc(array[0.25, 0.5, 0.75]) within group (order by n) as quartiles,
      array(select distinct x from unnest(percentile_disc(array[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
        within group (order by n)) x order by x) as borders
    from number group by tag
  ), before as (
    select distinct on (tag) tag, borders from tags.history
    where day < $1 and tag = any($2) and borders is not null order by tag, day desc
  ), own as (select tag, width_bucket(n, borders) as bin, count(*) as members from number join edge using (tag) group by 1, 2),
  against as (select tag, width_bucket(n, borders) as bin, count(*) as members from number join before using (tag) group by 1, 2)
  select $1::date as day, w.tag, c.members, c.total, w.hash as definition_hash, e.quartiles, e.borders,
    (select array_agg(coalesce(o.members, 0) order by g.place) from generate_series(0, cardinality(e.borders)) g (place)
      left join own o on o.tag = w.tag and o.bin = g.place) as own,
    (select array_agg(coalesce(a.members, 0) order by g.place) from generate_series(0, cardinality(b.borders)) g (place)
      left join against a on a.tag = w.tag and a.bin = g.place) as against
  from wanted w join tags.coverage c on c.tag = w.tag left join edge e on e.tag = w.tag left join before b on b.tag = w.tag`;

export async function historyRows(tx: Tx, tag: string): Promise<HistoryRow[]> {
  return tx.query<HistoryRow>(
    `select day, members, total, definition_hash, quartiles::text[] as quartiles, own::float8[] as own, against::float8[] as against
     from tags.history where tag = $1 order by day`,
    [tag],
  );
}

export async function historyValues(tx: Tx, tag: string): Promise<{ day: string; value: string; members: number }[]> {
  return tx.query(
    'select day, value, members from tags.history_value where tag = $1 order by day, members desc, value collate "C"',
    [tag],
  );
}
