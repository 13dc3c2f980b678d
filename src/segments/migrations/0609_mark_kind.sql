-- Of a mark made by a record of behaviour its kind: it matters only to conditions that read such rows. Null: to all.
alter table segments.dirty add column kind text;
