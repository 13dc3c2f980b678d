-- Why a version was made, as its author wrote it; versions from before have none.
alter table tags.lost_rule add column reason text check (length(reason) <= 200);
