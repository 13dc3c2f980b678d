create schema tiers;

-- A ladder as it was written down; a version is never changed. The newest activation is in force.
create table tiers.ladder (
  ladder text not null,
  version int not null,
  definition jsonb not null,
  origin text not null check (origin in ('shipped', 'console')),
  person_id bigint,
  created_at timestamptz not null,
  primary key (ladder, version)
);

create table tiers.activation (
  activation_id bigint generated always as identity primary key,
  ladder text not null,
  version int not null,
  person_id bigint,
  activated_at timestamptz not null,
  foreign key (ladder, version) references tiers.ladder
);

-- The one ladder that members stand on, and how far its evaluation has come.
create table tiers.state (
  singleton boolean primary key default true check (singleton),
  ladder text not null,
  version int not null,
  definition jsonb not null,
  -- Activity counts, so that records without a sale touch the ladder too.
  counts_activity boolean not null,
  -- The last business day whose turn is finished.
  day date,
  full_at timestamptz,
  -- Members that a full evaluation found other than stored; must be 0.
  difference bigint
);

-- The steps of the ladder in force, lowest first. Amounts are minor units, or points.
create table tiers.step (
  rank int primary key,
  tier text not null unique,
  -- The smallest amount that earns the tier; 0 for the lowest.
  entry_amount bigint not null,
  -- The smallest amount of a period that keeps the tier at its end.
  renewal_amount bigint not null
);

-- Where each member stands. The row of a member that was joined to another moves to tiers.kept until the join is undone.
create table tiers.standing (
  member_id bigint primary key,
  -- What is shown: the better of what was earned and what was granted.
  rank int not null,
  since_day date not null,
  earned_rank int not null,
  -- Last day of the period whose end decides about the earned tier; null for the lowest, which nobody loses.
  period_until date,
  grant_id bigint,
  -- Amount of the current window, of the period before it, and of the period that ends on period_until.
  qualifying bigint not null,
  previous bigint not null,
  closing bigint not null,
  -- Last day on which these amounts are right when nothing arrives.
  amount_until date not null,
  -- The member numbers whose standings this one combines; null: its own alone.
  combines bigint[],
  evaluated_at timestamptz not null
);
create index standing_rank on tiers.standing (rank);
create index standing_period on tiers.standing (period_until) where period_until is not null;
create index standing_amount on tiers.standing (amount_until);
create index standing_qualifying on tiers.standing (rank, qualifying);

-- What a member number had earned alone, before it was joined to others.
create table tiers.kept (
  member_id bigint primary key,
  into_member_id bigint not null,
  earned_rank int not null,
  since_day date not null,
  period_until date
);
create index kept_into on tiers.kept (into_member_id);

create table tiers.grant (
  grant_id bigint generated always as identity primary key,
  -- The number the member had; after a join it belongs to the joined member.
  member_id bigint not null,
  tier text not null,
  from_day date not null,
  until_day date not null check (until_day >= from_day),
  reason text not null,
  person_id bigint,
  granted_at timestamptz not null,
  -- 'in_force' at once; a second person's approval would let a grant wait as 'waiting'.
  state text not null check (state in ('waiting', 'in_force', 'ended')),
  ended_at timestamptz,
  ended_by bigint,
  end_reason text
);
create index grant_member on tiers.grant (member_id);
create index grant_until on tiers.grant (until_day) where state = 'in_force';

create table tiers.history (
  history_id bigint generated always as identity primary key,
  member_id bigint not null,
  ladder text not null,
  version int not null,
  -- Null: the member was placed for the first time.
  from_tier text,
  to_tier text not null,
  direction smallint not null check (direction in (-1, 0, 1)),
  -- The business day the change counts from, and the moment it was written.
  day date not null,
  at timestamptz not null,
  reason text not null,
  -- The amounts it was decided by.
  evidence jsonb not null
);
create index history_member on tiers.history (member_id, history_id);
create index history_day on tiers.history (day, direction);

-- Members or parties to be evaluated again soon.
create table tiers.dirty (
  dirty_id bigint generated always as identity primary key,
  member_id bigint,
  party_id bigint,
  since timestamptz not null,
  check ((member_id is null) <> (party_id is null))
);

-- The first day of the year that begins with someone's joining, in a calendar year; 29 February is kept on 1 March.
create function tiers.anniversary(joined date, year int) returns date language sql immutable
return case when extract(month from joined) = 2 and extract(day from joined) = 29
    and not (year % 4 = 0 and (year % 100 <> 0 or year % 400 = 0))
  then make_date(year, 3, 1)
  else make_date(year, extract(month from joined)::int, extract(day from joined)::int) end;

-- One row for every member, also for one that arrived a moment ago: it stands on the lowest step until it is evaluated.
create view catalogue.member_tier as
select m.member_id, s.ladder, p.tier, p.rank as tier_rank, coalesce(t.since_day, m.join_day) as since_day,
  case when t.rank > t.earned_rank then g.until_day else t.period_until end as valid_until,
  coalesce(t.qualifying, 0) as qualifying_minor, n.tier as next_tier,
  greatest(n.entry_amount - coalesce(t.qualifying, 0), 0) as to_next_minor,
  coalesce(t.rank > t.earned_rank, false) as is_manual,
  case when t.period_until is not null then greatest(e.renewal_amount - t.closing, 0) end as to_keep_minor
from catalogue.members m
cross join tiers.state s
left join tiers.standing t on t.member_id = m.member_id
join tiers.step p on p.rank = coalesce(t.rank, 0)
left join tiers.step n on n.rank = p.rank + 1
left join tiers.step e on e.rank = t.earned_rank
left join tiers.grant g on g.grant_id = t.grant_id;
