-- Points for many at once, put to a second person: a grant to members or a segment. Who gets how many stands here before
-- anything is given, so that it can be stopped anywhere, gone on with, and taken back as a whole.
create table points.bulk (
  bulk_id bigint generated always as identity primary key,
  key text not null unique,
  name text not null,
  budget text,
  segment_id bigint,
  reason text not null,
  members bigint not null,
  points bigint not null,
  state text not null check (state in ('running', 'done', 'undoing', 'undone', 'cancelled')),
  -- What an undo does about points that are spent already: they stay spent, or become a debt.
  undo text check (undo in ('leave', 'debt')),
  job_id uuid,
  person_id bigint,
  made_at timestamptz not null,
  finished_at timestamptz
);

create table points.bulk_member (
  bulk_id bigint not null references points.bulk,
  owner bigint not null,
  points bigint not null check (points > 0),
  last_day date,
  state text not null check (state in ('waiting', 'given', 'refused', 'undone')),
  -- Why the ledger refused it.
  refused text,
  -- Of an undo: what was taken back, and what had been spent, transferred or set aside before.
  taken bigint not null default 0,
  spent bigint not null default 0,
  primary key (bulk_id, owner)
);
create index bulk_member_state on points.bulk_member (bulk_id, state, owner);
