/** Counts that may run at the same time; a further one is refused rather than queued behind them. */
export const COUNTS_MAX = 4;
/** A count, sample or page that takes longer is stopped. */
export const STATEMENT_SECONDS_MAX = 10;
/** A refresh of a kept segment may take longer: nobody waits for it. */
export const REFRESH_SECONDS_MAX = 120;
export const SAMPLE_MAX = 50;
export const PAGE_MAX = 200;
export const SEGMENTS_MAX = 500;
/** From this many members on, conditions over histories are counted in the lake (measured, see README.md). */
export const LAKE_MEMBERS_MIN = 20_000;
