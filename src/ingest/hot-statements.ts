/**
 * The statements every accepted record passes through. A group of submissions is stored by three: which ids are known,
 * COPY of the others in binary form, one INSERT of the inbox rows.
 *
 * Why COPY (60,000 events, groups of 1,600, fsync on, µs of CPU per event in PostgreSQL + in Node, same run):
 * look-up and binary COPY 13.7 + 4.9; INSERT … SELECT unnest … ON CONFLICT 23.2 + 11.3; jsonb_to_recordset
 * 22.8 + 6.8; COPY into a temporary table and INSERT … SELECT 19.7 + 8.7; bare binary COPY 13.3 + 6.8.
 * An id that another process stores between look-up and COPY fails the group by its unique key; the group is then
 * written again by STORE_CAREFULLY.
 */
export const KNOWN_IDS = `
  select encode(uuid_send(record_id), 'hex') as id from ingest.record where record_id = any($1::uuid[])`;

export const COPY_RECORDS = "copy ingest.record from stdin (format binary)";

export const STORE_CAREFULLY = `
  insert into ingest.record (record_id, inbox_id, ordinal, kind, occurred_at, identities, body, times)
  select * from unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::jsonb[], $7::jsonb[], $8::jsonb[])
    as r (record_id, inbox_id, ordinal, kind, occurred_at, identities, body, times)
  order by record_id
  on conflict (record_id) do nothing
  returning encode(uuid_send(record_id), 'hex') as id`;

export const STORE_INBOXES = `
  with stored as (
    insert into ingest.inbox (inbox_id, source_id, protocol, origin, spool_id, received_at, accepted, duplicates, rejected,
      bytes, sealed, sealed_key, state, applied_at)
    select inbox_id, source_id, protocol, origin, spool_id, received_at, accepted, records - accepted, rejected, bytes,
      case when accepted > 0 then sealed end, sealed_key,
      case when accepted > 0 then 'received' else 'applied' end, case when accepted > 0 then null else received_at end
    from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::int[], $8::int[],
      $9::int[], $10::bigint[], $11::bytea[], $12::text[])
      as i (inbox_id, source_id, protocol, origin, spool_id, received_at, accepted, records, rejected, bytes, sealed,
        sealed_key)
  )
  select pg_notify('ingest_received', '')`;

/** Places in the inbox, fetched ahead: a gap is only an unused number. */
export const NEXT_INBOX_IDS = `
  select nextval(pg_get_serial_sequence('ingest.inbox', 'inbox_id')) as inbox_id from generate_series(1, $1::int)`;

export const STORE_REJECTS = `
  insert into ingest.reject (inbox_id, source_id, received_at, place, kind, code, params, original_sealed, sealed_key, content)
  select * from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[],
    $8::bytea[], $9::text[], $10::text[])
  on conflict (source_id, content) do nothing`;
