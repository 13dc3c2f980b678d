-- By which message a member was told last: what is tried again does not count as its own repeat.
alter table channels.told add column message_id bigint not null default 0;
