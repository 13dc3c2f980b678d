/** Counts that may run at the same time; a further one is refused rather than queued behind them. */
export const COUNTS_MAX = 4;
/** A count, sample or page that takes longer is stopped. */
export const STATEMENT_SECONDS_MAX = 10;
/** A refresh of a kept segment may take longer: nobody waits for it. */
export const REFRESH_SECONDS_MAX = 300;
/** A count that took longer says so, and which of its conditions read history without a bound. */
export const SLOW_MS = 2_000;
export const SAMPLE_MAX = 50;
export const PAGE_MAX = 200;
export const SEGMENTS_MAX = 500;
/** From this many members on, conditions are counted in the lake and kept as sets (measured, see README.md). */
export const LAKE_MEMBERS_MIN = 20_000;
/** How long a platform that had so many is believed to have them still. */
export const MANY_MS = 10 * 60_000;
/** Memory for the member sets of conditions counted before; a set of a million members takes 125 KB. */
export const SETS_BYTES_MAX = 96 * 1024 * 1024;
/** A set that was read from the record store is taken again after this time. */
export const RECORD_SET_MS = 5_000;
/** Sets compared at once: 2^6 regions still fit into a picture. */
export const OVERLAP_MAX = 6;
/** Groups, and parts of groups, smaller than this are not broken down: a breakdown would describe persons. */
export const GROUP_MEMBERS_MIN = 10;
/** Members evaluated by one statement of the membership worker, and marks it takes at once. */
export const ROUND_MEMBERS_MAX = 1_000;
/** Entered and left are kept this long. */
export const MOVEMENT_KEPT_DAYS = 90;
/** Rounds are remembered so long that no refresh that began before them is still under way. */
export const ROUND_KEPT_MS = 30 * 60_000;
/** Members named by one outbox event. */
export const EVENT_MEMBERS_MAX = 1_000;
/** A kept segment that was not brought up to date for so long is stuck. */
export const STUCK_MS = 10 * 60_000;
/** A filling that failed is tried again after this time. */
export const FILL_RETRY_MS = 60_000;
export const SNAPSHOTS_MAX = 200;
/** Rows of one export; more is refused before it begins. */
export const EXPORT_ROWS_MAX = 2_000_000;
/** Rows of one sheet of a workbook, the heading among them. */
export const SHEET_ROWS_MAX = 1_048_576;
/** How long an export can be fetched; then its key is destroyed. */
export const EXPORT_KEPT_DAYS = 7;
export const EXPORT_COLUMNS_MAX = 60;
/** Bytes of one export, and of a sheet before it is packed: within what a zip without extensions can hold. */
export const EXPORT_BYTES_MAX = 2 * 1024 ** 3;
/** Members read by one statement of an export. */
export const EXPORT_BATCH = 2_000;
/** Bytes sealed as one part. */
export const EXPORT_PART_BYTES = 1024 * 1024;
/** Exports that wait or run at the same time. */
export const EXPORTS_OPEN_MAX = 20;
export const EXPORTS_LISTED_MAX = 50;
export const EXPORT_REASON_CHARACTERS_MIN = 4;
export const EXPORT_REASON_CHARACTERS_MAX = 200;
/** Sentences at the head of a portrait. */
export const PORTRAIT_SENTENCES_MAX = 8;
/** Values shown for one tag; the others stand together. */
export const PORTRAIT_CELLS_MAX = 12;
/** A deviation is called unusual from this index on (or below its inverse), in 1/10,000. */
export const PORTRAIT_INDEX_MIN_BP = 12_000;
/** A distribution over everybody is counted again after this time, while the one before is still shown. */
export const PORTRAIT_BASE_MS = 5 * 60_000;
/** And is no longer shown after this time. */
export const PORTRAIT_BASE_OLD_MS = 60 * 60_000;
export const PORTRAIT_BASES_MAX = 40;
/** A portrait counts every tag of a group, twice when another segment is the base. */
export const PORTRAIT_SECONDS_MAX = 30;
