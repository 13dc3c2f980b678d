-- Acts that wait for a colleague (docs/decisions/0010): asked for, decided by a second person, done once.
create table access.approval (
  approval_id bigint generated always as identity primary key,
  permission text not null,
  level text not null check (level in ('L1', 'L2', 'L3', 'L4')),
  -- "POST /api/segments/exports", as it is declared
  route text not null,
  -- over the whole request and what it only names: one byte more is another act
  payload_hash bytea not null check (octet_length(payload_hash) = 32),
  -- the request itself, so that it can be done later; gone when it is over
  payload_sealed bytea,
  -- what happens, as the one who asks and the one who decides read it; ids and counts, never personal data
  words_zh text not null check (length(words_zh) between 2 and 1000),
  words_en text not null check (length(words_en) between 2 and 1000),
  -- stores whose rows it is about; null: all
  stores text[],
  requester_id bigint not null references access.person,
  reason text not null check (length(reason) between 2 and 1000),
  asked_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > asked_at),
  decision text check (decision in ('approved', 'refused', 'withdrawn', 'expired')),
  approver_id bigint references access.person,
  decided_at timestamptz,
  comment text check (length(comment) <= 400),
  -- there was nobody else who could have decided
  alone boolean not null default false,
  executed_at timestamptz,
  -- ids of what came of it
  outcome jsonb,
  check ((decision is null) = (decided_at is null)),
  check ((coalesce(decision, '') in ('approved', 'refused')) = (approver_id is not null)),
  check (alone or approver_id is distinct from requester_id),
  check (executed_at is null or (coalesce(decision, '') = 'approved' and executed_at >= decided_at and executed_at <= expires_at))
);
create unique index approval_waiting on access.approval (requester_id, payload_hash) where decision is null;
create index approval_of on access.approval (requester_id, approval_id desc);
create index approval_open on access.approval (expires_at) where decision is null;

-- What was asked stays what it was; a decision and an execution happen once.
create function access.approval_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then raise exception 'approvals are kept'; end if;
  if (new.permission, new.level, new.route, new.payload_hash, new.words_zh, new.words_en, new.stores, new.requester_id, new.reason,
      new.asked_at) is distinct from (old.permission, old.level, old.route, old.payload_hash, old.words_zh, old.words_en, old.stores,
      old.requester_id, old.reason, old.asked_at)
    or (new.payload_sealed is not null and new.payload_sealed is distinct from old.payload_sealed) then
    raise exception 'approval % is about something else now', old.approval_id;
  end if;
  if old.decision is not null and (new.decision, new.approver_id, new.decided_at, new.comment, new.alone, new.expires_at)
      is distinct from (old.decision, old.approver_id, old.decided_at, old.comment, old.alone, old.expires_at) then
    raise exception 'approval % is decided', old.approval_id;
  end if;
  if old.executed_at is not null and (new.executed_at, new.outcome) is distinct from (old.executed_at, old.outcome) then
    raise exception 'approval % is done', old.approval_id;
  end if;
  return new;
end $$;
create trigger approval_stays before update or delete on access.approval for each row execute function access.approval_stays();
