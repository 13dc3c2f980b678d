-- After how many days members of a category count as lost: every version with who made it and when; the largest is in force.
create table tags.lost_rule (
  version int primary key,
  -- [{category, lost_after_days}]
  rules json not null,
  person_id bigint,
  person_name text,
  made_at timestamptz not null
);
