-- Whoever runs the system, whoever gives rights and whoever judges both by the audit log are three people.

-- "lin+audit@tea.cn" is the mailbox of "lin@tea.cn"
create function access.mailbox(email text) returns text language sql immutable parallel safe
  as $$ select lower(regexp_replace(email, '\+[^@]*@', '@')) $$;
create unique index administrator_mailbox on access.person (access.mailbox(email))
  where role in ('system_admin', 'security_admin', 'audit_admin') and disabled_at is null;

-- an account that was one of the three does not become another: it would judge, or be judged for, its own acts
create function access.keep_duties_apart() returns trigger language plpgsql as $$
begin
  if old.role <> new.role and old.role in ('system_admin', 'security_admin', 'audit_admin')
    and new.role in ('system_admin', 'security_admin', 'audit_admin') then
    raise exception 'duties stay apart: % does not become %', old.role, new.role using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger keep_duties_apart before update of role on access.person
  for each row execute function access.keep_duties_apart();
