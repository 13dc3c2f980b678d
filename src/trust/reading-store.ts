import type { Reading, Tx } from "../store/index.ts";

const HOUR_MS = 3_600_000;
export const READING_DAYS = 2;
export const HOUR_DAYS = 400;
/** Parts of one indicator that are kept at an instant; the worst ones when there are more. */
export const PARTS_MAX = 200;

export async function keepReadings(tx: Tx, indicator: string, readings: readonly Reading[], at: Date): Promise<void> {
  if (readings.length === 0) return;
  const hour = new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
  const parts = readings.map(({ part }) => part);
  const values = readings.map(({ value }) => value);
  await tx.query(
    `insert into trust.reading (indicator, part, at, value) select $1, part, $2, value from unnest($3::text[], $4::bigint[]) r (part, value)
     on conflict do nothing`,
    [indicator, at, parts, values],
  );
  await tx.query(
    `insert into trust.reading_hour as h (indicator, part, hour, least, greatest, last, readings)
     select $1, part, $2, value, value, value, 1 from unnest($3::text[], $4::bigint[]) r (part, value)
     on conflict (indicator, part, hour) do update set least = least(h.least, excluded.least),
       greatest = greatest(h.greatest, excluded.greatest), last = excluded.last, readings = h.readings + 1`,
    [indicator, hour, parts, values],
  );
}

/** Forgets what is older than it is kept. @returns rows removed */
export async function sweepReadings(tx: Tx, now: Date): Promise<number> {
  const before = (days: number) => new Date(now.getTime() - days * 24 * HOUR_MS);
  const minutes = await tx.execute("delete from trust.reading where at < $1", [before(READING_DAYS)]);
  const hours = await tx.execute("delete from trust.reading_hour where hour < $1", [before(HOUR_DAYS)]);
  const attempts = await tx.execute("delete from trust.attempt where at < $1", [before(HOUR_DAYS)]);
  return minutes + hours + attempts;
}

export interface Latest {
  readonly indicator: string;
  readonly part: string;
  readonly at: Date;
  readonly value: number;
}

/** The newest reading of each part since an instant. */
export function latestReadings(tx: Tx, since: Date): Promise<Latest[]> {
  return tx.query(
    `select distinct on (indicator, part) indicator, part, at, value from trust.reading where at >= $1
     order by indicator, part, at desc`,
    [since],
  );
}

export interface SeriesPoint {
  readonly indicator: string;
  readonly at: Date;
  readonly least: number;
  readonly greatest: number;
}

/** Per indicator and quarter of an hour the least and greatest value over its parts, oldest first. */
export function recentSeries(tx: Tx, since: Date, indicator: string | null = null): Promise<SeriesPoint[]> {
  return tx.query(
    `select indicator, date_bin('15 minutes', at, timestamptz 'epoch') as at, min(value) as least, max(value) as greatest
     from trust.reading where at >= $1 and ($2::text is null or indicator = $2) group by 1, 2 order by 1, 2`,
    [since, indicator],
  );
}
