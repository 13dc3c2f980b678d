-- Orders of the member list that 0200 lacked, newest and largest first; and the anonymous rest of the last-order list.
create index profile_orders on members.profile (orders, member_id);
create index profile_never_ordered on members.profile (member_id) where last_order_at is null;
create index profile_city on members.profile (city, joined_at, member_id);
