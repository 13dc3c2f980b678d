-- Files that people bring. The file itself is sealed in the data folder under a key of its own; samples are masked; rows
-- in error are sealed under the same key. Everything here but the counts goes when the upload expires.
create table ingest.import (
  import_id int generated always as identity primary key,
  source_id int not null references ingest.source,
  upload_id uuid not null unique,
  file_name text not null,
  bytes bigint not null,
  sha256 bytea not null,
  facts jsonb not null,
  -- What a person chose over what was detected: encoding, delimiter, sheet.
  choices jsonb not null default '{}',
  samples jsonb not null,
  guess jsonb not null,
  rows bigint,
  record_kind text,
  mapping jsonb,
  options jsonb not null,
  state text not null check (state in ('uploaded', 'mapped', 'checked', 'running', 'done', 'failed', 'cancelled', 'undone')),
  check_report jsonb,
  report jsonb,
  failure jsonb,
  job_id uuid,
  -- Counts up after an undo, so that the file can be run again from its beginning.
  run int not null default 1,
  run_started_at timestamptz,
  person_id int,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  expired boolean not null default false
);
create index import_expiry on ingest.import (expires_at) where not expired;

-- One row per batch of a run that the edge has taken, written in the same transaction: where a killed run goes on.
create table ingest.import_batch (
  import_id int not null references ingest.import on delete cascade,
  run int not null,
  batch int not null,
  inbox_id bigint not null,
  rows_read bigint not null,
  counts jsonb not null,
  primary key (import_id, run, batch)
);

create table ingest.import_error (
  import_id int not null references ingest.import on delete cascade,
  run int not null,
  batch int not null,
  rows int not null,
  sealed bytea not null,
  primary key (import_id, run, batch)
);

create table ingest.import_problem (
  import_id int not null references ingest.import on delete cascade,
  phase text not null check (phase in ('check', 'run')),
  problem bigint generated always as identity,
  row bigint not null,
  column_name text,
  code text not null,
  params jsonb not null,
  value_masked text,
  primary key (import_id, phase, problem)
);

-- The mapping a person confirmed, for the next file of the source with the same header.
create table ingest.import_mapping (
  source_id int not null references ingest.source on delete cascade,
  header bytea not null,
  record_kind text not null,
  mapping jsonb not null,
  options jsonb not null,
  used_at timestamptz not null,
  primary key (source_id, header)
);
