-- Leavers: an account that ends by itself at an instant that was said before.
alter table access.person add column leaves_at timestamptz;

-- Somebody does another's work for a while: their role and rows instead of the own ones, in sessions that say so.
create table access.delegation (
  delegation_id bigint generated always as identity primary key,
  giver_id bigint not null references access.person,
  taker_id bigint not null references access.person,
  -- the giver's role when it was asked for: with another one it gives nothing
  role text not null,
  reason text not null check (length(reason) between 2 and 300),
  from_at timestamptz not null,
  until_at timestamptz not null,
  asked_by bigint not null references access.person,
  asked_at timestamptz not null,
  approver_id bigint references access.person,
  approved_at timestamptz,
  ended_by bigint references access.person,
  ended_at timestamptz,
  check (giver_id <> taker_id),
  check (until_at > from_at and until_at <= from_at + interval '720 hours'),
  check ((approver_id is null) = (approved_at is null)),
  check ((ended_by is null) = (ended_at is null)),
  -- a second person, and neither of the two whom it is about
  check (approver_id is null or approver_id not in (giver_id, taker_id, asked_by))
);
create index delegation_taker on access.delegation (taker_id, until_at);

alter table access.session add column delegation_id bigint references access.delegation;
