-- People who use the console, their sessions, and the audit log.
create schema access;

create table access.person (
  person_id bigint generated always as identity primary key,
  name text not null,
  email text collate "C" not null,
  role text not null,
  -- null until the person has set one through their invitation
  password_hash text,
  scope_regions text[],
  scope_stores text[],
  scope_brands text[],
  disabled_at timestamptz,
  failed_attempts int not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null
);
create unique index person_email on access.person (lower(email));

-- Only hashes of tokens are kept: the table opens no session.
create table access.session (
  token_hash bytea primary key,
  person_id bigint not null references access.person,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  -- assurance level: 1 password, 2 with a second factor
  assurance smallint not null default 1,
  last_strong_auth_at timestamptz,
  ip text,
  user_agent text
);
create index session_person on access.session (person_id);

-- One-time links: first set-up and invitations.
create table access.invitation (
  token_hash bytea primary key,
  purpose text not null check (purpose in ('setup', 'invite')),
  person_id bigint references access.person,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table access.audit (
  audit_id bigint generated always as identity primary key,
  at timestamptz not null,
  person_id bigint,
  actor text not null,
  action text not null,
  method text not null,
  path text not null,
  -- ids and codes only, never personal data
  subject jsonb not null default '{}',
  status int not null,
  succeeded boolean not null,
  request_id text not null,
  ip text,
  duration_ms int not null
);
create index audit_recent on access.audit (at desc);
create index audit_person on access.audit (person_id, at desc);
