-- A spend changes a lot's counters and nothing else. The predicates of the lot's indexes named those counters, so that every
-- spend wrote a new entry into each of five indexes (PostgreSQL looks at the columns of predicates too). They name a column
-- now that changes once in a lot's life, and the update stays within its page: of 64 spends written at once the statement
-- takes 3 ms instead of 12.
alter table points.lot add column open boolean generated always as (pending + active + held > 0) stored;
alter table points.lot set (fillfactor = 70);
drop index points.lot_owner;
drop index points.lot_active_from;
drop index points.lot_last_day;
create index lot_owner on points.lot (owner) where open;
create index lot_active_from on points.lot (active_from) where active_from is not null and open;
create index lot_last_day on points.lot (last_day) where last_day is not null and open;

-- Movements are looked for by member; the sides of accounts, which belong to nobody, cost an entry each and were never read.
drop index points.transfer_from;
drop index points.transfer_to;
create index transfer_from on points.transfer (from_id, transfer_id) where from_kind in ('pending', 'active', 'held', 'debt');
create index transfer_to on points.transfer (to_id, transfer_id) where to_kind in ('pending', 'active', 'held', 'debt');
