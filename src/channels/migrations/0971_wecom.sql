-- Messages that associates 导购 send their customers by WeCom 企业微信: they wait prepared until the associate confirms.
alter table channels.template drop constraint template_channel_check;
alter table channels.template add constraint template_channel_check check (channel in ('sms', 'email', 'wechat', 'wecom', 'inbox', 'webhook'));
alter table channels.stop drop constraint stop_what_check;
alter table channels.stop add constraint stop_what_check check (what in ('all', 'sms', 'email', 'wechat', 'wecom', 'inbox', 'webhook'));
alter table channels.carrier drop constraint carrier_channel_check;
alter table channels.carrier add constraint carrier_channel_check check (channel in ('sms', 'email', 'wechat', 'wecom', 'inbox', 'webhook'));
insert into channels.carrier (channel) values ('wecom');
alter table channels.outcome drop constraint outcome_known_reason;
alter table channels.outcome add constraint outcome_known_reason check (reason in (
  'cancelled', 'stopped', 'member_gone', 'excluded', 'no_address', 'no_associate', 'no_consent', 'hold_out', 'repeated', 'expired',
  'quiet_hours', 'no_subscription', 'cap_member', 'cap_household', 'budget', 'channel_down', 'template_missing', 'template_broken',
  'refused_by_service', 'attempts_exhausted', 'fate_unknown', 'not_confirmed')) not valid;

-- prepared: the service has it, and an associate has yet to send it.
alter table channels.pending drop constraint pending_phase_check;
alter table channels.pending add constraint pending_phase_check check (phase in ('gate', 'sending', 'ask', 'prepared'));
-- Under which number of the service it is prepared, and with whom.
alter table channels.pending add column service_id text;
alter table channels.pending add constraint pending_prepared check ((phase = 'prepared') = (service_id is not null));
create index pending_prepared on channels.pending (channel, due_at) where phase = 'prepared';

-- What is asked of WeCom, written down before it is asked: by associate and words it is found there when the answer was lost.
create table channels.wecom_task (
  message_id bigint primary key,
  sender text not null,
  words_hash bytea not null,
  at timestamptz not null
);
create index wecom_task_at on channels.wecom_task using brin (at);
