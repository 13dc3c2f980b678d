-- Lots whose last day moves on when their member does something. How far ('P12M', 'P90D'; '+spend': spending counts as well
-- as buying), and from which day on what the member does counts: the day of the order that earned them, or of their coming.
alter table points.lot add column slide text check (slide ~ '^P[1-9][0-9]{0,3}[MD](\+spend)?$');
alter table points.lot add column slide_from date;
alter table points.lot add constraint lot_slides check ((slide is null) = (slide_from is null) and (slide is null or last_day is not null));

-- All numbers of whoever holds: posting a hold is an activity of all of them.
alter table points.hold add column wallet bigint[];

-- Points by hand live as the programme said on the first sending of their request, whenever it is sent again.
alter table points.reason add column slide text;

-- Every moving of a last day: whose lots, from which day to which, and what the member did, on which day. A lot's own chain
-- of moves ends at its last day (huitou ledger verify).
create table points.expiry_move (
  batch_id bigint not null,
  place int not null,
  owner bigint not null,
  lots bigint[] not null,
  from_day date not null,
  to_day date not null,
  activity text not null check (activity in ('purchase', 'spend')),
  activity_day date not null,
  -- The order, or what the points were spent for.
  reference text not null,
  primary key (batch_id, place),
  constraint move_forward check (to_day > from_day)
);
create index expiry_move_owner on points.expiry_move (owner, batch_id);
create trigger expiry_move_kept before update or delete or truncate on points.expiry_move
  for each statement execute function points.refuse_change();

create function points.move_line(m points.expiry_move) returns text language sql immutable as $$
  select concat_ws('|', 'move', m.owner, array_to_string(m.lots, ','), m.from_day, m.to_day, m.activity, m.activity_day,
    length(m.reference), m.reference)
$$;

-- The moves of a batch are in its hash, behind its transfers; a batch without moves has the hash that it had before.
drop function points.batch_hash(bytea, bigint, int);
create function points.batch_hash(previous bytea, first bigint, transfers int, batch bigint) returns bytea language sql stable as $$
  select sha256($1 || convert_to(coalesce(string_agg(line, E'\n' order by part, place), ''), 'UTF8')) from (
    select 0 as part, t.transfer_id as place, points.line(t) as line from points.transfer t
      where t.transfer_id >= $2 and t.transfer_id < $2 + $3
    union all
    select 1, m.place, points.move_line(m) from points.expiry_move m where m.batch_id = $4) lines
$$;
