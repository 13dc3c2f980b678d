-- Tags that people make: the same objects as definitions/tags/, as data.
create table tags.custom (
  key text primary key,
  -- json, not jsonb: an exported definition reads as it was written
  definition json not null,
  -- how values are stored; fixed with the first version, so that old values stay readable until the new ones are there
  kind text not null check (kind in ('text', 'number', 'date', 'boolean', 'since')),
  version int not null,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- Every version with who made it, when and why. The largest version_id is the revision that processes follow.
create table tags.custom_version (
  version_id bigint generated always as identity primary key,
  key text not null references tags.custom (key),
  version int not null,
  act text not null check (act in ('create', 'change', 'archive', 'restore', 'import')),
  definition json not null,
  reason text not null,
  person_id bigint,
  person_name text,
  made_at timestamptz not null,
  unique (key, version)
);
