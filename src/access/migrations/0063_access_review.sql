-- Reviews of who has access to what: a list as it was at an instant, judged line by line and signed off by a person.
create table access.review (
  review_id bigint generated always as identity primary key,
  made_by bigint not null references access.person,
  made_at timestamptz not null,
  signed_by bigint references access.person,
  signed_at timestamptz,
  check ((signed_by is null) = (signed_at is null))
);
-- one at a time
create unique index review_open on access.review ((true)) where signed_at is null;

create table access.review_line (
  review_id bigint not null references access.review,
  line int not null,
  person_id bigint references access.person,
  client_id bigint references access.client,
  -- roles, rows, times and flags as they were; ids and codes only
  facts jsonb not null,
  verdict text check (verdict in ('keep', 'change', 'remove')),
  reason text check (length(reason) between 2 and 300),
  judged_by bigint references access.person,
  judged_at timestamptz,
  primary key (review_id, line),
  check (num_nonnulls(person_id, client_id) = 1),
  check (num_nonnulls(verdict, judged_by, judged_at) in (0, 3)),
  -- what is to be changed or taken away says why
  check (verdict is null or verdict = 'keep' or reason is not null)
);

create function access.keep_review() returns trigger language plpgsql as $$
begin
  if exists (select 1 from access.review r where r.review_id = old.review_id and r.signed_at is not null) then
    raise exception 'review % is signed', old.review_id;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger review_line_kept before update or delete on access.review_line
  for each row execute function access.keep_review();
create function access.keep_signed() returns trigger language plpgsql as $$
begin
  if old.signed_at is not null then
    raise exception 'review % is signed', old.review_id;
  end if;
  if exists (select 1 from access.review_line l where l.review_id = new.review_id and l.verdict is null) and new.signed_at is not null then
    raise exception 'review % has lines without a verdict', new.review_id;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger review_kept before update or delete on access.review
  for each row execute function access.keep_signed();
