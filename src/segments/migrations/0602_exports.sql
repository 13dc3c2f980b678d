-- What an export holds and how it ended; snapshots can be exported too.
alter table segments.export rename column tags to columns;
alter table segments.export
  add column snapshot_id bigint references segments.snapshot on delete set null,
  -- of the whole file in clear
  add column sha256 bytea,
  -- why it failed, as a problem
  add column failure jsonb;
create index export_order on segments.export (created_at);
create index export_expiry on segments.export (expires_at) where state = 'done';
