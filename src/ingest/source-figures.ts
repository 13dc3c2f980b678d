import type { Tx } from "../store/index.ts";
import { addDays, businessDay } from "../platform/index.ts";

export type Freshness = "fresh" | "late" | "silent" | "never";

export interface SourceFigures {
  readonly source_id: number;
  readonly last_received_at: Date | null;
  readonly received_24h: number;
  readonly duplicates_24h: number;
  readonly rejected_24h: number;
  readonly rejects_open: number;
  /** Records received and not yet applied. */
  readonly pending: number;
}

/** How much each source sent in the last 24 hours and what waits. */
export async function sourceFigures(tx: Tx, now: Date): Promise<SourceFigures[]> {
  return tx.query<SourceFigures>(
    `select s.source_id, l.last_received_at, coalesce(d.received, 0)::int as received_24h,
       coalesce(d.duplicates, 0)::int as duplicates_24h, coalesce(d.rejected, 0)::int as rejected_24h,
       coalesce(r.open, 0)::int as rejects_open, coalesce(p.pending, 0)::int as pending
     from ingest.source s
     left join lateral (select received_at as last_received_at from ingest.inbox i where i.source_id = s.source_id
       order by received_at desc limit 1) l on true
     left join lateral (select sum(accepted + duplicates + rejected) as received, sum(duplicates) as duplicates,
       sum(rejected) as rejected from ingest.inbox i where i.source_id = s.source_id and i.received_at > $1) d on true
     left join (select source_id, count(*) as open from ingest.reject where state = 'open' group by source_id) r
       on r.source_id = s.source_id
     left join (select source_id, sum(accepted) as pending from ingest.inbox where state = 'received' group by source_id) p
       on p.source_id = s.source_id`,
    [new Date(now.getTime() - 86_400_000)],
  );
}

/**
 * Whether a source is as lively as expected: `late` after its expected interval, `silent` after three of them. A source
 * without an expectation is judged by a day.
 */
export function freshnessOf(
  last_received_at: Date | null,
  expected_every_seconds: number | null,
  now: Date,
): Freshness {
  if (last_received_at === null) return "never";
  const expected_ms = (expected_every_seconds ?? 86_400) * 1000;
  const age_ms = now.getTime() - last_received_at.getTime();
  if (age_ms <= expected_ms) return "fresh";
  return age_ms <= 3 * expected_ms ? "late" : "silent";
}

export interface VolumeDay {
  readonly day: string;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** What a source sent per business day, days without anything included. */
export async function sourceVolume(
  tx: Tx,
  source_id: number,
  days: number,
  now: Date,
  timezone: string,
): Promise<VolumeDay[]> {
  const last = businessDay(now, timezone);
  const first = addDays(last, 1 - days);
  return tx.query<VolumeDay>(
    `select d.day::date as day, coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(duplicates), 0)::int as duplicate,
       coalesce(sum(rejected), 0)::int as rejected
     from generate_series($2::timestamp, $3::timestamp, interval '1 day') as d (day)
     left join ingest.inbox i on i.source_id = $1 and i.received_at >= d.day at time zone $4
       and i.received_at < (d.day + interval '1 day') at time zone $4
     group by d.day order by d.day`,
    [source_id, first, last, timezone],
  );
}

export interface FieldFill {
  readonly field: string;
  readonly filled_ratio: number;
}

const SAMPLE_INBOXES = 60;
const SAMPLE_RECORDS = 2_000;
const FIELDS_SHOWN = 12;

/** How many of a source's newest records carry each field and each kind of identity. */
export async function sourceCompleteness(tx: Tx, source_id: number): Promise<FieldFill[]> {
  const rows = await tx.query<{ field: string; ratio: string }>(
    `with newest as (
       select r.kind, r.body, r.identities from (
         select inbox_id from ingest.inbox where source_id = $1 and accepted > 0 order by received_at desc limit ${SAMPLE_INBOXES}
       ) i join ingest.record r using (inbox_id) limit ${SAMPLE_RECORDS}
     ), total as (select kind, count(*) as records from newest group by kind),
     keys as (
       select kind, kind || '.' || key as field, count(*) as filled
       from newest, jsonb_object_keys(body) as key where key not in ('extra', 'notes') group by kind, key
       union all
       select n.kind, n.kind || '#' || (i ->> 'kind'), count(distinct n.ctid_number)
       from (select *, row_number() over () as ctid_number from newest) n, jsonb_array_elements(n.identities) as i
       group by n.kind, i ->> 'kind'
     )
     select field, (filled::numeric / records)::numeric(6, 4)::text as ratio from keys join total using (kind)
     order by records desc, filled desc, field limit ${FIELDS_SHOWN}`,
    [source_id],
  );
  return rows.map((row) => ({ field: row.field, filled_ratio: Number(row.ratio) }));
}
