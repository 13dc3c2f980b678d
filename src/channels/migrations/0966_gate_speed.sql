-- A row of either is only ever made in the statement that makes or reads its message, and messages are never deleted: the
-- look-up and the lock of the message for each of them was a fifth of what it costs to end one.
alter table channels.pending drop constraint pending_message_id_fkey;
alter table channels.outcome drop constraint outcome_message_id_fkey;

-- Rows lie in the order of their periods: what is over is found by its blocks, at next to no cost of writing.
drop index channels.used_until;
create index used_until on channels.used using brin (until_at) with (pages_per_range = 32);
