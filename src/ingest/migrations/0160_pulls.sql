-- Foreign tables read by a cursor. The password is sealed under a key of its own, destroyed with the pull; `position` is
-- written in the transaction that takes the rows up to it.
create table ingest.pull (
  pull_id int generated always as identity primary key,
  source_id int not null references ingest.source,
  name text not null unique,
  dialect text not null check (dialect in ('postgresql', 'mysql')),
  host text not null,
  port int not null check (port between 1 and 65535),
  database_name text not null,
  user_name text not null,
  password_sealed bytea not null,
  secret_key text not null,
  table_name text not null,
  cursor_column text not null,
  key_column text not null,
  record_kind text not null,
  mapping jsonb not null,
  options jsonb not null,
  every_seconds int not null check (every_seconds > 0),
  position jsonb,
  last_run_at timestamptz,
  last_result jsonb,
  last_error jsonb,
  job_id uuid,
  created_at timestamptz not null
);

-- Rows that were set aside already, by keyed hash: each run reads the last minutes again, but rejects a row once.
create table ingest.pull_reject (
  pull_id int not null references ingest.pull on delete cascade,
  row_hash text not null,
  seen_at timestamptz not null,
  primary key (pull_id, row_hash)
);
