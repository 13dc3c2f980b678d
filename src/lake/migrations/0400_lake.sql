-- What the lake holds. Files appear here when they are whole, all of a batch at once; a reader sees batches only.
create schema lake;

create sequence lake.batch_number;

create table lake.batch (
  batch_id bigint primary key,
  -- The rows of all relations are those of one moment of the record store.
  snapshot_at timestamptz not null,
  committed_at timestamptz not null
);

create table lake.file (
  file_id bigint generated always as identity primary key,
  batch_id bigint not null references lake.batch,
  relation text not null,
  -- Business days the file covers, both included; null for relations without partitions.
  from_day date,
  to_day date,
  -- Below the lake's folder.
  path text not null unique,
  -- Stored columns with their types, so that files of an older form are written anew.
  form text not null,
  rows bigint not null,
  bytes bigint not null,
  retired_at timestamptz,
  check ((from_day is null) = (to_day is null))
);
create index file_current on lake.file (relation, from_day) where retired_at is null;

-- Days of a relation that changed since they were last written; a new mark during a refresh is not lost with the old one.
create table lake.dirty_day (
  relation text not null,
  business_day date not null,
  marks bigint not null default 1,
  primary key (relation, business_day)
);
