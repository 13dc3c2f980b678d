-- Whether the fact came with an import that can be taken back. Such facts are kept one by one; of what a live source
-- repeats only changes are. Of the facts from before this column nobody knows: they are left as they are.
alter table members.fact add column undoable boolean not null default true;
