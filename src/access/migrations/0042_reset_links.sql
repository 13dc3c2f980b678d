-- One-time links for a forgotten password, made by an administrator or on the host.
alter table access.invitation drop constraint invitation_purpose_check;
alter table access.invitation add constraint invitation_purpose_check check (purpose in ('setup', 'invite', 'reset'));

-- Who made whose account what it is: nobody approves for the one who has just invited, re-roled or reset them.
create table access.person_act (
  person_act_id bigint generated always as identity primary key,
  person_id bigint not null references access.person,
  -- null: a command of the host
  by_id bigint references access.person,
  act text not null check (act in ('invite', 'role', 'enable', 'reset_link', 'reset_factors')),
  at timestamptz not null,
  check (by_id is distinct from person_id)
);
create index person_act_of on access.person_act (person_id, at desc);
