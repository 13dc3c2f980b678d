-- Segments that people keep, and who is in them.
create schema segments;

create table segments.segment (
  segment_id bigint generated always as identity primary key,
  name text not null check (name <> ''),
  description text not null default '',
  -- a boolean tree of src/query; checked whenever it is read
  condition jsonb not null,
  members bigint,
  counted_at timestamptz,
  -- why the last refresh failed, as a problem
  failure jsonb,
  created_by bigint,
  created_at timestamptz not null,
  updated_by bigint,
  updated_by_name text,
  updated_at timestamptz not null
);
create unique index segment_name on segments.segment (lower(name));

-- Who was in at the last refresh.
create table segments.member (
  segment_id bigint not null references segments.segment on delete cascade,
  member_id bigint not null,
  entered_at timestamptz not null,
  primary key (segment_id, member_id)
);
create index member_segments on segments.member (member_id);

create view catalogue.segment_members as select segment_id, member_id from segments.member;
