-- What personal data are processed for, judged before it begins (PIPL 51, 55, 56), and the texts that people agree to.
create table trust.processing_activity (
  activity text not null check (activity ~ '^[a-z][a-z0-9_]{1,39}$'),
  version int not null check (version > 0),
  -- The code by which consents name it; null where another legal basis holds.
  purpose text,
  zh text not null check (zh <> ''),
  en text not null check (en <> ''),
  data_classes text[] not null check (cardinality(data_classes) > 0),
  legal_basis text not null check (legal_basis in
    ('consent', 'separate_consent', 'contract', 'legal_duty', 'emergency', 'public_interest', 'made_public')),
  retention_days int not null check (retention_days between 1 and 36500),
  recipients text[] not null default '{}',
  is_automated boolean not null,
  is_sensitive boolean not null,
  is_abroad boolean not null,
  state text not null check (state in ('draft', 'published', 'past')),
  made_by bigint,
  made_at timestamptz not null,
  published_by bigint,
  published_at timestamptz,
  primary key (activity, version),
  check ((legal_basis in ('consent', 'separate_consent')) = (purpose is not null)),
  check (state = 'draft' or published_at is not null)
);
create unique index processing_activity_published on trust.processing_activity (activity) where state = 'published';
create unique index processing_activity_purpose on trust.processing_activity (purpose) where state = 'published' and purpose is not null;

create table trust.impact_assessment (
  assessment_id bigint generated always as identity primary key,
  activity text not null,
  version int not null,
  -- Why one is wanted (PIPL 55).
  triggers text[] not null check (cardinality(triggers) > 0),
  -- PIPL 56: lawful, legitimate, necessary; effect on the persons and risks; measures lawful, effective, in proportion.
  necessity text not null check (length(necessity) >= 20),
  effects text not null check (length(effects) >= 20),
  measures text not null check (length(measures) >= 20),
  risk text not null check (risk in ('low', 'middle', 'high')),
  made_by bigint not null,
  made_at timestamptz not null,
  approved_by bigint,
  approved_at timestamptz,
  -- Nobody else could approve: counts as not met in a self-assessment.
  is_alone boolean not null default false,
  -- Three years at least (PIPL 56).
  kept_until date,
  foreign key (activity, version) references trust.processing_activity,
  check ((approved_at is null) = (approved_by is null) and (approved_at is null) = (kept_until is null)),
  check (approved_by is distinct from made_by or is_alone),
  check (kept_until is null or kept_until >= (approved_at + interval '3 years')::date)
);
create index impact_assessment_activity on trust.impact_assessment (activity, version);

create table trust.consent_text (
  purpose text not null,
  language text not null check (language in ('zh', 'en')),
  version text not null check (version ~ '^[A-Za-z0-9._-]{1,30}$'),
  body text not null check (length(body) >= 20),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  state text not null check (state in ('draft', 'published', 'past')),
  valid_from date,
  made_by bigint,
  made_at timestamptz not null,
  published_by bigint,
  published_at timestamptz,
  primary key (purpose, language, version),
  check (sha256 = encode(sha256(convert_to(body, 'UTF8')), 'hex')),
  check (state = 'draft' or (published_at is not null and valid_from is not null))
);
create unique index consent_text_published on trust.consent_text (purpose, language) where state = 'published';

-- The lock behind the routes: nothing is published without its row and its assessment, whoever writes.
create function trust.publishing_is_judged() returns trigger language plpgsql as $$
begin
  if new.state = 'published' and (tg_op = 'INSERT' or old.state <> 'published') then
    if tg_table_name = 'processing_activity' then
      if not exists (
        select from trust.impact_assessment a
        where a.activity = new.activity and a.version = new.version and a.approved_at is not null) then
        raise exception 'processing activity % % has no approved impact assessment', new.activity, new.version using errcode = 'HU001';
      end if;
    elsif not exists (
      select from trust.processing_activity p where p.purpose = new.purpose and p.state = 'published') then
      raise exception 'purpose % is in no published processing activity', new.purpose using errcode = 'HU002';
    end if;
  end if;
  if tg_op = 'UPDATE' and old.state <> 'draft' and (to_jsonb(new) - 'state') <> (to_jsonb(old) - 'state') then
    raise exception 'what was published does not change' using errcode = 'HU003';
  end if;
  return new;
end $$;
create trigger publishing_is_judged before insert or update on trust.processing_activity
  for each row execute function trust.publishing_is_judged();
create trigger publishing_is_judged before insert or update on trust.consent_text
  for each row execute function trust.publishing_is_judged();
create trigger activity_stays before delete on trust.processing_activity for each row when (old.state <> 'draft')
  execute function trust.kept();
create trigger text_stays before delete on trust.consent_text for each row when (old.state <> 'draft') execute function trust.kept();
create trigger assessment_stays before delete on trust.impact_assessment
  for each row when (old.kept_until is not null and old.kept_until >= current_date) execute function trust.kept();

-- How long each class of fields is kept where the brand says otherwise than shipped, and what each night did.
create table trust.retention_policy (
  field_class text primary key,
  days int not null check (days between 30 and 36500),
  reason text not null check (reason <> ''),
  changed_by bigint,
  changed_at timestamptz not null
);
create table trust.retention_run (
  run_id bigint generated always as identity primary key,
  is_dry boolean not null,
  person_id bigint,
  started_at timestamptz not null,
  finished_at timestamptz,
  report jsonb
);
