-- Tiers that members bring from the system before: a file is read without giving anything, its sums stand beside those that
-- the other system states, a second person signs, and each row is given once.
create table tiers.opening (
  opening_id bigint generated always as identity primary key,
  import_id bigint not null,
  file_name text not null,
  file_hash bytea not null,
  reading jsonb not null,
  state text not null check (state in ('new', 'checked', 'posted', 'undone')),
  job_id uuid,
  rows bigint not null default 0,
  totals jsonb,
  stated jsonb,
  checked_at timestamptz,
  signed_at timestamptz,
  giving text not null check (giving in ('draft', 'running', 'done', 'cancelled', 'undoing', 'undone')),
  undo_reason text,
  made_by bigint,
  made_at timestamptz not null
);
create unique index opening_once on tiers.opening (file_hash) where state = 'posted';

create table tiers.opening_problem (
  opening_id bigint not null references tiers.opening on delete cascade,
  row bigint not null,
  code text not null,
  params jsonb not null,
  member_masked text,
  primary key (opening_id, row)
);

create table tiers.opening_row (
  opening_id bigint not null references tiers.opening on delete cascade,
  row bigint not null,
  owner bigint not null,
  -- A short hash of what the row is known again by: whatever file it stands in, it comes in once.
  content bytea not null,
  item jsonb not null,
  state text not null check (state in ('waiting', 'given', 'refused', 'undone', 'kept')),
  -- The grant that holds the tier.
  made bigint,
  why text,
  params jsonb,
  primary key (opening_id, row)
);
create unique index opening_row_once on tiers.opening_row (content) where state in ('given', 'kept');
create index opening_row_state on tiers.opening_row (opening_id, state, row);

-- A grant from an opening is the floor until its last day; one at a time for a member number.
alter table tiers.grant add column opening_id bigint references tiers.opening;
create unique index grant_opening on tiers.grant (member_id) where opening_id is not null and state = 'in_force';

-- What an opening made of a standing, so that an undo can tell whether something else has changed it since.
create table tiers.opening_standing (
  grant_id bigint primary key references tiers.grant on delete cascade,
  member_id bigint not null,
  before_rank int not null,
  before_since date not null,
  before_until date,
  set_rank int not null,
  set_until date not null
);
