import type { Tx } from "../store/index.ts";
import type { DayFigure } from "./totals.ts";

const ROWS_AT_ONCE = 20_000;

interface Written {
  readonly versions: ReadonlyMap<string, number>;
  readonly computed_at: Date;
}

/**
 * One writer at a time: the history and the day that just closed may both compute a day that neither found there, and
 * whoever comes second has to see the first one's rows to put its own in their place.
 */
async function waitForWriters(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('metrics.figures', 0))");
}

/** Columns of figures as arrays, for one unnest. */
function columns(figures: readonly DayFigure[], versions: ReadonlyMap<string, number>) {
  return [
    figures.map((f) => f.metric),
    figures.map((f) => f.day),
    figures.map((f) => f.part),
    figures.map((f) => f.code),
    figures.map((f) => f.numerator),
    figures.map((f) => f.denominator),
    figures.map((f) => f.value),
    figures.map((f) => versions.get(f.metric) ?? 1),
  ];
}
const UNNEST = `unnest($2::text[], $3::date[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::int[])
  as f (metric, day, part, code, numerator, denominator, value, version)`;

/**
 * Puts the figures of these metrics on these days in place of earlier ones. Days of closed months keep theirs; only what
 * was never computed there is added, whole metrics at a time, so that parts still add up.
 */
export async function writeDayFigures(
  tx: Tx,
  metrics: readonly string[],
  days: readonly string[],
  figures: readonly DayFigure[],
  { versions, computed_at }: Written,
): Promise<void> {
  await waitForWriters(tx);
  const closed = new Set((await closedMonths(tx)).map((row) => row.month));
  const open = days.filter((day) => !closed.has(day.slice(0, 7)));
  await tx.query("delete from metrics.day_figure where metric = any($1) and day = any($2::date[])", [metrics, open]);
  const frozen = days.filter((day) => closed.has(day.slice(0, 7)));
  const kept = await tx.query<{ metric: string; day: string }>(
    `select metric, day from metrics.day_figure where metric = any($1) and day = any($2::date[]) and part = 'all'`,
    [metrics, frozen],
  );
  const known = new Set(kept.map((row) => `${row.metric} ${row.day}`));
  const wanted = new Set(days);
  const rows = figures.filter(({ metric, day }) => wanted.has(day) && !known.has(`${metric} ${day}`));
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) {
    await tx.query(
      `insert into metrics.day_figure (metric, day, part, code, numerator, denominator, value, version, computed_at)
       select metric, day, part, code, numerator, denominator, value, version, $1 from ${UNNEST}`,
      [computed_at, ...columns(rows.slice(i, i + ROWS_AT_ONCE), versions)],
    );
  }
}

/** Puts the figures of these metrics for a month in place of earlier ones. Their day is the last one they see. */
export async function writeMonthFigures(
  tx: Tx,
  metrics: readonly string[],
  month: string,
  figures: readonly DayFigure[],
  { versions, computed_at }: Written,
): Promise<void> {
  await waitForWriters(tx);
  await tx.query("delete from metrics.month_figure where metric = any($1) and month = $2", [metrics, month]);
  for (let i = 0; i < figures.length; i += ROWS_AT_ONCE) {
    await tx.query(
      `insert into metrics.month_figure (metric, month, through_day, part, code, numerator, denominator, value, version, computed_at)
       select metric, to_char(day, 'YYYY-MM'), day, part, code, numerator, denominator, value, version, $1 from ${UNNEST}`,
      [computed_at, ...columns(figures.slice(i, i + ROWS_AT_ONCE), versions)],
    );
  }
}

export interface ClosedMonth {
  readonly month: string;
  readonly closed_at: Date;
}

export async function closedMonths(tx: Tx): Promise<ClosedMonth[]> {
  return tx.query<ClosedMonth>("select month, closed_at from metrics.month_close order by month");
}

/** Days of the range that have no figure of this metric for everybody. */
export async function missingDays(tx: Tx, metric: string, from: string, to: string): Promise<string[]> {
  const rows = await tx.query<{ day: string }>(
    `select d::date as day from generate_series($2::date, $3::date, interval '1 day') d
     where not exists (select from metrics.day_figure f where f.metric = $1 and f.part = 'all' and f.code = '' and f.day = d::date)
     order by 1`,
    [metric, from, to],
  );
  return rows.map((row) => row.day);
}
