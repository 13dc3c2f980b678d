-- Indicators with their readings and limits, incidents, alerts and their delivery, who is on call, risks and drills.
create schema if not exists trust;

-- Limits that a person moved; without a row those the indicator is shipped with.
create table trust.indicator_limit (
  indicator text primary key,
  warn bigint not null,
  alarm bigint not null,
  enabled boolean not null,
  reason text not null,
  person_id bigint not null,
  changed_at timestamptz not null
);

-- One row per part and minute for two days.
create table trust.reading (
  indicator text not null,
  part text not null,
  at timestamptz not null,
  value bigint not null,
  primary key (indicator, part, at)
);
create index reading_at on trust.reading (at);

-- The readings of an hour, for 400 days.
create table trust.reading_hour (
  indicator text not null,
  part text not null,
  hour timestamptz not null,
  least bigint not null,
  greatest bigint not null,
  last bigint not null,
  readings int not null,
  primary key (indicator, part, hour)
);
create index reading_hour_hour on trust.reading_hour (hour);

create table trust.incident (
  incident_id bigint generated always as identity primary key,
  indicator text not null,
  part text not null,
  label text not null,
  -- made by the daily drill
  synthetic boolean not null,
  level text not null check (level in ('warn', 'alarm')),
  state text not null check (state in ('open', 'acknowledged', 'closed')),
  first_value bigint not null,
  worst_value bigint not null,
  last_value bigint not null,
  opened_at timestamptz not null,
  -- by when somebody must have taken it on
  due_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by bigint,
  -- how often it was passed on, and when next
  escalations int not null default 0,
  escalates_at timestamptz,
  -- since when the figure is back within its limits
  calm_since timestamptz,
  closed_at timestamptz,
  -- null: it closed by itself
  closed_by bigint,
  close_reason text,
  -- closed by a person while the figure was still past its limit: no new incident until it was calm
  still_beyond boolean not null default false,
  -- 一般, 较大, 重大, 特别重大 of the rules on reporting network security incidents; null: not judged yet
  severity text check (severity in ('general', 'serious', 'major', 'grave')),
  severity_by bigint,
  severity_at timestamptz,
  check ((state = 'closed') = (closed_at is not null)),
  check (state <> 'acknowledged' or acknowledged_by is not null)
);
create unique index incident_episode on trust.incident (indicator, part, synthetic) where state <> 'closed';
create index incident_order on trust.incident (opened_at desc);

create table trust.incident_note (
  note_id bigint generated always as identity primary key,
  incident_id bigint not null references trust.incident on delete cascade,
  at timestamptz not null,
  person_id bigint,
  what text not null check (what in ('opened', 'raised', 'acknowledged', 'escalated', 'calm', 'closed', 'note', 'severity', 'report')),
  text text not null
);
create index note_incident on trust.incident_note (incident_id, note_id);

create table trust.channel (
  channel_id bigint generated always as identity primary key,
  kind text not null check (kind in ('wecom', 'dingtalk', 'feishu', 'mail')),
  name text not null check (length(name) between 1 and 60),
  -- address and secret of a robot, sealed under trust.channels; never shown again
  address_sealed bytea,
  -- what people see of the address
  address_shown text not null,
  level_min text not null check (level_min in ('warn', 'alarm')),
  enabled boolean not null,
  -- goes to the channel simulator instead of the service
  simulated boolean not null default false,
  failures int not null default 0,
  -- after many failures in a row nothing is tried until then
  paused_until timestamptz,
  created_by bigint,
  created_at timestamptz not null,
  check (kind = 'mail' or address_sealed is not null)
);

-- One row for each incident, step and channel: it is told once.
create table trust.delivery (
  delivery_id bigint generated always as identity primary key,
  incident_id bigint not null references trust.incident on delete cascade,
  step text not null,
  channel_id bigint not null references trust.channel on delete cascade,
  state text not null check (state in ('waiting', 'sending', 'sent', 'failed')),
  attempts int not null default 0,
  -- an attempt whose end nobody knows: the repeat says that it is one
  uncertain boolean not null default false,
  next_try_at timestamptz not null,
  made_at timestamptz not null,
  sent_at timestamptz,
  result text,
  unique (incident_id, step, channel_id)
);
create index delivery_open on trust.delivery (next_try_at) where state in ('waiting', 'sending');
create index delivery_made on trust.delivery (made_at);

-- Every try, also of tests: what was answered, and how much a channel sent within a minute.
create table trust.attempt (
  attempt_id bigint generated always as identity primary key,
  channel_id bigint not null references trust.channel on delete cascade,
  at timestamptz not null,
  messages int not null,
  ok boolean not null,
  code text not null,
  text text not null,
  took_ms int not null
);
create index attempt_channel on trust.attempt (channel_id, at desc);

-- That the alarm of an indicator worked on a day: a synthetic case, through to the channels.
create table trust.proof (
  indicator text not null,
  day date not null,
  incident_id bigint references trust.incident on delete set null,
  injected_at timestamptz not null,
  raised_at timestamptz,
  -- channels that were to be told, and the first that was
  channels int not null default 0,
  delivered_at timestamptz,
  failure text,
  primary key (indicator, day)
);

-- Who is called first, and who next; whose turn it is moves on every rotation_days.
create table trust.roster (
  position int primary key check (position > 0),
  person_id bigint not null unique
);
create table trust.roster_rule (
  one boolean primary key default true check (one),
  rotation_days int not null check (rotation_days between 1 and 90),
  starts_on date not null
);

-- What people changed about a risk, or a risk of their own; shipped ones are in definitions/trust.
create table trust.risk (
  risk_key text primary key check (risk_key ~ '^[a-z][a-z0-9_]{1,40}$'),
  content jsonb not null,
  version int not null,
  person_id bigint not null,
  changed_at timestamptz not null
);
create table trust.risk_change (
  change_id bigint generated always as identity primary key,
  risk_key text not null,
  version int not null,
  content jsonb not null,
  reason text not null,
  person_id bigint not null,
  changed_at timestamptz not null
);
create index risk_change_key on trust.risk_change (risk_key, version desc);

create table trust.drill (
  drill_id bigint generated always as identity primary key,
  risk_key text not null,
  held_on date not null,
  scenario text not null,
  leader text not null,
  result text not null check (result in ('passed', 'partly', 'failed')),
  findings text not null,
  next_steps text not null,
  person_id bigint not null,
  created_at timestamptz not null
);
create index drill_risk on trust.drill (risk_key, held_on desc);

-- The report to the authority and the notice to members of an incident: its clock, what was filled in, when it was handed in.
create table trust.report (
  incident_id bigint not null references trust.incident on delete cascade,
  kind text not null check (kind in ('authority', 'members')),
  started_at timestamptz not null,
  due_at timestamptz,
  fields jsonb not null,
  changed_by bigint not null,
  changed_at timestamptz not null,
  submitted_at timestamptz,
  submitted_by bigint,
  primary key (incident_id, kind)
);
