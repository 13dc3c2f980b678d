-- Whether a colleague has answered what somebody wrote: a word that withdraws needs no answer.
alter table channels.sms_reply add column answered_at timestamptz;
alter table channels.sms_reply add column answered_by bigint;
alter table channels.sms_reply add constraint reply_answered check (answered_at is null or effect = 'kept');
create index sms_reply_sender on channels.sms_reply (sender_token, reply_id desc);
