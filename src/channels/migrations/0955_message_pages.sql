-- What people call a template; the key stays what requests name.
alter table channels.template add column name text not null default '' check (length(name) <= 60);

-- Who moved a version on, from where and why; a version itself says where it stands now.
create table channels.template_move (
  move_id bigint generated always as identity primary key,
  template text not null,
  version int not null,
  to_state text not null check (to_state in ('submitted', 'approved', 'rejected', 'retired')),
  reason text,
  moved_by bigint,
  moved_at timestamptz not null,
  foreign key (template, version) references channels.template_version on delete cascade
);
create index template_move_of on channels.template_move (template, version, move_id);

-- SMS signatures as the operators' service has them on file: without one nothing is approved. At most twenty.
create table channels.sms_sign (
  sign_name text primary key check (length(sign_name) between 1 and 24),
  place smallint not null unique check (place between 1 and 20),
  state text not null check (state in ('filing', 'filed', 'refused')),
  note text not null default '' check (length(note) <= 200),
  changed_by bigint,
  changed_at timestamptz not null
);
-- what was approved before shows that its signature is on file
insert into channels.sms_sign (sign_name, place, state, changed_at)
select sign_name, row_number() over (order by sign_name), 'filed', now() from (
  select distinct v.content ->> 'sign_name' as sign_name from channels.template_version v
  where v.state = 'approved' and v.content ->> 'kind' = 'sms' order by 1 limit 20) s;

-- Colleagues' own and test accounts, on which a template is tried. At most twenty.
create table channels.seed_member (
  member_id bigint primary key,
  place smallint not null unique check (place between 1 and 20),
  -- Whose own account it is; null: everybody tries on it.
  person_id bigint unique,
  note text not null default '' check (length(note) <= 60),
  added_by bigint,
  added_at timestamptz not null
);

-- Of a message that tries a template: which version. It goes to the seed list or nowhere.
alter table channels.message add column test_version int check (test_version >= 1);

-- Rows lie in the order of their time: a day's are found by the blocks they lie in, at next to no cost of writing.
create index message_requested on channels.message using brin (requested_at) with (pages_per_range = 32);
