-- The full computation and the copies of all tags in the engines' memory compare and follow values without reading them.
create sequence tags.version;

-- digest: of the values as one text, which the lake's engine makes of what it computed. version: grows with every change,
-- and in the order of the commits, because whoever writes holds the right to compute.
alter table tags.current
  add column digest uuid not null generated always as (md5(value::text)::uuid) stored,
  add column version bigint not null default nextval('tags.version');
create index current_version on tags.current (version);

-- Whose values were taken away, for copies that still hold them. A member who came back stays here.
create table tags.gone (
  member_id bigint primary key,
  version bigint not null
);
create index gone_version on tags.gone (version);

create function tags.note_gone() returns trigger language plpgsql as $$
begin
  insert into tags.gone (member_id, version)
  select member_id, nextval('tags.version') from removed order by member_id
  on conflict (member_id) do update set version = excluded.version;
  return null;
end $$;
create trigger note_gone after delete on tags.current referencing old table as removed
  for each statement execute function tags.note_gone();

-- Which members were computed from the records, and when: what the lake says of them is older.
create table tags.round (
  round_id bigint generated always as identity primary key,
  member_ids bigint[] not null,
  at timestamptz not null
);
-- From when on every round is noted; null: from the first.
alter table tags.state add column rounds_from timestamptz;
update tags.state set rounds_from = now() where exists (select 1 from tags.current);
