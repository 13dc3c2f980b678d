-- Deletion end to end: what is left to do, what law keeps, and who else has to be told.
create table trust.erasure (
  request_id bigint primary key references trust.rights_request,
  member_id bigint not null,
  party_ids bigint[] not null,
  -- Blind indexes still to be looked for; emptied with the last step.
  tokens text[] not null,
  begun_at timestamptz not null,
  finished_at timestamptz,
  check (finished_at is null or cardinality(tokens) = 0)
);

-- What a law wants kept about somebody who was erased: sealed under a key of its own, which is destroyed at its day.
create table trust.retained (
  retained_id bigint generated always as identity primary key,
  request_id bigint not null references trust.rights_request,
  kind text not null check (kind in ('consent_evidence', 'transactions')),
  legal_basis text not null,
  sealed bytea,
  made_at timestamptz not null,
  delete_on date not null,
  deleted_at timestamptz,
  unique (request_id, kind),
  check ((sealed is null) = (deleted_at is not null))
);
create index retained_due on trust.retained (delete_on) where deleted_at is null;

-- Companies that process personal data for the brand (PIPL 21), with their contracts.
create table trust.processor (
  processor_id bigint generated always as identity primary key,
  name text not null unique check (name <> ''),
  service text not null,
  data_classes text[] not null check (cardinality(data_classes) > 0),
  contract_no text not null,
  contract_until date,
  contact text not null,
  state text not null default 'active' check (state in ('active', 'ended')),
  version int not null default 1,
  changed_by bigint,
  changed_at timestamptz not null
);

-- Who was told of a deletion, when, and what they answered.
create table trust.processor_notice (
  request_id bigint not null references trust.rights_request,
  processor_id bigint not null references trust.processor,
  due_day date not null,
  made_at timestamptz not null,
  told_at timestamptz,
  told_by bigint,
  told_how text,
  answered_at timestamptz,
  answer text check (answer in ('deleted', 'not_held', 'kept_by_law')),
  primary key (request_id, processor_id),
  check ((told_at is null) = (told_how is null)),
  check ((answered_at is null) = (answer is null)),
  check (answered_at is null or told_at is not null)
);
create index processor_notice_open on trust.processor_notice (due_day) where answered_at is null;
