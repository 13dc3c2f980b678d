-- Second factors, and what a session has proved.
create table access.factor (
  factor_id bigint generated always as identity primary key,
  person_id bigint not null references access.person,
  kind text not null check (kind in ('passkey', 'totp')),
  name text not null check (length(name) between 1 and 60),
  created_at timestamptz not null,
  -- null until a first code has proved that the app holds the secret; a passkey proves itself when it is made
  confirmed_at timestamptz,
  last_used_at timestamptz,
  credential_id text unique,
  public_key bytea,
  -- of signatures; one that does not grow is a copy
  counter bigint,
  transports text[],
  synced boolean,
  secret_sealed bytea,
  -- the 30 seconds of the last code that was taken: no code is taken twice
  last_step bigint,
  check (kind <> 'passkey' or (credential_id is not null and public_key is not null and counter is not null)),
  check (kind <> 'totp' or secret_sealed is not null)
);
create index factor_person on access.factor (person_id);

create table access.recovery_code (
  person_id bigint not null references access.person,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (person_id, code_hash)
);

alter table access.session add column session_id bigint generated always as identity;
create unique index session_number on access.session (session_id);
-- with which the session last proved itself: password, totp, passkey, recovery_code
alter table access.session add column proved_by text not null default 'password';
-- a password alone is no strong authentication
update access.session set last_strong_auth_at = null where assurance = 1;

-- A question a passkey must answer once, in the session that asked.
create table access.challenge (
  challenge text primary key,
  token_hash bytea not null references access.session on delete cascade on update cascade,
  purpose text not null check (purpose in ('register', 'prove')),
  expires_at timestamptz not null
);
create index challenge_session on access.challenge (token_hash);

alter table access.person add column password_changed_at timestamptz;
update access.person set password_changed_at = created_at where password_hash is not null;
-- hashes of the last passwords, newest first, for the profile that forbids to take one again
alter table access.person add column password_history text[] not null default '{}';
