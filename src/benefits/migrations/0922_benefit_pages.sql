-- A published version that was stopped: from this day on nobody is due it any more; what was due stays promised.
create table benefits.benefit_withdrawal (
  benefit text not null,
  version int not null,
  from_day date not null,
  reason text not null,
  withdrawn_by bigint,
  withdrawn_at timestamptz not null,
  primary key (benefit, version),
  foreign key (benefit, version) references benefits.benefit_version
);
create trigger benefit_withdrawal_kept before update or delete on benefits.benefit_withdrawal
  for each row execute function benefits.refuse_change();
