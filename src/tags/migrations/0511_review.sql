-- Samples of issued values that people judge. Values and reasons are kept as they were issued: later records do not change
-- what was judged.
create table tags.review (
  review_id bigint generated always as identity primary key,
  tag text not null,
  -- of the expression that issued the values; another expression needs another review
  definition_hash text not null,
  seed bigint not null,
  day date not null,
  -- members that had a value when the sample was drawn
  population bigint not null,
  person_id bigint,
  person_name text,
  created_at timestamptz not null
);
create index review_by_tag on tags.review (tag, review_id);

create table tags.review_stratum (
  review_id bigint not null references tags.review (review_id),
  stratum text not null,
  population bigint not null,
  primary key (review_id, stratum)
);

create table tags.review_item (
  review_id bigint not null references tags.review (review_id),
  place int not null,
  stratum text not null,
  member_id bigint not null,
  value text not null,
  why_zh text not null,
  why_en text not null,
  verdict text check (verdict in ('right', 'wrong', 'unknown')),
  person_id bigint,
  person_name text,
  judged_at timestamptz,
  primary key (review_id, place),
  check ((verdict is null) = (judged_at is null))
);
