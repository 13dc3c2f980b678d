-- Membership that follows each record, its movements, snapshots and exports.

-- For which form of the condition the membership was filled; another form is filled anew.
alter table segments.segment
  add column filled_hash text,
  -- last comparison with a full evaluation, and the members that were found wrong by it; must be 0
  add column checked_at timestamptz,
  add column difference bigint;

-- The business day that the memberships stand for.
create table segments.state (
  one boolean primary key default true check (one),
  day date
);
insert into segments.state default values;

-- A queue of members whose membership may have changed. Lane 0: something happened; lane 1: only the day turned.
create table segments.dirty (
  dirty_id bigint generated always as identity primary key,
  member_id bigint,
  party_id bigint,
  lane smallint not null default 0,
  since timestamptz not null
);
create index dirty_order on segments.dirty (lane, dirty_id);

-- The first business day on which a member may enter or leave a segment although nothing happens.
create table segments.wake (
  member_id bigint primary key,
  wake_day date not null
);
create index wake_days on segments.wake (wake_day);

-- Whom the last rounds evaluated: a filling that began before them evaluates these again.
create table segments.round (
  round_id bigint generated always as identity primary key,
  at timestamptz not null,
  member_ids bigint[] not null
);
create index round_age on segments.round (at);

create table segments.movement (
  movement_id bigint generated always as identity primary key,
  segment_id bigint not null references segments.segment on delete cascade,
  member_id bigint not null,
  direction text not null check (direction in ('entered', 'left')),
  -- member: the member changed; filled: the segment is new or its condition was changed
  cause text not null check (cause in ('member', 'filled')),
  business_day date not null,
  at timestamptz not null
);
create index movement_of_segment on segments.movement (segment_id, movement_id);
create index movement_days on segments.movement (segment_id, business_day, direction, cause);

-- The members of one moment, kept by name.
create table segments.snapshot (
  snapshot_id bigint generated always as identity primary key,
  name text not null check (name <> ''),
  segment_id bigint references segments.segment on delete set null,
  condition jsonb not null,
  members bigint not null,
  business_day date not null,
  as_of timestamptz not null,
  created_by bigint,
  created_by_name text,
  created_at timestamptz not null
);
create unique index snapshot_name on segments.snapshot (lower(name));

create table segments.snapshot_member (
  snapshot_id bigint not null references segments.snapshot on delete cascade,
  member_id bigint not null,
  primary key (snapshot_id, member_id)
);
create index member_snapshots on segments.snapshot_member (member_id);

create view catalogue.snapshot_members as select snapshot_id, member_id from segments.snapshot_member;

-- Files of members, sealed; the key is destroyed when they expire.
create table segments.export (
  export_id bigint generated always as identity primary key,
  segment_id bigint references segments.segment on delete set null,
  name text not null,
  condition jsonb not null,
  format text not null check (format in ('csv', 'xlsx')),
  tags text[] not null,
  language text not null check (language in ('zh', 'en')),
  reason text not null check (reason <> ''),
  -- whose rows: the stores the person saw when asking, or null for all
  stores text[],
  -- approval by a second person comes between waiting and running
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled', 'expired')),
  rows bigint,
  bytes bigint,
  file_id uuid not null,
  job_id uuid,
  created_by bigint,
  created_by_name text,
  created_at timestamptz not null,
  finished_at timestamptz,
  expires_at timestamptz
);

create table segments.export_part (
  export_id bigint not null references segments.export on delete cascade,
  part int not null,
  sealed bytea not null,
  primary key (export_id, part)
);
