create schema tasks;

-- Whoever looks after members: known to source systems by a code; with an account, works on the associates' page.
create table tasks.associate (
  associate_id bigint generated always as identity primary key,
  code text not null unique check (length(code) between 1 and 64),
  name text check (length(name) between 1 and 60),
  store_code text,
  person_id bigint unique,
  made_at timestamptz not null,
  left_at timestamptz
);

-- All members and open tasks of one associate given to others in one act.
create table tasks.hand_over (
  hand_over_id bigint generated always as identity primary key,
  from_associate bigint not null references tasks.associate,
  to_associates bigint[] not null check (cardinality(to_associates) between 1 and 50),
  -- The associate has left with it; undone, they are back.
  leaves boolean not null,
  reason text not null check (length(reason) between 2 and 400),
  members int not null default 0 check (members >= 0),
  tasks int not null default 0 check (tasks >= 0),
  made_by bigint,
  made_at timestamptz not null,
  undone_by bigint,
  undone_at timestamptz,
  constraint hand_over_others check (not from_associate = any (to_associates))
);
create index hand_over_from on tasks.hand_over (from_associate, hand_over_id desc);

-- Who looks after a member, with whoever did before: one row at a time is open. After a join the newest open one counts.
create table tasks.assignment (
  assignment_id bigint generated always as identity primary key,
  member_id bigint not null,
  associate_id bigint not null references tasks.associate,
  since timestamptz not null,
  until timestamptz,
  -- record: a source system said so; hand_over: with all others; undone: back where it was.
  cause text not null check (cause in ('record', 'person', 'hand_over', 'undone')),
  record_id uuid,
  hand_over_id bigint references tasks.hand_over,
  made_by bigint,
  constraint assignment_record check ((cause = 'record') or record_id is null),
  constraint assignment_span check (until is null or until >= since)
);
create unique index assignment_now on tasks.assignment (member_id) where until is null;
create index assignment_of on tasks.assignment (associate_id, member_id) where until is null;
create index assignment_handed on tasks.assignment (hand_over_id) where hand_over_id is not null;

-- What source systems said last: the same said again every night undoes no hand-over.
create table tasks.said (
  member_id bigint primary key,
  code text not null,
  at timestamptz not null
);

-- Whoever sees the member sees who looks after them (0210).
create policy whole on tasks.assignment to huitou_app using (true) with check (true);
create policy own on tasks.assignment for select to huitou_scoped using (
  (select p.party_id from members.party p where p.party_id = assignment.member_id) is not null);
alter table tasks.assignment enable row level security;
create policy whole on tasks.said to huitou_app using (true) with check (true);
alter table tasks.said enable row level security;

-- Staff of a store are seen by whoever sees the store.
create policy whole on tasks.associate to huitou_app using (true) with check (true);
create policy own on tasks.associate for select to huitou_scoped using (
  store_code = any ((select string_to_array(current_setting('huitou.stores', true), ','))::text[]));
alter table tasks.associate enable row level security;
create policy whole on tasks.hand_over to huitou_app using (true) with check (true);
create policy own on tasks.hand_over for select to huitou_scoped using (
  (select s.associate_id from tasks.associate s where s.associate_id = hand_over.from_associate) is not null);
alter table tasks.hand_over enable row level security;

create view catalogue.member_associates with (security_invoker = true) as
select distinct on (p.member_id) p.member_id, a.associate_id, s.code, s.name, s.store_code, s.person_id, a.since
from tasks.assignment a join tasks.associate s using (associate_id) join catalogue.parties p on p.party_id = a.member_id
where a.until is null and s.left_at is null and p.member_id is not null
order by p.member_id, a.since desc, a.assignment_id desc;

-- An installation from before has the associates that its records named.
insert into tasks.associate (code, store_code, made_at)
select associate_code, mode() within group (order by home_store_code), now()
from catalogue.members where length(associate_code) between 1 and 64 group by associate_code;
insert into tasks.assignment (member_id, associate_id, since, cause)
select m.member_id, s.associate_id, now(), 'record'
from catalogue.members m join tasks.associate s on s.code = m.associate_code;
insert into tasks.said (member_id, code, at)
select member_id, associate_code, '-infinity' from catalogue.members where length(associate_code) between 1 and 64;
