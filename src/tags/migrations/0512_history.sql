-- How every tag was spread on each day of a full computation.
create table tags.history (
  day date not null,
  tag text not null,
  members bigint not null,
  total bigint not null,
  definition_hash text not null,
  -- of numbers: quartiles; the borders of up to ten bins with the members in each; and the members in the bins of the day
  -- before, so that two days are compared over the same bins
  quartiles numeric[],
  borders numeric[],
  own bigint[],
  against bigint[],
  primary key (tag, day)
);
create index history_by_day on tags.history (day);

-- Of named values: the commonest; what is beyond is the difference to the members with a value.
create table tags.history_value (
  day date not null,
  tag text not null,
  value text not null,
  members bigint not null,
  primary key (tag, day, value)
);
