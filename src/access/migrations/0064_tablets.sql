-- Tablets that are bound to a store, and the PINs by which clerks take turns at them.
create table access.tablet (
  tablet_id bigint generated always as identity primary key,
  store_code text not null check (length(store_code) between 1 and 100),
  name text not null check (length(name) between 1 and 60),
  -- a store has ten places for tablets
  place smallint not null check (place between 1 and 10),
  made_by bigint not null references access.person,
  made_at timestamptz not null,
  -- of the code that is typed in at the tablet, once; only hashes are kept
  code_hash bytea unique check (length(code_hash) = 32),
  code_expires_at timestamptz,
  -- of the secret that the tablet's browser holds
  device_hash bytea unique check (length(device_hash) = 32),
  bound_at timestamptz,
  expires_at timestamptz,
  last_seen_at timestamptz,
  last_person_id bigint references access.person,
  -- wrong PINs in a row at this tablet, whoever's; the fifth locks
  failures int not null default 0 check (failures between 0 and 4),
  lockouts int not null default 0 check (lockouts >= 0),
  locked_until timestamptz,
  revoked_at timestamptz,
  revoked_by bigint references access.person,
  check ((code_hash is null) = (code_expires_at is null)),
  check ((device_hash is null) = (bound_at is null) and (device_hash is null) = (expires_at is null)),
  check (expires_at > bound_at and expires_at <= bound_at + interval '4320 hours'),
  check ((revoked_at is null) = (revoked_by is null)),
  -- one that was revoked is opened by nothing any more
  check (revoked_at is null or (code_hash is null and device_hash is null))
);
create unique index tablet_place on access.tablet (store_code, place) where revoked_at is null;

create table access.pin (
  person_id bigint primary key references access.person,
  -- the hash, sealed under a key of the key store: a million PINs are tried in no time on a copy of a bare hash
  hash_sealed bytea not null,
  set_at timestamptz not null,
  failures int not null default 0 check (failures between 0 and 4),
  lockouts int not null default 0 check (lockouts >= 0),
  locked_until timestamptz
);

alter table access.session add column tablet_id bigint references access.tablet;
alter table access.session drop constraint session_opened_by_check;
alter table access.session add constraint session_opened_by_check check (opened_by in ('password', 'oidc', 'pin'));
-- a session by PIN belongs to a tablet, and is never a strong one, anybody else's or a look through other eyes
alter table access.session add constraint session_of_tablet check (
  (opened_by = 'pin') = (tablet_id is not null)
  and (tablet_id is null or (assurance = 1 and last_strong_auth_at is null and delegation_id is null and view_role is null)));
-- one person at a time
create unique index session_at_tablet on access.session (tablet_id);

alter table access.invitation drop constraint invitation_purpose_check;
alter table access.invitation add constraint invitation_purpose_check check (purpose in ('setup', 'invite', 'reset', 'pin'));
alter table access.person_act drop constraint person_act_act_check;
alter table access.person_act add constraint person_act_act_check
  check (act in ('invite', 'role', 'enable', 'reset_link', 'reset_factors', 'pin_link', 'stores'));
