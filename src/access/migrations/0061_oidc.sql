-- Sign-in by the company's own identity provider (OpenID Connect).
create table access.oidc_provider (
  one boolean primary key default true check (one),
  enabled boolean not null,
  label text not null check (length(label) between 1 and 30),
  issuer text not null check (issuer ~ '^https?://' and length(issuer) <= 300),
  client_id text not null check (length(client_id) between 1 and 200),
  secret_sealed bytea,
  email_claim text not null check (email_claim ~ '^[A-Za-z0-9_:./-]{1,100}$'),
  -- of e-mail addresses that are let in
  domains text[] not null check (cardinality(domains) between 1 and 50),
  -- values of amr or acr with which the provider has asked for a second factor itself
  strong_values text[] not null check (cardinality(strong_values) <= 20),
  changed_by bigint not null references access.person,
  changed_at timestamptz not null
);

-- Sign-ins that were begun; state, nonce and proof key derive from a secret that the browser alone holds.
create table access.oidc_attempt (
  attempt_hash bytea primary key,
  expires_at timestamptz not null
);
create index oidc_attempt_end on access.oidc_attempt (expires_at);

-- Whose account at the provider belongs to which person: an address that is given to somebody else opens nothing.
create table access.oidc_link (
  person_id bigint primary key references access.person,
  issuer text not null,
  subject text collate "C" not null check (length(subject) between 1 and 255),
  made_at timestamptz not null,
  unique (issuer, subject)
);

-- how a session was begun: where the provider keeps the password, ours is not asked about
alter table access.session add column opened_by text not null default 'password' check (opened_by in ('password', 'oidc'));
