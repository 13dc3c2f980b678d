-- Members who are silent or about to be, with every sign that holds, the first one first; as counted in value.silence.
create table value.silent_member (
  member_id bigint primary key,
  stage text not null check (stage in ('soon', 'silent', 'lost')),
  reasons text[] not null
);
create index silent_member_stage on value.silent_member (stage, member_id);
