-- A draft played over past days: what would have happened. Nothing of it did.
create table journeys.dry_run (
  dry_run_id int generated always as identity primary key,
  journey text not null references journeys.journey on delete cascade,
  job_id uuid not null unique,
  version int not null,
  -- The draft as it was played; it may have changed since.
  definition json not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  days int not null check (days between 1 and 365),
  -- Only this member.
  member_id bigint,
  -- Everybody in it enters on the first day.
  segment_id bigint,
  asked_by bigint,
  made_at timestamptz not null,
  elapsed_ms int not null,
  -- Totals, counts by node and way, reasons, what could not be asked of the past (src/journeys/dry-run/summary.ts).
  summary json not null
);
create index dry_run_newest on journeys.dry_run (journey, dry_run_id desc);

-- A member's way in it.
create table journeys.dry_path (
  dry_run_id int not null references journeys.dry_run on delete cascade,
  path int not null,
  member_id bigint not null,
  node smallint not null,
  due_at timestamptz not null,
  entered_at timestamptz not null,
  goal_at timestamptz,
  ended text,
  ended_at timestamptz,
  trail int[] not null,
  trail_at int[] not null,
  primary key (dry_run_id, path)
);

-- What a path would have asked for at a step, and what would have become of it.
create table journeys.dry_effect (
  dry_run_id int not null references journeys.dry_run on delete cascade,
  path int not null,
  step int not null,
  node smallint not null,
  kind text not null check (kind in ('message', 'points')),
  asked_at timestamptz not null,
  state text not null check (state in ('sent', 'held', 'waiting', 'given', 'refused')),
  reason text,
  at timestamptz not null,
  cost_minor bigint not null,
  points bigint not null,
  primary key (dry_run_id, path, step),
  constraint dry_effect_reason check ((reason is not null) = (state in ('held', 'refused')))
);
create index dry_effect_state on journeys.dry_effect (dry_run_id, node, state, reason);
