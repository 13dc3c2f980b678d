-- What a robot is asked to do for one member, by a journey for instance: once for its key. It waits until a run has done it.
create table robots.errand (
  errand_id bigint generated always as identity primary key,
  robot_id bigint not null references robots.robot on delete cascade,
  key text not null unique,
  member_id bigint not null,
  -- Over those of the robot; addresses stay the robot's own.
  inputs jsonb not null default '{}',
  asked_at timestamptz not null,
  done_at timestamptz,
  -- Its number in the back office.
  reference text,
  constraint errand_done check ((done_at is null) = (reference is null))
);
create index errand_waiting on robots.errand (robot_id, errand_id) where done_at is null;
