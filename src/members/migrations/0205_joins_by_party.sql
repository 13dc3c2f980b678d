-- A member's page shows joins taken back as well: indexes over all joins instead of the standing ones. Without them a
-- page of one member read the whole log: 16 ms at 150,000 members, 150 ms at a million.
create index join_party_a on members.join_log (party_a);
create index join_party_b on members.join_log (party_b);
drop index members.join_standing_a;
drop index members.join_standing_b;
