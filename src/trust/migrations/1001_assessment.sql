-- Self-assessments: each a run over all items, never changed afterwards; evidence that people bring, sealed; signatures.
create table trust.assessment (
  assessment_id bigint generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  person_id bigint,
  -- an example world proves nothing about a real one
  demo boolean not null,
  -- what was assessed: version, hash of configuration, components
  subject jsonb not null,
  -- over all results in their order
  hash text not null
);
create index assessment_order on trust.assessment (started_at desc);

create table trust.assessment_result (
  assessment_id bigint not null references trust.assessment on delete cascade,
  item text not null,
  result text not null check (result in ('met', 'partly', 'not_met', 'not_applicable')),
  -- nobody knows: counts as not met
  unknown boolean not null default false,
  zh text not null,
  en text not null,
  facts jsonb not null,
  evidence_id bigint,
  took_ms int not null,
  primary key (assessment_id, item),
  check (not unknown or result = 'not_met')
);

create table trust.evidence (
  evidence_id bigint generated always as identity primary key,
  item text not null,
  claim text not null check (claim in ('met', 'partly', 'not_applicable')),
  -- the day the evidence is of, and the day from which it counts no more
  dated date not null,
  valid_until date not null check (valid_until >= dated),
  note text not null,
  file_name text,
  file_bytes int,
  file_hash text,
  -- under a key of its own
  file_sealed bytea,
  person_id bigint not null,
  created_at timestamptz not null,
  -- taken back; a row stays, because assessments name it
  withdrawn_at timestamptz,
  withdrawn_by bigint
);
create index evidence_item on trust.evidence (item, dated desc);

create table trust.assessment_signature (
  assessment_id bigint not null references trust.assessment on delete cascade,
  person_id bigint not null,
  name text not null,
  role text not null,
  statement text not null,
  signed_at timestamptz not null,
  -- of the host over hash, person and time
  document jsonb not null,
  primary key (assessment_id, person_id)
);

create function trust.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'an assessment and its signatures are never changed' using errcode = 'insufficient_privilege';
end $$;
create trigger assessments_stay before update on trust.assessment for each row execute function trust.refuse_change();
create trigger results_stay before update on trust.assessment_result for each row execute function trust.refuse_change();
create trigger signatures_stay before update or delete on trust.assessment_signature for each row execute function trust.refuse_change();
