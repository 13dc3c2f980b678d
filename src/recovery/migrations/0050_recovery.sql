-- What was backed up and when, and what trying a restore gave. A restored database knows those before its own back-up.
create schema recovery;

create table recovery.backup (
  backup_id uuid primary key,
  -- The instant of which the back-up holds every row.
  snapshot_at timestamptz not null,
  finished_at timestamptz not null,
  place text not null,
  tables int not null,
  rows bigint not null,
  files int not null,
  bytes bigint not null,
  check (finished_at >= snapshot_at)
);
create index backup_recent on recovery.backup (snapshot_at desc);

-- A restore that was tried (and thrown away) or made.
create table recovery.drill (
  drill_id uuid primary key,
  backup_id uuid not null,
  kind text not null check (kind in ('check', 'restore')),
  at timestamptz not null,
  duration_ms bigint not null check (duration_ms >= 0),
  ok boolean not null,
  checks jsonb not null
);
create index drill_recent on recovery.drill (at desc);
