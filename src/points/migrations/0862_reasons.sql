-- Why somebody gave or took points by hand, in their words, as the member's history shows it; and until when points live that
-- were given so, because a request that is sent again on another day is still the same request.
create table points.reason (
  reference text primary key,
  reason text not null,
  last_day date,
  person_id bigint,
  at timestamptz not null
);
