-- How far the moments of a version with a schedule are told; those that lay in a pause never come.
create table journeys.schedule (
  version_id int primary key references journeys.version,
  told_until timestamptz not null
);

-- A moment of a schedule: whoever met its condition then came in, once, a portion of the members at a time.
create table journeys.moment (
  version_id int not null references journeys.version,
  at timestamptz not null,
  told_at timestamptz not null,
  after_member_id bigint not null default 0,
  asked int not null default 0,
  met int not null default 0,
  entered int not null default 0,
  finished_at timestamptz,
  -- Why nobody, or not everybody, was asked: a code of the registry of errors.
  reason text,
  primary key (version_id, at),
  constraint moment_counts check (entered <= met and met <= asked),
  constraint moment_reason check (reason is null or finished_at is not null)
);
create index moment_open on journeys.moment (at) where finished_at is null;

-- The last movement of points that journeys have heard of; whoever remembers it has missed none.
create table journeys.movements_heard (
  singleton boolean primary key default true check (singleton),
  after_transfer_id bigint not null default 0
);
insert into journeys.movements_heard default values;

-- The shipped scene that a journey was made from.
alter table journeys.journey add column scene text;
