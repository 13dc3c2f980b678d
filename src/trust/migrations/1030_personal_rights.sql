-- What members may ask about their own data (PIPL 15, 24, 44-50): one row a request, with its clock and its proof.
create schema if not exists trust;

create table trust.rights_request (
  request_id bigint generated always as identity primary key,
  kind text not null check (kind in
    ('access', 'copy', 'correct', 'delete', 'withdraw', 'refuse_profiling', 'allow_profiling', 'explain')),
  -- The number the member had when asking; after a join it belongs to the joined member.
  member_id bigint not null,
  via text not null check (via in ('counter', 'phone', 'letter', 'app')),
  state text not null check (state in ('received', 'verified', 'running', 'done', 'refused', 'cancelled')),
  received_at timestamptz not null,
  received_day date not null,
  -- The last business day on which it may be answered.
  due_day date not null check (due_day >= received_day),
  filed_by bigint,
  -- Codes only: purposes, media, the field to correct.
  wish jsonb not null default '{}',
  -- The value to correct to, sealed under a key of the request's own.
  value_sealed bytea,
  verified_at timestamptz,
  verified_by bigint,
  verified_how text check (verified_how in ('two_details', 'subject_token', 'document')),
  verified_details text[] not null default '{}',
  handled_by bigint,
  job_id uuid,
  closed_at timestamptz,
  closed_by bigint,
  refusal_ground text check (refusal_ground in ('identity_not_proved', 'required_by_law', 'others_rights', 'repeated', 'not_held')),
  refusal_reason text check (length(refusal_reason) >= 10),
  -- The explanation that was given to the member.
  answer text,
  outcome jsonb,
  proof jsonb,
  -- A person who asks is known, or asked by a token that knows them.
  check ((filed_by is null) = (via = 'app')),
  -- Nothing is done for somebody whose identity was not checked.
  check (state not in ('verified', 'running', 'done') or verified_at is not null),
  check ((verified_at is null) = (verified_how is null)),
  check (verified_how is distinct from 'two_details' or cardinality(verified_details) >= 2),
  check ((state in ('done', 'refused', 'cancelled')) = (closed_at is not null)),
  check ((state = 'refused') = (refusal_reason is not null)),
  check ((state = 'refused') = (refusal_ground is not null)),
  check (state not in ('done', 'refused') or proof is not null),
  check (kind <> 'explain' or state <> 'done' or answer is not null)
);
create index rights_request_due on trust.rights_request (due_day, request_id) where closed_at is null;
create index rights_request_order on trust.rights_request (request_id desc);
create index rights_request_member on trust.rights_request (member_id);
-- The same wish waits once.
create unique index rights_request_open on trust.rights_request (member_id, kind)
  where closed_at is null and kind not in ('correct', 'withdraw');

create function trust.rights_request_moves() returns trigger language plpgsql as $$
begin
  if new.request_id <> old.request_id or new.kind <> old.kind or new.member_id <> old.member_id
    or new.received_at <> old.received_at or new.received_day <> old.received_day then
    raise exception 'a rights request keeps its kind, its member and its time';
  end if;
  if old.state in ('done', 'refused', 'cancelled') then
    raise exception 'a closed rights request does not change';
  end if;
  if new.state <> old.state and (old.state, new.state) not in (
    ('received', 'verified'), ('received', 'refused'), ('received', 'cancelled'), ('verified', 'running'), ('verified', 'done'),
    ('verified', 'refused'), ('verified', 'cancelled'), ('running', 'done')) then
    raise exception 'a rights request does not go from % to %', old.state, new.state;
  end if;
  return new;
end $$;
create trigger rights_request_moves before update on trust.rights_request for each row execute function trust.rights_request_moves();
create function trust.kept() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % stay', tg_table_name;
end $$;
create trigger rights_request_stays before delete on trust.rights_request for each row execute function trust.kept();

-- What was done about a request, one row a step.
create table trust.rights_step (
  step_id bigint generated always as identity primary key,
  request_id bigint not null references trust.rights_request,
  at timestamptz not null,
  step text not null,
  person_id bigint,
  detail jsonb not null default '{}'
);
create index rights_step_request on trust.rights_step (request_id, step_id);
create trigger rights_step_stays before update or delete on trust.rights_step for each row execute function trust.kept();

-- By which a member app speaks for one member; only the hash is here.
create table trust.subject_token (
  token_id bigint generated always as identity primary key,
  hash bytea not null unique,
  member_id bigint not null,
  made_by bigint not null,
  made_at timestamptz not null,
  expires_at timestamptz not null check (expires_at <= made_at + interval '1 day'),
  revoked_at timestamptz,
  -- Calls of the running minute; the statement that counts one is the one that refuses it.
  minute_at timestamptz,
  calls int not null default 0 check (calls <= 60)
);
create index subject_token_member on trust.subject_token (member_id);

-- Details that did not fit: how often one may guess.
create table trust.identity_attempt (
  attempt_id bigint generated always as identity primary key,
  member_id bigint not null,
  person_id bigint,
  at timestamptz not null
);
create index identity_attempt_member on trust.identity_attempt (member_id, at);

-- The file with a member's own data, sealed, until it is fetched once or expires.
create table trust.member_copy (
  request_id bigint primary key references trust.rights_request,
  sealed bytea,
  bytes bigint not null,
  sha256 text not null,
  link_hash bytea unique,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  collected_at timestamptz,
  dropped_at timestamptz,
  check ((sealed is null) = (dropped_at is not null))
);
create index member_copy_expiry on trust.member_copy (expires_at) where dropped_at is null;
