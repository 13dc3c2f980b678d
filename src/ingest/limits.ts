/**
 * Every bound of the edge by name. The first three are Segment's own (its HTTP API reference), so that an SDK which
 * respects them never meets ours; a source may lower or raise its bytes and rate (ingest.source).
 */
export const LIMITS = {
  /** One event of an SDK or REST batch, as JSON. */
  event_bytes_max: 32 * 1024,
  /** One request of Segment, REST or a webhook. */
  batch_bytes_max: 500 * 1024,
  /** Events in one request. */
  batch_events_max: 2_500,
  /** One Sensors request after base64 and gzip are undone; its SDKs send at most 200 stored events of up to 16 KB. */
  sensors_bytes_max: 4 * 1024 * 1024,
  /** A Sensors GET carries its data in the request line; Node's own bound for all headers is raised to this. */
  sensors_get_bytes_max: 128 * 1024,
  /** One record of a file or a pull: an order with all its lines. */
  file_record_bytes_max: 8 * 1024 * 1024,
  /** Characters of one text field. */
  text_characters_max: 8_000,
  /** Elements of one list field (lines of an order). */
  list_elements_max: 10_000,
  /** Depth and number of values of one free object (custom properties, `extra`). */
  object_depth_max: 12,
  object_values_max: 2_000,
  /** Segment: messageId < 100 characters; ours leaves room for natural keys with a version. */
  key_characters_max: 255,
  identities_max: 32,
  /** Events a source may send per second when its row does not say otherwise, and how many seconds may be saved up. */
  rate_per_second_max: 20_000,
  rate_burst_seconds: 5,
  /** Records that one group commit takes; beyond it the next group forms behind. */
  group_records_max: 4_000,
  /** Records waiting for a group commit in one process; beyond it callers are told to come back. */
  waiting_records_max: 60_000,
  /** How long a Sensors request waits for PostgreSQL before its bytes go to the spool (its mini-program SDK waits 3 s). */
  spool_after_ms: 1_500,
  /** Bytes of all spooled requests together. */
  spool_bytes_max: 2 * 1024 * 1024 * 1024,
  /** Records one round of the pipeline takes. */
  pipeline_records_max: 5_000,
  /** How often one record may fail a round by itself before it is rejected. */
  pipeline_attempts_max: 3,
  /** Days a reject keeps its sealed original. */
  reject_days_max: 90,
  /** Old write keys stay valid this long after a rotation. */
  key_overlap_hours: 24,
  /** Values remembered as already sealed (by token), and for how long one is believed. */
  known_tokens_max: 200_000,
  known_tokens_minutes: 10,
  /** Open live streams per process. */
  live_streams_max: 200,
} as const;

/** The earliest instant a record may carry: earlier ones are zero dates of spreadsheets and clocks never set. */
export const EARLIEST_INSTANT = Date.UTC(1970, 0, 2);
/** How far ahead of the server's clock a record may be. */
export const FUTURE_MS_MAX = 24 * 3_600_000;
