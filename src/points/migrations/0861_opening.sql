-- Opening balances: the lots that members bring from the system before. A file is read without giving anything, its totals
-- stand beside those that the other system states, a second person signs, and then it is given like any grant to many.
alter table points.bulk add column kind text not null default 'grant' check (kind in ('grant', 'opening'));
alter table points.bulk drop constraint bulk_state_check;
alter table points.bulk add constraint bulk_state_check
  check (state in ('draft', 'running', 'done', 'undoing', 'undone', 'cancelled'));

-- A member brings several lots: the row of the file tells them apart.
alter table points.bulk_member add column part int not null default 0;
alter table points.bulk_member add column earned_on date;
alter table points.bulk_member drop constraint bulk_member_pkey;
alter table points.bulk_member add primary key (bulk_id, owner, part);

create table points.opening (
  opening_id bigint generated always as identity primary key,
  -- The uploaded file; it goes after its days, what was read of it stays in points.bulk_member.
  import_id bigint not null,
  file_name text not null,
  file_hash bytea not null,
  -- Which column is what, and by which kind of value the members are named.
  reading jsonb not null,
  state text not null check (state in ('new', 'checked', 'posted', 'undone')),
  bulk_id bigint not null references points.bulk,
  job_id uuid,
  rows bigint not null default 0,
  -- What the rows come to, and what the system before states.
  totals jsonb,
  stated jsonb,
  checked_at timestamptz,
  signed_at timestamptz
);
-- No file becomes points twice, unless it was taken back as a whole.
create unique index opening_once on points.opening (file_hash) where state = 'posted';

-- Rows that bring nothing in, with the reason; what names a member is masked.
create table points.opening_problem (
  opening_id bigint not null references points.opening on delete cascade,
  row bigint not null,
  code text not null,
  params jsonb not null,
  member_masked text,
  primary key (opening_id, row)
);
