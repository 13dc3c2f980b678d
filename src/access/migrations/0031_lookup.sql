-- Exact phones and codes that somebody with own stores looked up outside of them: who was found, or null for nobody.
create table access.lookup (
  lookup_id bigint generated always as identity primary key,
  person_id bigint not null references access.person,
  member_id bigint,
  at timestamptz not null
);
create index lookup_person on access.lookup (person_id, at desc);
