-- Of a mark made by a record of behaviour its kind: only the tags that read such rows are computed. Null: all of them.
alter table tags.dirty add column kind text;
-- Marks of the turn of a day (1) wait behind those of what happens now (0).
alter table tags.dirty add column lane smallint not null default 0;
alter table tags.dirty drop constraint dirty_pkey;
alter table tags.dirty add primary key (lane, dirty_id);
