-- What may be said: a key for people and requests, with versions.
create table channels.template (
  template text primary key check (template ~ '^[a-z][a-z0-9_]{1,58}$'),
  channel text not null check (channel in ('sms', 'email', 'inbox', 'webhook')),
  category text not null check (category in ('marketing', 'service')),
  made_by bigint,
  made_at timestamptz not null
);

create table channels.template_version (
  template text not null references channels.template on delete cascade,
  version int not null check (version >= 1),
  content json not null,
  -- SMS texts are approved by the operator's service, others by a person here.
  state text not null check (state in ('draft', 'submitted', 'approved', 'rejected', 'retired')),
  state_reason text,
  saved_by bigint,
  saved_at timestamptz not null,
  state_by bigint,
  state_at timestamptz not null,
  primary key (template, version)
);
create unique index template_draft on channels.template_version (template) where state = 'draft';
create unique index template_in_use on channels.template_version (template) where state = 'approved';

create function channels.refuse_other_words() returns trigger language plpgsql as $$
begin
  raise exception 'what was submitted is never changed' using errcode = 'restrict_violation';
end $$;
create trigger version_kept before update on channels.template_version
  for each row when (old.state <> 'draft' and (new.content::text is distinct from old.content::text)) execute function channels.refuse_other_words();

-- The rules of the gate, as one object (src/channels/messages/policy.ts).
create table channels.policy (
  singleton boolean primary key default true check (singleton),
  content json not null,
  changed_by bigint,
  changed_at timestamptz not null
);

-- Everything stops ('all') or a channel does.
create table channels.stop (
  what text primary key check (what in ('all', 'sms', 'email', 'inbox', 'webhook')),
  reason text not null,
  stopped_by bigint,
  stopped_at timestamptz not null
);

-- How each channel is reached, and how it is doing.
create table channels.carrier (
  channel text primary key check (channel in ('sms', 'email', 'inbox', 'webhook')),
  settings_sealed bytea,
  settings_shown text not null default '',
  -- Minor units of the brand's currency for a billed part.
  cost_minor int not null default 0 check (cost_minor between 0 and 100000),
  failures int not null default 0,
  paused_until timestamptz
);
insert into channels.carrier (channel) values ('sms'), ('email'), ('inbox'), ('webhook');

-- Where a member's day begins, if it is not where the brand's does.
create table channels.member_zone (
  member_id bigint primary key,
  timezone text not null
);

-- One row for one effect of whoever asked: the same again is the same message. Never changed.
create table channels.message (
  message_id bigint generated always as identity primary key,
  source text not null check (length(source) between 1 and 40),
  effect_key text not null check (length(effect_key) between 1 and 200),
  member_id bigint not null,
  channel text not null,
  template text not null,
  variables json not null,
  priority smallint not null check (priority between 0 and 9),
  valid_until timestamptz,
  requested_at timestamptz not null,
  constraint message_effect unique (source, effect_key)
);
create index message_member on channels.message (member_id, message_id desc);

-- What is under way; a row for each message without an end.
create table channels.pending (
  message_id bigint primary key references channels.message,
  channel text not null,
  member_id bigint not null,
  priority smallint not null,
  -- gate: to be decided. sending: handed over, no answer yet. ask: what became of it is asked before anything else.
  phase text not null check (phase in ('gate', 'sending', 'ask')),
  -- While it is being sent: until when an answer may come before it counts as lost.
  due_at timestamptz not null,
  deferred text check (deferred in ('quiet_hours', 'channel_health', 'retry')),
  attempts smallint not null default 0 check (attempts between 0 and 10),
  template_version int,
  cost_minor int not null default 0,
  parts smallint not null default 0,
  -- Which caps and budgets it has taken from: what did not go out gives back.
  taken text[] not null default '{}',
  handed_at timestamptz
) with (fillfactor = 70);
create index pending_due on channels.pending (phase, channel, priority desc, due_at);

-- How it ended, with the reason where nothing went out.
create table channels.outcome (
  message_id bigint primary key references channels.message,
  state text not null check (state in ('accepted', 'refused', 'held', 'unknown')),
  reason text,
  at timestamptz not null,
  template_version int,
  cost_minor int not null default 0,
  parts smallint not null default 0,
  -- The service's own number, by which it is asked.
  service_id text,
  service_code text,
  delivered_at timestamptz,
  constraint outcome_reason check ((state = 'accepted') = (reason is null)),
  constraint outcome_known_reason check (reason in (
    'cancelled', 'stopped', 'member_gone', 'excluded', 'no_address', 'no_consent', 'hold_out', 'repeated', 'expired', 'quiet_hours',
    'cap_member', 'cap_household', 'budget', 'channel_down', 'template_missing', 'template_broken', 'refused_by_service',
    'attempts_exhausted', 'fate_unknown'))
);
create index outcome_at on channels.outcome (at desc, message_id desc);
create index outcome_reason_at on channels.outcome (reason, at desc) where reason is not null;

-- What was taken of a cap or a budget in a period; the limit is the constraint.
create table channels.used (
  -- 'member 17 sms marketing day 2026-11-30', 'household 4f… sms week 2026-48', 'budget sms month 2026-11'
  limit_key text primary key,
  used bigint not null,
  cap bigint not null,
  until_at timestamptz not null,
  constraint used_within check (used between 0 and cap)
) with (fillfactor = 70);
create index used_until on channels.used (until_at);

-- What a member was told last by a template, so that the same is not told again too soon.
create table channels.told (
  member_id bigint not null,
  template text not null,
  at timestamptz not null,
  primary key (member_id, template)
) with (fillfactor = 70);

-- Kept from all marketing, to be compared with.
create table channels.hold_out (
  member_id bigint primary key,
  since timestamptz not null,
  reason text not null
);

-- The mini program's inbox: a channel that is a table.
create table channels.inbox (
  message_id bigint primary key,
  member_id bigint not null,
  -- Title and text, sealed like everything that may name somebody.
  sealed bytea not null,
  at timestamptz not null,
  read_at timestamptz
);
create index inbox_member on channels.inbox (member_id, message_id desc);
