-- A programme as it was written down; a version is never changed.
create table points.programme (
  programme text not null,
  version int not null,
  definition jsonb not null,
  origin text not null check (origin in ('shipped', 'console')),
  person_id bigint,
  created_at timestamptz not null,
  primary key (programme, version)
);

-- From which business day on a version holds, until the next one. What was ordered before keeps its terms.
create table points.activation (
  activation_id bigint generated always as identity primary key,
  programme text not null,
  version int not null,
  from_day date not null,
  person_id bigint,
  activated_at timestamptz not null,
  withdrawn_at timestamptz,
  foreign key (programme, version) references points.programme
);
create unique index activation_day on points.activation (from_day) where withdrawn_at is null;

-- Members or parties whose orders and events have to be looked at again.
create table points.dirty (
  dirty_id bigint generated always as identity primary key,
  member_id bigint,
  party_id bigint,
  since timestamptz not null,
  check ((member_id is null) <> (party_id is null))
);

-- By which terms, and by which facts about the member, an order or event was judged first: neither a later version nor a
-- later tier or birthday changes them. A cause is 'order:<order_id>' or 'event:<record_id>'.
create table points.terms (
  cause text primary key,
  programme text not null,
  version int not null,
  facts jsonb not null,
  at timestamptz not null
);

-- What each rule gives for a cause, as the ledger has it under the reference '<cause>:<rule>:<owner>'.
create table points.earning (
  cause text not null,
  rule text not null,
  owner bigint not null,
  day date not null,
  points bigint not null check (points >= 0),
  -- Why the ledger refused what the rule gives beyond that (a budget that is used up); null: nothing is missing.
  refused text,
  wanted bigint not null,
  primary key (cause, rule, owner)
);
create index earning_owner on points.earning (owner, day);
create index earning_rule on points.earning (rule, day);
create index earning_refused on points.earning (refused) where refused is not null;

-- How much of a limit a member number has used in a period ('2026-11-30', '2026-11', 'ever').
create table points.cap_use (
  owner bigint not null,
  rule text not null,
  period text not null,
  used bigint not null check (used >= 0),
  cap bigint not null,
  primary key (owner, rule, period),
  constraint cap_kept check (used <= cap)
);
