create schema points;

-- The end of the one chain of batches, and the numbers given so far. Whoever writes locks this row first: batches follow each
-- other, and no number is left out.
create table points.head (
  singleton boolean primary key default true check (singleton),
  batch_id bigint not null,
  transfer_id bigint not null,
  lot_id bigint not null,
  hold_id bigint not null,
  hash bytea not null
);
insert into points.head values (true, 0, 0, 0, 0, decode(repeat('00', 32), 'hex'));

-- Requests committed together, with one hash over their transfers and the batch before.
create table points.batch (
  batch_id bigint primary key,
  first_transfer_id bigint not null,
  transfers int not null check (transfers >= 0),
  at timestamptz not null,
  previous_hash bytea not null,
  hash bytea not null
);

-- One effect for one key. A refusal leaves no row: nothing happened, and the key may be used again.
create table points.request (
  key text primary key check (length(key) between 1 and 200),
  payload_hash bytea not null,
  batch_id bigint not null,
  -- as text, so that whoever asks again reads the very same answer
  answer json not null
);

-- Accounts that belong to no member. A floor is the limit of whoever spends from it: budget and stock cannot go below.
create table points.account (
  account_id bigint generated always as identity primary key,
  kind text not null check (kind in ('issuer', 'burned', 'expired', 'budget')),
  name text not null,
  balance bigint not null default 0,
  floor bigint,
  unique (kind, name),
  constraint account_floor check (floor is null or balance >= floor)
);
-- What the brand owes all members is what it has issued and not got back: its balance is negative.
insert into points.account (kind, name, floor) values ('issuer', '', null), ('burned', '', 0), ('expired', '', 0);

-- Points earned together: where each of them is now. Every point of the lot is in exactly one place.
create table points.lot (
  lot_id bigint primary key,
  -- The member number that earned them; a joined member holds the lots of all its numbers, and a split gives them back.
  owner bigint not null,
  points bigint not null check (points > 0),
  pending bigint not null check (pending >= 0),
  active bigint not null check (active >= 0),
  held bigint not null check (held >= 0),
  burned bigint not null check (burned >= 0),
  expired bigint not null check (expired >= 0),
  -- Taken back by the issuer: a refunded order, a mistaken grant, a debt paid.
  returned bigint not null check (returned >= 0),
  -- Given to another member.
  given bigint not null check (given >= 0),
  -- The business day on which pending points become active; null once they are.
  active_from date,
  -- The last business day on which they can be spent; null: they do not expire.
  last_day date,
  -- What they were earned for: an order line, a check-in, a grant.
  reference text not null,
  -- The lot whose points these were before: transferred, or given back after their own lot had expired.
  origin_lot_id bigint,
  batch_id bigint not null,
  constraint lot_whole check (points = pending + active + held + burned + expired + returned + given)
) with (fillfactor = 80);
create index lot_owner on points.lot (owner) where pending + active + held > 0;
create index lot_reference on points.lot (reference);
create index lot_active_from on points.lot (active_from) where pending > 0;
create index lot_last_day on points.lot (last_day) where active > 0;

-- Points taken back that were spent already: what the member earns next pays it first.
create table points.debt (
  owner bigint primary key,
  owed bigint not null check (owed >= 0)
) with (fillfactor = 80);

create table points.hold (
  hold_id bigint primary key,
  reference text not null,
  points bigint not null check (points > 0),
  until_at timestamptz not null,
  state text not null check (state in ('open', 'posted', 'voided'))
);
create index hold_until on points.hold (until_at) where state = 'open';

create table points.hold_part (
  hold_id bigint not null references points.hold,
  lot_id bigint not null references points.lot,
  points bigint not null check (points > 0),
  primary key (hold_id, lot_id)
);

-- One movement: the same number of points leaves one account and enters another. A side is (kind, id, lot): for 'pending',
-- 'active', 'held' and 'debt' the id is the member number, for the others the account.
create table points.transfer (
  transfer_id bigint primary key,
  batch_id bigint not null,
  from_kind text not null,
  from_id bigint not null,
  from_lot bigint,
  to_kind text not null,
  to_id bigint not null,
  to_lot bigint,
  points bigint not null check (points > 0),
  reference text not null,
  at timestamptz not null,
  check (from_kind <> to_kind or from_id <> to_id or from_lot is distinct from to_lot)
);
create index transfer_from on points.transfer (from_id, transfer_id) where from_lot is not null or from_kind = 'debt';
create index transfer_to on points.transfer (to_id, transfer_id) where to_lot is not null or to_kind = 'debt';
create index transfer_reference on points.transfer (reference);

-- What is written stays written.
create function points.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger transfer_kept before update or delete or truncate on points.transfer
  for each statement execute function points.refuse_change();
create trigger batch_kept before update or delete or truncate on points.batch
  for each statement execute function points.refuse_change();

-- A transfer in its canonical form, as the hash of its batch sees it. Lengths stand before texts, so that no two rows read alike.
create function points.line(t points.transfer) returns text language sql immutable as $$
  select concat_ws('|', t.transfer_id, t.from_kind, t.from_id, coalesce(t.from_lot, 0), t.to_kind, t.to_id,
    coalesce(t.to_lot, 0), t.points, length(t.reference), t.reference, extract(epoch from t.at)::numeric(20, 6))
$$;

-- SHA-256 of the hash before and the transfers of a batch, which have consecutive numbers.
create function points.batch_hash(previous bytea, first bigint, transfers int) returns bytea language sql stable as $$
  select sha256(previous || convert_to(coalesce(string_agg(points.line(t), E'\n' order by t.transfer_id), ''), 'UTF8'))
  from points.transfer t where t.transfer_id >= first and t.transfer_id < first + transfers
$$;
