/** Bounds of pulls by name. */
export const PULL_LIMITS = {
  page_rows: 5_000,
  /** Pages of one run; a table that is longer goes on in the next run. */
  pages_max: 2_000,
  connect_seconds: 10,
  statement_seconds: 60,
  /** How far behind the last cursor a run starts again, so that rows that were committed late are seen. */
  overlap_seconds: 300,
  /** The same for numbers, which sequences also hand out before the commit. */
  overlap_numbers: 1_000,
  every_seconds_min: 60,
  pulls_max: 100,
  /** Rows without a cursor value are counted up to this. */
  uncursored_counted_max: 1_000,
} as const;
