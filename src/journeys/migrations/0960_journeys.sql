create schema journeys;

create table journeys.journey (
  journey text primary key check (journey ~ '^[a-z][a-z0-9_]{1,58}$'),
  -- live: members enter and move. paused: they neither enter nor move, and what came due waits. ended: nobody enters, who is in it leaves.
  state text not null default 'draft' check (state in ('draft', 'live', 'paused', 'ended')),
  made_by bigint,
  made_at timestamptz not null
);

create table journeys.version (
  version_id int generated always as identity primary key,
  journey text not null references journeys.journey on delete cascade,
  version int not null check (version >= 1),
  definition json not null,
  saved_by bigint,
  saved_at timestamptz not null,
  published_by bigint,
  published_at timestamptz,
  unique (journey, version)
);
create unique index version_draft on journeys.version (journey) where published_at is null;

create function journeys.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'a published journey is never changed' using errcode = 'restrict_violation';
end $$;
create trigger version_kept before update on journeys.version
  for each row when (old.published_at is not null) execute function journeys.refuse_change();

-- A member on the way through a version: one row from entry to end.
create table journeys.run (
  run_id bigint generated always as identity primary key,
  version_id int not null references journeys.version,
  journey text not null,
  member_id bigint not null,
  -- What it was entered for: '' once in a life, an order, an entry's instant. The same again is the same entry.
  entry_key text not null check (length(entry_key) <= 120),
  -- Entries that may not be under way at once: '' for one at a time, the order for one each.
  lane text not null check (length(lane) <= 120),
  -- Where it stands: the place of a node in its version.
  node smallint not null check (node >= 0),
  -- When it moves on.
  due_at timestamptz not null,
  -- It has begun to wait where it stands.
  waits boolean not null default false,
  -- What it waits for has happened.
  heard boolean not null default false,
  -- When it reached the goal.
  goal_at timestamptz,
  -- Nodes passed; with the node it makes the key of an effect.
  step int not null default 0 check (step >= 0),
  entered_at timestamptz not null,
  -- The way so far: the edges that were taken, and when, in seconds of the epoch.
  trail int[] not null default '{}',
  trail_at int[] not null default '{}',
  ended_at timestamptz,
  ended text check (ended in ('finished', 'goal', 'hold_out', 'stopped', 'member_gone', 'lost_way')),
  constraint run_ended check ((ended is null) = (ended_at is null)),
  constraint run_entry unique (journey, member_id, entry_key)
) with (fillfactor = 70);
create unique index run_lane on journeys.run (journey, member_id, lane) where ended_at is null;
create index run_due on journeys.run (version_id, due_at) where ended_at is null;
create index run_member on journeys.run (member_id, run_id desc);

-- How many took an edge; a row for each worker's lane, so that they do not wait for each other.
create table journeys.edge_count (
  version_id int not null references journeys.version,
  edge int not null,
  lane smallint not null,
  members bigint not null check (members >= 0),
  primary key (version_id, edge, lane)
) with (fillfactor = 50);

-- What could not be done for a member at a node; the member goes on.
create table journeys.trouble (
  run_id bigint not null references journeys.run on delete cascade,
  step int not null,
  node smallint not null,
  code text not null,
  at timestamptz not null,
  primary key (run_id, step)
);

-- Members who are in the entry's segment when a version is published enter portion by portion.
create table journeys.entering (
  version_id int primary key references journeys.version,
  after_member_id bigint not null default 0
);
