-- The audit log becomes a chain: numbered without gaps, each row bound to the one before it (docs/decisions/0009).
alter table access.audit rename to audit_before_chain;

create table access.audit (
  sequence bigint constraint audit_sequence primary key check (sequence > 0),
  at timestamptz not null,
  -- begun: written before an act starts; done: its outcome; read: before data is given; system: the platform's own
  phase text not null check (phase in ('begun', 'done', 'read', 'system')),
  person_id bigint,
  actor text not null,
  action text not null,
  method text not null,
  path text not null,
  -- ids and codes only, never personal data; json and not jsonb: the very text is hashed
  subject json not null,
  status int,
  succeeded boolean,
  request_id text not null,
  ip text,
  duration_ms int,
  previous_hash bytea not null check (octet_length(previous_hash) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  check ((phase = 'begun') = (succeeded is null))
);

-- Rows from before the chain enter it as they are, oldest first. The encoding is that of src/access/audit/entry.ts.
create function access.audit_field(value text) returns text language sql immutable
  return case when value is null then '-,' else octet_length(convert_to(value, 'UTF8')) || ':' || value || ',' end;

do $$
declare
  r record;
  number bigint := 0;
  last bytea := decode(repeat('00', 32), 'hex');
  own bytea;
begin
  for r in select * from access.audit_before_chain order by audit_id loop
    number := number + 1;
    own := sha256(convert_to(
      access.audit_field('huitou-audit-1') || access.audit_field(number::text) || access.audit_field(encode(last, 'hex'))
      || access.audit_field((extract(epoch from r.at) * 1000000)::bigint::text) || access.audit_field('done')
      || access.audit_field(r.person_id::text) || access.audit_field(r.actor) || access.audit_field(r.action)
      || access.audit_field(r.method) || access.audit_field(r.path) || access.audit_field(r.subject::text)
      || access.audit_field(r.status::text) || access.audit_field(case when r.succeeded then 't' else 'f' end)
      || access.audit_field(r.request_id) || access.audit_field(r.ip) || access.audit_field(r.duration_ms::text), 'UTF8'));
    insert into access.audit values (number, r.at, 'done', r.person_id, r.actor, r.action, r.method, r.path, r.subject::text::json,
      r.status, r.succeeded, r.request_id, r.ip, r.duration_ms, last, own);
    last := own;
  end loop;
end $$;
drop table access.audit_before_chain;
drop function access.audit_field(text);

create index audit_at on access.audit (at);
create index audit_of_person on access.audit (person_id, sequence desc);
create index audit_of_action on access.audit (action, sequence desc);
create index audit_of_request on access.audit (request_id);

-- Not even the owner's ordinary statements change a row. A cut takes rows older than 180 days by the database's own clock.
create function access.refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'audit' and current_setting('huitou.audit_cut', true) = 'on' then
    if old.at < now() - interval '180 days' then return old; end if;
  end if;
  raise exception 'the audit log can only be added to' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_rows_stay before update or delete on access.audit for each row execute function access.refuse_audit_change();
create trigger audit_table_stays before truncate on access.audit for each statement execute function access.refuse_audit_change();

-- Signed states of the chain, with what the receiver off the host answered.
create table access.audit_checkpoint (
  checkpoint_id bigint generated always as identity primary key,
  sequence bigint not null,
  checkpoint json not null,
  receipt json,
  made_at timestamptz not null
);
create index audit_checkpoint_order on access.audit_checkpoint (sequence);
create trigger checkpoints_stay before update or delete on access.audit_checkpoint for each row execute function access.refuse_audit_change();
create trigger checkpoint_table_stays before truncate on access.audit_checkpoint for each statement execute function access.refuse_audit_change();

-- Removes rows up to a sequence. The newest row of the chain must be the record of this very cut, in the caller's transaction.
create function access.cut_audit(to_sequence bigint) returns bigint language plpgsql security definer set search_path = pg_catalog as $$
declare
  newest record;
  removed bigint;
begin
  select a.action, a.phase, a.subject, a.sequence into newest from access.audit a order by a.sequence desc limit 1;
  if newest.action is distinct from 'audit.cut' or newest.phase <> 'system'
     or (newest.subject ->> 'to_sequence')::bigint is distinct from to_sequence or newest.sequence <= to_sequence then
    raise exception 'a cut of the audit log needs its record as the newest row';
  end if;
  perform set_config('huitou.audit_cut', 'on', true);
  delete from access.audit a where a.sequence <= to_sequence;
  get diagnostics removed = row_count;
  perform set_config('huitou.audit_cut', 'off', true);
  return removed;
end $$;
revoke all on function access.cut_audit(bigint) from public;
