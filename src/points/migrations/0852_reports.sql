-- Statements read a period of the ledger. Its rows lie in the order of their time, so that a page's first and last instant
-- are all an index needs: at 10 million transfers it has 60 KiB.
create index transfer_at on points.transfer using brin (at) with (pages_per_range = 32);

-- Points that somebody missed and claimed with the receipt: an order without a member that now has an owner. Once each.
create table points.claim (
  order_id bigint primary key,
  owner bigint not null,
  store_code text,
  person_id bigint,
  claimed_at timestamptz not null
);
create index claim_owner on points.claim (owner);
