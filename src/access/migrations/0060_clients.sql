-- Programs that call the API by a key of their own, for a person who answers for them.
create table access.client (
  client_id bigint generated always as identity primary key,
  name text not null check (length(name) between 1 and 60),
  -- what the program may do is never more than what this person's role may
  owner_id bigint not null references access.person,
  permissions text[] not null check (cardinality(permissions) between 1 and 100),
  -- null: all rows of the owner
  stores text[] check (cardinality(stores) between 1 and 500),
  -- networks it may call from; empty: any
  addresses text[] not null default '{}' check (cardinality(addresses) <= 20),
  rate_per_minute int not null check (rate_per_minute between 1 and 6000),
  made_by bigint not null references access.person,
  made_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by bigint references access.person,
  last_used_at timestamptz,
  last_used_ip text,
  last_refused_at timestamptz,
  -- why a key of it was refused last: the code of the error
  last_refused_why text,
  last_refused_ip text,
  check ((revoked_at is null) = (revoked_by is null))
);
create unique index client_name on access.client (lower(name)) where revoked_at is null;
create index client_owner on access.client (owner_id);

-- Only hashes of keys are kept: the table opens nothing.
create table access.client_key (
  key_id bigint generated always as identity primary key,
  client_id bigint not null references access.client,
  -- the beginning, by which people tell keys apart
  prefix text collate "C" not null check (prefix ~ '^htk_[A-Za-z0-9_-]{8}$'),
  key_hash bytea not null unique check (length(key_hash) = 32),
  made_by bigint not null references access.person,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  check (expires_at >= made_at and expires_at <= made_at + interval '8760 hours')
);
create index client_key_of on access.client_key (client_id, key_id);
