-- Membership is seen by whoever sees the member (0210).
create policy whole on segments.member to huitou_app using (true) with check (true);
create policy own on segments.member for select to huitou_scoped using (
  (select f.member_id from members.profile f where f.member_id = member.member_id) is not null);
alter table segments.member enable row level security;
alter view catalogue.segment_members set (security_invoker = true);
