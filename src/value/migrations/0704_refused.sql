-- Members who refuse profiling: in no layer, and counted beside them.
alter table value.rfm_run add column refused bigint not null default 0;
