-- Tags of a member are seen by whoever sees the member (0210).
create policy whole on tags.current to huitou_app using (true) with check (true);
create policy own on tags.current for select to huitou_scoped using (
  (select f.member_id from members.profile f where f.member_id = current.member_id) is not null);
alter table tags.current enable row level security;
alter view catalogue.tag_values set (security_invoker = true);
alter view catalogue.member_tags set (security_invoker = true);
