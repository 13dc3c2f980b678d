-- WeChat's subscribe messages 订阅消息: a member agrees to one message at a time, and each that goes out uses one up.
alter table channels.template drop constraint template_channel_check;
alter table channels.template add constraint template_channel_check check (channel in ('sms', 'email', 'wechat', 'inbox', 'webhook'));
alter table channels.stop drop constraint stop_what_check;
alter table channels.stop add constraint stop_what_check check (what in ('all', 'sms', 'email', 'wechat', 'inbox', 'webhook'));
alter table channels.carrier drop constraint carrier_channel_check;
alter table channels.carrier add constraint carrier_channel_check check (channel in ('sms', 'email', 'wechat', 'inbox', 'webhook'));
insert into channels.carrier (channel) values ('wechat');
alter table channels.outcome drop constraint outcome_known_reason;
alter table channels.outcome add constraint outcome_known_reason check (reason in (
  'cancelled', 'stopped', 'member_gone', 'excluded', 'no_address', 'no_consent', 'hold_out', 'repeated', 'expired', 'quiet_hours',
  'no_subscription', 'cap_member', 'cap_household', 'budget', 'channel_down', 'template_missing', 'template_broken',
  'refused_by_service', 'attempts_exhausted', 'fate_unknown')) not valid;

-- What a member has left for a template of the service, and has used. The limit is the constraint.
create table channels.subscription (
  -- The vault's token of the openid that agreed: messages go there.
  address_token text collate "C" not null,
  service_template text collate "C" not null check (length(service_template) between 1 and 64),
  party_id bigint not null,
  accepted int not null default 0,
  spent int not null default 0,
  changed_at timestamptz not null,
  primary key (address_token, service_template),
  constraint subscription_left check (spent between 0 and accepted)
) with (fillfactor = 70);
create index subscription_of on channels.subscription (party_id);
create index subscription_template on channels.subscription (service_template);

-- What members said of templates, each word once: a record of the mini program or of WeChat itself.
create table channels.subscription_word (
  record_id uuid primary key,
  address_token text collate "C" not null,
  service_template text collate "C" not null,
  party_id bigint not null,
  -- accepted: one message more. refused: this time not. ended: no message any more.
  word text not null check (word in ('accepted', 'refused', 'ended')),
  at timestamptz not null
);
create index subscription_word_of on channels.subscription_word (party_id, service_template, at);
create index subscription_word_by on channels.subscription_word (address_token, service_template, at);

-- What a service told by itself of messages that it took, by its own number, until they are matched; real time.
create table channels.service_word (
  channel text not null,
  service_id text not null check (length(service_id) between 1 and 100),
  address_token text collate "C" not null,
  service_template text not null,
  state text not null check (state in ('delivered', 'failed')),
  code text not null,
  at timestamptz not null,
  primary key (channel, service_id)
);
create index service_word_at on channels.service_word (at);
create index service_word_of on channels.service_word (address_token, service_template);

-- With what WeChat signs and seals what it tells.
alter table channels.callback add column secret_sealed bytea;
