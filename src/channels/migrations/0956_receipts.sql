-- What became of what a service took, by its own word, and what it billed.
alter table channels.outcome rename column delivered_at to delivery_at;
alter table channels.outcome add column delivery text check (delivery in ('delivered', 'failed', 'silent'));
alter table channels.outcome add column delivery_code text;
alter table channels.outcome add constraint outcome_delivery check (delivery is null or state = 'accepted');

-- To which address it went, as the token under which the vault keeps it: a receipt is asked for there, whatever number the
-- member has by then.
alter table channels.pending add column address_token text;
update channels.pending p set address_token = f.phone_token
from members.party q join members.profile f on f.member_id = q.member_id
where p.channel = 'sms' and p.phase <> 'gate' and q.party_id = p.member_id;

-- Accepted, and no word yet whether it arrived. A row goes when there is one, or when nobody expects one any more.
create table channels.receipt (
  message_id bigint primary key,
  channel text not null,
  address_token text not null,
  -- Real time, as the service counts it.
  handed_at timestamptz not null,
  next_at timestamptz not null,
  tries smallint not null default 0
) with (fillfactor = 80);
create index receipt_due on channels.receipt (channel, next_at);

-- Addresses at which services tell us: a secret is part of each.
create table channels.callback (
  channel text primary key,
  token_hash bytea not null,
  made_by bigint,
  made_at timestamptz not null,
  heard_at timestamptz
);
