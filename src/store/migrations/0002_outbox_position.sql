-- Subscribers go by the numbers of events, up to the first that somebody may still be writing (src/store/outbox.ts). What
-- was passed by transactions before stays passed.
alter table store.outbox_cursor add column position bigint not null default 0;
create index outbox_position on store.outbox (type, event_id);
