/**
 * The statements every accepted record passes through. One statement stores a whole group: records, the inbox rows
 * with their counts, and the notice to the pipeline. Records go in sorted by id, so that two processes never wait for
 * each other in a circle.
 */
export const STORE_GROUP = `
  with fresh as (
    insert into ingest.record (record_id, inbox_id, ordinal, kind, occurred_at, identities, body, times)
    select r.record_id, r.inbox_id, r.ordinal, r.kind, r.occurred_at, r.identities, r.body, r.times
    from unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::jsonb[], $7::jsonb[], $8::jsonb[])
      as r (record_id, inbox_id, ordinal, kind, occurred_at, identities, body, times)
    order by r.record_id
    on conflict (record_id) do nothing
    returning inbox_id, ordinal
  ), counted as (
    select inbox_id, count(*)::int as accepted, array_agg(ordinal) as ordinals from fresh group by inbox_id
  ), stored as (
    insert into ingest.inbox (inbox_id, source_id, protocol, origin, spool_id, received_at, accepted, duplicates, rejected,
      bytes, sealed, sealed_key, state, applied_at)
    select i.inbox_id, i.source_id, i.protocol, i.origin, i.spool_id, i.received_at, coalesce(c.accepted, 0),
      i.records - coalesce(c.accepted, 0), i.rejected, i.bytes,
      case when c.accepted > 0 then i.sealed end, i.sealed_key,
      case when c.accepted > 0 then 'received' else 'applied' end,
      case when c.accepted > 0 then null else i.received_at end
    from unnest($9::bigint[], $10::int[], $11::text[], $12::text[], $13::uuid[], $14::timestamptz[], $15::int[], $16::int[],
        $17::bigint[], $18::bytea[], $19::text[])
      as i (inbox_id, source_id, protocol, origin, spool_id, received_at, records, rejected, bytes, sealed, sealed_key)
    left join counted c using (inbox_id)
  )
  select c.inbox_id, c.accepted, c.ordinals, pg_notify('ingest_received', '') as notified from counted c`;

/** Places in the inbox for a group, in one round trip. */
export const NEXT_INBOX_IDS = `
  select nextval(pg_get_serial_sequence('ingest.inbox', 'inbox_id')) as inbox_id from generate_series(1, $1::int)`;

export const STORE_REJECTS = `
  insert into ingest.reject (inbox_id, source_id, received_at, place, kind, code, params, original_sealed, sealed_key, content)
  select * from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[],
    $8::bytea[], $9::text[], $10::text[])
  on conflict (source_id, content) do nothing`;
