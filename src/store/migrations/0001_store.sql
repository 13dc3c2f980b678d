-- The platform's own tables: jobs with progress, the outbox, settings.
create table store.setting (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);

create table store.job (
  job_id uuid primary key,
  kind text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  input jsonb not null,
  done bigint not null default 0,
  total bigint,
  note text,
  result jsonb,
  error jsonb,
  unique_key text,
  cancel_requested boolean not null default false,
  person_id bigint,
  attempts int not null default 0,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz
);
-- A key is taken while its job waits or runs; afterwards the same work may be asked for again.
create unique index job_unique_key on store.job (kind, unique_key) where unique_key is not null and state in ('queued', 'running');
create index job_recent on store.job (created_at desc);
create index job_open on store.job (state) where state in ('queued', 'running');

-- What an earlier domain tells later ones. Readers order by (transaction, id) and stop at the oldest transaction still
-- open, so that an event committed late is never skipped.
create table store.outbox (
  event_id bigint generated always as identity primary key,
  transaction_id xid8 not null default pg_current_xact_id(),
  type text not null,
  payload jsonb not null,
  emitted_at timestamptz not null default now()
);
create index outbox_order on store.outbox (type, transaction_id, event_id);

create table store.outbox_cursor (
  subscriber text not null,
  type text not null,
  transaction_id xid8 not null default '0',
  event_id bigint not null default 0,
  moved_at timestamptz not null default now(),
  primary key (subscriber, type)
);

-- Views that tags and segments read; each domain adds its own.
create schema catalogue;
