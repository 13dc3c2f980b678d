-- Rights by row as a backstop: whoever sees a part of the stores reads as huitou_scoped, and sees the members of those stores
-- and those found just now by an exact phone or code. The platform's own work is planned as if there were no policy: a
-- policy that is simply true costs nothing, where a condition would keep functions that may leak from their indexes.
create policy whole on members.profile to huitou_app using (true) with check (true);
create policy own on members.profile for select to huitou_scoped using (
  home_store_code = any ((select string_to_array(current_setting('huitou.stores', true), ','))::text[])
  or member_id = any ((select string_to_array(nullif(current_setting('huitou.found', true), ''), ','))::bigint[]));
alter table members.profile enable row level security;

create policy whole on members.party to huitou_app using (true) with check (true);
-- A scalar look-up: it cannot be turned into a table of all members.
create policy own on members.party for select to huitou_scoped using (
  (select f.member_id from members.profile f where f.member_id = party.member_id) is not null);
alter table members.party enable row level security;

-- The timeline has none: PostgreSQL refuses COPY into a table with policies, and that is how it is written. It is read by the
-- parties of a member who was looked up here.
do $$
declare
  name text;
begin
  foreach name in array array['holding', 'fact', 'consent', 'search_key', 'evidence'] loop
    execute format('create policy whole on members.%I to huitou_app using (true) with check (true)', name);
    execute format('create policy own on members.%1$I for select to huitou_scoped using (
      (select p.party_id from members.party p where p.party_id = %1$I.party_id) is not null)', name);
    execute format('alter table members.%I enable row level security', name);
  end loop;
end $$;

-- Views read with the rights of whoever asks; those over the timeline stay as they are, because their days and extras are
-- found by indexes over functions, and who reads them names the members that they are about.
alter view catalogue.members set (security_invoker = true);
alter view catalogue.consents set (security_invoker = true);
