-- States of the ledger's chain, signed by the host as those of the audit log are, with the receipt of whoever witnessed them
-- on another machine.
create table points.checkpoint (
  checkpoint_id bigint generated always as identity primary key,
  batch_id bigint not null,
  checkpoint jsonb not null,
  receipt jsonb,
  made_at timestamptz not null
);
create index checkpoint_batch on points.checkpoint (batch_id, checkpoint_id);
create trigger checkpoint_kept before update or delete or truncate on points.checkpoint
  for each statement execute function points.refuse_change();
