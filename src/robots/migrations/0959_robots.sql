create schema robots;

-- A robot: a flow of robots/ with what it is given. It works with the rights of its owner.
create table robots.robot (
  robot_id bigint generated always as identity primary key,
  place smallint not null unique check (place between 1 and 50),
  flow text not null,
  name text not null check (length(name) between 1 and 60),
  -- Nobody's yet: it waits until somebody takes it over.
  owner_id bigint,
  inputs jsonb not null,
  -- Business time of day at which it starts by itself; null: on demand only.
  daily_at text check (daily_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  -- How long it waits for what should be on a page.
  patience_seconds smallint not null default 20 check (patience_seconds between 1 and 120),
  state text not null default 'on' check (state in ('on', 'paused', 'stopped')),
  -- The code of the sentence that says why it was stopped.
  stopped_why text,
  -- The last business day on which it started by itself.
  last_day date,
  made_by bigint,
  made_at timestamptz not null,
  constraint robot_stopped check ((state = 'stopped') = (stopped_why is not null))
);

-- What a robot signs in with: sealed, written and never read but by its runs.
create table robots.secret (
  robot_id bigint not null references robots.robot on delete cascade,
  name text not null,
  sealed bytea not null,
  set_by bigint,
  set_at timestamptz not null,
  primary key (robot_id, name)
);

-- One run of a robot; the key is what asked for it: the same again is the same run.
create table robots.run (
  run_id bigint generated always as identity primary key,
  robot_id bigint not null references robots.robot on delete cascade,
  run_key text not null,
  inputs jsonb not null,
  owner_id bigint,
  asked_by bigint,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'stopped')),
  job_id uuid,
  attempts smallint not null default 0,
  -- The sentence of the failure, as a problem with its code.
  failure jsonb,
  outputs jsonb,
  -- The import that this run has begun: it goes on with the same one.
  import_id bigint,
  items_done int not null default 0,
  items_before int not null default 0,
  items_failed int not null default 0,
  asked_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  constraint run_once unique (robot_id, run_key),
  constraint run_ended check ((state in ('done', 'failed', 'stopped')) = (ended_at is not null))
);
create index run_newest on robots.run (robot_id, run_id desc);
create index run_open on robots.run (robot_id) where state in ('queued', 'running');

-- What a run did, step by step, with a picture of the page in which secrets and people are covered; the picture is sealed.
create table robots.step (
  run_id bigint not null references robots.run on delete cascade,
  step int not null,
  attempt smallint not null,
  zh text not null,
  en text not null,
  outcome text not null check (outcome in ('done', 'again', 'failed')),
  note_zh text,
  note_en text,
  -- Where the page was, without its query.
  place text,
  started_at timestamptz not null,
  ms int not null,
  picture bytea,
  primary key (run_id, step)
);

-- What is done once in a back office, by any robot of a flow. Claimed before it is entered and confirmed after: between the
-- two nobody knows, and it is looked up there before anything is entered.
create table robots.item (
  flow text not null,
  item_key text not null,
  robot_id bigint not null,
  run_id bigint not null,
  state text not null check (state in ('claimed', 'entered', 'done', 'failed')),
  -- Its number in the back office.
  reference text,
  reason_zh text,
  reason_en text,
  attempts smallint not null default 1,
  claimed_at timestamptz not null,
  ended_at timestamptz,
  primary key (flow, item_key),
  constraint item_reference check (state not in ('entered', 'done') or reference is not null),
  constraint item_reason check ((state = 'failed') = (reason_zh is not null))
);
create index item_of_run on robots.item (run_id);
create index item_of_robot on robots.item (robot_id, claimed_at desc);
