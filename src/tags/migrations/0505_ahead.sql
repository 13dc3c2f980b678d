-- Values of the next business day of those who wake up on it, computed in the evening before: at midnight they are put in
-- place by one statement. A member who is computed again meanwhile is prepared again.
create table tags.ahead (
  member_id bigint primary key references tags.current (member_id) on delete cascade,
  day date not null,
  definitions_hash text not null,
  value jsonb not null,
  wake_day date
);
