-- Tags that could not be computed, so that they do not stop the others; tried again with the next full computation.
create table tags.failure (
  key text primary key,
  detail text not null,
  failed_at timestamptz not null
);
