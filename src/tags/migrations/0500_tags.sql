-- What every member's tags are now, and who has to be computed again.
create schema tags;

-- One row per member instead of one per value: a batch writes as many rows as it has members. Values are texts in the
-- form people write ("0.1667", "2026-11-22"), so that every engine's result compares byte for byte.
create table tags.current (
  member_id bigint primary key,
  value jsonb not null,
  -- first business day on which a value may change although nothing happens
  wake_day date,
  -- when the values last changed
  computed_at timestamptz not null
);
create index current_wake on tags.current (wake_day) where wake_day is not null;

-- A queue, not a set: marking never waits for the worker that computes. Either column names who changed.
create table tags.dirty (
  dirty_id bigint generated always as identity primary key,
  member_id bigint,
  party_id bigint,
  since timestamptz not null
);

create table tags.definition (
  key text primary key,
  kind text not null check (kind in ('text', 'number', 'date', 'boolean', 'since')),
  position int not null
);

-- The business day the values stand for, the definitions they were made by, and the last full computation.
create table tags.state (
  one boolean primary key default true check (one),
  day date,
  definitions_hash text,
  full_at timestamptz,
  full_engine text,
  full_members bigint,
  full_seconds numeric(12, 3),
  -- members whose stored values were wrong; must be 0
  difference bigint,
  difference_by_tag jsonb not null default '{}',
  -- members whom the lake had not yet caught up with
  lagging bigint
);
insert into tags.state default values;

-- How the values of a tag are spread: named values, or bands of numbers [from, to).
create table tags.statistic (
  tag text not null,
  place int not null,
  value text,
  band_from numeric,
  band_to numeric,
  members bigint not null,
  primary key (tag, place)
);
create table tags.coverage (
  tag text primary key,
  members bigint not null,
  total bigint not null,
  counted_at timestamptz not null
);

create view catalogue.tag_values as
select c.member_id, d.key as tag,
  case when d.kind in ('text', 'boolean') then e.value end as value_text,
  case d.kind when 'number' then e.value::numeric when 'since' then (s.day - e.value::date)::numeric end as value_number,
  case when d.kind in ('date', 'since') then e.value::date end as value_date,
  c.computed_at
from tags.current c
cross join lateral jsonb_each_text(c.value) e
join tags.definition d on d.key = e.key
cross join tags.state s;

-- All stored tags of a member in one row, for conditions over them.
create view catalogue.member_tags as select member_id, value from tags.current;
