-- Coupons that members bring from the system before: read without giving anything, compared, signed by two people, given once.
create table benefits.opening (
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
create unique index opening_once on benefits.opening (file_hash) where state = 'posted';

create table benefits.opening_problem (
  opening_id bigint not null references benefits.opening on delete cascade,
  row bigint not null,
  code text not null,
  params jsonb not null,
  member_masked text,
  primary key (opening_id, row)
);

create table benefits.opening_row (
  opening_id bigint not null references benefits.opening on delete cascade,
  row bigint not null,
  owner bigint not null,
  -- A short hash of what the row is known again by: whatever file it stands in, it comes in once.
  content bytea not null,
  -- Codes as keyed hashes only.
  item jsonb not null,
  state text not null check (state in ('waiting', 'given', 'refused', 'undone', 'kept')),
  -- The first coupon that it made.
  made bigint,
  why text,
  params jsonb,
  primary key (opening_id, row)
);
create unique index opening_row_once on benefits.opening_row (content) where state in ('given', 'kept');
create index opening_row_state on benefits.opening_row (opening_id, state, row);

-- Which row brought a coupon; one for each use that was left.
alter table benefits.issued add column opening_id bigint;
alter table benefits.issued add column opening_row bigint;
alter table benefits.issued add constraint issued_opening foreign key (opening_id, opening_row) references benefits.opening_row;
create index issued_opening_row on benefits.issued (opening_id, opening_row, issued_id) where opening_id is not null;

-- Codes of the system before go on working: each names the coupons of its row, those that are left first.
create table benefits.brought_code (
  code_hash bytea primary key,
  opening_id bigint not null,
  opening_row bigint not null,
  foreign key (opening_id, opening_row) references benefits.opening_row
);
create index brought_code_row on benefits.brought_code (opening_id, opening_row);
