-- Wrong second factors are counted apart from wrong passwords: a right password gives no fresh attempts at the factor.
alter table access.person
  add column factor_failures int not null default 0 check (factor_failures >= 0),
  add column factor_locked_until timestamptz;
