-- A correction of one field waits once, like every other wish: who repeats a filing whose answer was lost files it once.
-- Requests from before are left as they are, however many of them wait.
do $$
begin
  execute format(
    'create unique index rights_request_correction on trust.rights_request (member_id, (wish ->> ''field''))
     where kind = ''correct'' and closed_at is null and request_id > %s',
    (select coalesce(max(request_id), 0) from trust.rights_request));
end $$;
