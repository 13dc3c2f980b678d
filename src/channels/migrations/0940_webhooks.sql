create schema channels;

-- Where the brand's own systems hear what happened. At most fifty: each place is taken once.
create table channels.endpoint (
  endpoint_id bigint generated always as identity primary key,
  place smallint not null unique check (place between 1 and 50),
  name text not null check (length(name) between 1 and 60),
  -- An address often holds a token: it is sealed, and shown without what stands behind its path.
  address_sealed bytea not null,
  address_shown text not null,
  kinds text[] not null check (cardinality(kinds) between 1 and 100),
  secret_sealed bytea not null,
  -- Until then messages are signed by both, so that a receiver can change over.
  secret_before_sealed bytea,
  secret_before_until timestamptz,
  state text not null default 'on' check (state in ('on', 'paused', 'disabled')),
  -- Why the platform disabled it itself.
  disabled_why text check (disabled_why in ('gone', 'exhausted')),
  disabled_at timestamptz,
  -- Since when nothing has arrived although something was sent.
  failing_since timestamptz,
  last_ok_at timestamptz,
  made_by bigint,
  made_at timestamptz not null,
  constraint endpoint_disabled check ((state = 'disabled') = (disabled_why is not null and disabled_at is not null)),
  constraint endpoint_overlap check ((secret_before_sealed is null) = (secret_before_until is null))
);

-- What is told, once for all endpoints: its number stays the same however often it is sent.
create table channels.webhook_message (
  message_id bigint generated always as identity primary key,
  webhook_id text not null unique,
  kind text not null,
  -- Numbers and codes, never personal data.
  data json not null,
  occurred_at timestamptz not null,
  made_at timestamptz not null
);
create index webhook_message_made on channels.webhook_message (made_at);

create table channels.webhook_delivery (
  delivery_id bigint generated always as identity primary key,
  endpoint_id bigint not null references channels.endpoint on delete cascade,
  message_id bigint not null references channels.webhook_message on delete cascade,
  state text not null check (state in ('waiting', 'sending', 'delivered', 'failed')),
  -- Of this round; a replay begins a new one.
  attempts smallint not null default 0 check (attempts between 0 and 10),
  rounds smallint not null default 1 check (rounds between 1 and 1000),
  -- While it is being sent: until when an answer may come before it counts as lost.
  next_try_at timestamptz not null,
  ended_at timestamptz,
  unique (endpoint_id, message_id),
  constraint delivery_ended check ((state in ('delivered', 'failed')) = (ended_at is not null))
) with (fillfactor = 70);
create index webhook_delivery_due on channels.webhook_delivery (endpoint_id, next_try_at, delivery_id) where state in ('waiting', 'sending');
create index webhook_delivery_listed on channels.webhook_delivery (endpoint_id, delivery_id desc);
create index webhook_delivery_message on channels.webhook_delivery (message_id);

create table channels.webhook_attempt (
  attempt_id bigint generated always as identity primary key,
  delivery_id bigint not null references channels.webhook_delivery on delete cascade,
  round smallint not null,
  attempt smallint not null,
  at timestamptz not null,
  -- Null: no answer came.
  status int,
  outcome text not null check (outcome in ('arrived', 'gone', 'refused', 'redirected', 'no_answer', 'not_sent', 'address')),
  latency_ms int not null check (latency_ms >= 0),
  answer_bytes int not null check (answer_bytes >= 0)
);
create index webhook_attempt_of on channels.webhook_attempt (delivery_id, attempt_id);

-- How far a feed that is no outbox event has been read.
create table channels.webhook_cursor (
  feed text primary key,
  position bigint not null
);
