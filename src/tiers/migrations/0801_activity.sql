-- Rules of activity as they were written down; a version is never changed, one of each rule is active.
create table tiers.activity_rule (
  rule text not null,
  version int not null,
  definition jsonb not null,
  origin text not null check (origin in ('shipped', 'console')),
  state text not null check (state in ('draft', 'active', 'past')),
  person_id bigint,
  created_at timestamptz not null,
  primary key (rule, version)
);
create unique index activity_rule_active on tiers.activity_rule (rule) where state = 'active';

-- How many members met a rule in a month, as last computed. A closed month was computed after its last day.
create table tiers.activity_month (
  month text not null check (month ~ '^\d{4}-\d{2}$'),
  rule text not null,
  version int not null,
  members bigint not null,
  through_day date not null,
  is_closed boolean not null,
  computed_at timestamptz not null,
  primary key (month, rule)
);

-- Who met any rule in the month.
create table tiers.activity_member (
  month text not null,
  member_id bigint not null,
  rules text[] not null,
  primary key (month, member_id)
);
