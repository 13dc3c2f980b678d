-- Members who refuse profiling: they are no gap in the coverage of tags that judge people.
alter table tags.coverage add column abstained bigint not null default 0;
