-- The permission matrix. Version 0 is the one that is shipped, in the code; each change is a version of its own, made by
-- one person and put into force by another. One version is in force.
create table access.matrix_version (
  version int generated always as identity primary key,
  state text not null check (state in ('draft', 'submitted', 'active', 'superseded', 'rejected')),
  based_on int not null,
  author_id bigint not null references access.person,
  -- everybody who put a cell into it, the author included
  editors bigint[] not null,
  reason text not null,
  made_at timestamptz not null,
  submitted_at timestamptz,
  -- over all cells and scopes in one order, from submission on
  hash text,
  approver_id bigint references access.person,
  decided_at timestamptz,
  decision_reason text,
  superseded_at timestamptz,
  -- there was nobody else who could have approved it
  alone boolean not null default false,
  check (state in ('draft') or submitted_at is not null),
  check (state in ('draft', 'submitted') or decided_at is not null),
  check (state not in ('active', 'superseded') or alone or approver_id <> all (editors))
);
create unique index matrix_version_active on access.matrix_version ((true)) where state = 'active';
create unique index matrix_version_open on access.matrix_version ((true)) where state in ('draft', 'submitted');

create table access.matrix_cell (
  version int not null references access.matrix_version on delete cascade,
  role text not null,
  permission text not null,
  level text not null check (level in ('L1', 'L2', 'L3', 'L4')),
  outcome text not null check (outcome in ('allow', 'mask', 'step_up', 'approve', 'deny')),
  primary key (version, role, permission, level)
);

create table access.matrix_scope (
  version int not null references access.matrix_version on delete cascade,
  role text not null,
  domain text not null,
  scope text not null check (scope in ('all', 'own', 'assigned', 'none')),
  primary key (version, role, domain)
);

-- What was submitted is what is approved: no cell of a version moves after its draft.
create function access.matrix_still_draft() returns trigger language plpgsql as $$
declare
  touched int := case when tg_op = 'DELETE' then old.version else new.version end;
begin
  if not exists (select 1 from access.matrix_version v where v.version = touched and v.state = 'draft')
    and exists (select 1 from access.matrix_version v where v.version = touched) then
    raise exception 'version % of the permission matrix is no draft any more', touched;
  end if;
  return coalesce(new, old);
end $$;
create trigger matrix_cell_draft before insert or update or delete on access.matrix_cell
  for each row execute function access.matrix_still_draft();
create trigger matrix_scope_draft before insert or update or delete on access.matrix_scope
  for each row execute function access.matrix_still_draft();
