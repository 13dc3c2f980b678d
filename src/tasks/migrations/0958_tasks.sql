-- Something that staff are to do for a member by a day.
create table tasks.task (
  task_id bigint generated always as identity primary key,
  -- The effect it belongs to: the same again is the same task.
  key text not null unique check (length(key) between 1 and 200),
  source text not null check (source in ('journeys', 'person')),
  member_id bigint not null,
  -- Whose clerks see it.
  store_code text,
  -- Null: any clerk of the store.
  associate_id bigint references tasks.associate,
  text text not null check (length(text) between 1 and 400),
  due_day date not null,
  state text not null default 'open' check (state in ('open', 'done', 'dropped')),
  -- What came of it, or why it was dropped.
  result text check (length(result) between 1 and 400),
  made_by bigint,
  made_at timestamptz not null,
  ended_by bigint,
  ended_at timestamptz,
  -- From whom it came when it was handed over last.
  handed_from bigint references tasks.associate,
  hand_over_id bigint references tasks.hand_over,
  constraint task_someone check (associate_id is not null or store_code is not null),
  constraint task_ended check ((state = 'open') = (ended_at is null)),
  constraint task_dropped check (state <> 'dropped' or result is not null),
  constraint task_handed check ((handed_from is null) = (hand_over_id is null))
) with (fillfactor = 80);
create index task_of_associate on tasks.task (associate_id, due_day) where state = 'open';
create index task_of_store on tasks.task (store_code, due_day) where state = 'open';
create index task_listed on tasks.task (due_day, task_id);
create index task_of_member on tasks.task (member_id);
create index task_handed_over on tasks.task (hand_over_id) where hand_over_id is not null;

create policy whole on tasks.task to huitou_app using (true) with check (true);
create policy own on tasks.task for select to huitou_scoped using (
  store_code = any ((select string_to_array(current_setting('huitou.stores', true), ','))::text[]));
alter table tasks.task enable row level security;
