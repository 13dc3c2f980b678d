alter table benefits.reward add column state text not null default 'live' check (state in ('live', 'withdrawn'));
alter table benefits.reward add constraint reward_stock_most check (stock <= 100000000);

-- What is written and not in force; publishing makes it a version.
create table benefits.reward_draft (
  reward text primary key references benefits.reward,
  definition json not null,
  saved_by bigint,
  saved_at timestamptz not null
);

-- The account of a reward's stock: its rows add up to it. Units of orders move between held and given beside it; one that
-- came back and cannot be given again leaves by a row of its own.
create table benefits.stock_move (
  move_id bigint generated always as identity primary key,
  reward text not null references benefits.reward,
  kind text not null check (kind in ('added', 'taken', 'lost')),
  units int not null check (units <> 0),
  stock_after int not null check (stock_after >= 0),
  reason text not null,
  order_id bigint references benefits.reward_order,
  moved_by bigint,
  moved_at timestamptz not null,
  constraint move_kind check ((kind = 'added') = (units > 0)),
  constraint move_order check ((kind = 'lost') = (order_id is not null))
);
create index stock_move_reward on benefits.stock_move (reward, move_id desc);
create trigger stock_move_kept before update or delete on benefits.stock_move
  for each row execute function benefits.refuse_change();
insert into benefits.stock_move (reward, kind, units, stock_after, reason, moved_at)
  select reward, 'added', stock, stock, 'the stock before moves were kept', made_at from benefits.reward where stock > 0;

create index reward_order_reward on benefits.reward_order (reward, state);
create index reward_order_made on benefits.reward_order (made_at);
