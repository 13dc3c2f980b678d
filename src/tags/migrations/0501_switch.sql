-- What people decided about tags that are off, or on, by default. A tag without a row is as its definition says.
create table tags.switch (
  key text primary key,
  enabled boolean not null,
  person_id bigint,
  switched_at timestamptz not null
);
