/**
 * The statements every accepted record passes through. A group of submissions is stored by two: COPY in binary form,
 * one INSERT of the inbox rows; where some are sent again, after asking which ids are known.
 *
 * Why COPY (60,000 events, groups of 1,600, fsync on, µs of CPU per event in PostgreSQL + in Node, same run):
 * look-up and binary COPY 13.7 + 4.9; INSERT … SELECT unnest … ON CONFLICT 23.2 + 11.3; jsonb_to_recordset
 * 22.8 + 6.8; COPY into a temporary table and INSERT … SELECT 19.7 + 8.7; bare binary COPY 13.3 + 6.8.
 * An id that is stored already fails the group by its unique key; the group is then written again after a look-up, and,
 * where another process stores one in between, by STORE_CAREFULLY.
 */
export const KNOWN_IDS = `
  select encode(uuid_send(record_id), 'hex') as id from ingest.record where record_id = any($1::uuid[])`;

export const COPY_RECORDS = "copy ingest.record from stdin (format binary)";

/** The rare second way: rows wait in a table of the transaction's own, so that a known id can be passed over. */
export const ARRIVING = "create temporary table arriving_record (like ingest.record) on commit drop";
export const COPY_ARRIVING = "copy arriving_record from stdin (format binary)";
export const STORE_CAREFULLY = `
  insert into ingest.record select * from arriving_record order by record_id
  on conflict (record_id) do nothing
  returning encode(uuid_send(record_id), 'hex') as id`;

export const STORE_INBOXES = `
  insert into ingest.inbox (inbox_id, source_id, protocol, origin, spool_id, received_at, accepted, duplicates, rejected,
    bytes, sealed, sealed_key, state, applied_at)
  select inbox_id, source_id, protocol, origin, spool_id, received_at, accepted, records - accepted, rejected, bytes,
    case when accepted > 0 then sealed end, sealed_key,
    case when accepted > 0 then 'received' else 'applied' end, case when accepted > 0 then null else received_at end
  from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::int[], $8::int[],
    $9::int[], $10::bigint[], $11::bytea[], $12::text[])
    as i (inbox_id, source_id, protocol, origin, spool_id, received_at, accepted, records, rejected, bytes, sealed,
      sealed_key)`;

/**
 * Wakes the pipeline, in a transaction of its own after the commit: a transaction with a notice holds a lock of the whole
 * database from before its fsync until after it, so that groups committed one behind the other (26 of 64 samples of a
 * commit waited for that lock). A process that dies in between leaves it to the pipeline's own look once a second.
 */
export const ANNOUNCE = "select pg_notify('ingest_received', '')";

/** Places in the inbox, fetched ahead: a gap is only an unused number. */
export const NEXT_INBOX_IDS = `
  select nextval(pg_get_serial_sequence('ingest.inbox', 'inbox_id')) as inbox_id from generate_series(1, $1::int)`;

export const STORE_REJECTS = `
  insert into ingest.reject (inbox_id, source_id, received_at, place, kind, code, params, original_sealed, sealed_key, content)
  select * from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[],
    $8::bytea[], $9::text[], $10::text[])
  on conflict (source_id, content) do nothing`;
