-- What was asked of other domains at a node, once for each; messages and points have keys of their own there.
create table journeys.effect (
  version_id int not null references journeys.version,
  run_id bigint not null references journeys.run on delete cascade,
  node smallint not null,
  step int not null,
  kind text not null check (kind ~ '^[a-z_]{1,20}$'),
  at timestamptz not null,
  primary key (run_id, step, node, version_id)
);

-- Whom an experiment showed what first: the variants of a split, or a journey and its hold-out.
create table journeys.exposure (
  experiment text not null check (length(experiment) between 1 and 80),
  member_id bigint not null,
  variant text not null check (length(variant) between 1 and 40),
  at timestamptz not null,
  journey text not null,
  version_id int not null references journeys.version,
  primary key (experiment, member_id)
);
create index exposure_of on journeys.exposure (member_id);

-- A dry run has effects of every kind of node.
alter table journeys.dry_effect drop constraint dry_effect_kind_check;
alter table journeys.dry_effect add constraint dry_effect_kind check (kind ~ '^[a-z_]{1,20}$');
