-- What a correction replaced, sealed under a key of its own: evidence of what was changed at the member's word (PIPL 46, Civil
-- Code 188), and how it can be taken back. The key is destroyed at its day, or with the member.
create table trust.correction (
  request_id bigint primary key references trust.rights_request,
  member_id bigint not null,
  field text not null,
  -- The fact in members.fact that holds the corrected value.
  record_id uuid not null,
  -- null: nothing stood there, or its time is over.
  before_sealed bytea,
  made_at timestamptz not null,
  undo_until timestamptz not null check (undo_until > made_at),
  keep_until date not null check (keep_until >= made_at::date + 3 * 365),
  undone_at timestamptz check (undone_at <= undo_until),
  undone_by bigint,
  undone_reason text check (length(undone_reason) >= 2),
  dropped_at timestamptz,
  check ((undone_at is null) = (undone_reason is null)),
  check (dropped_at is null or before_sealed is null)
);
create index correction_due on trust.correction (keep_until) where before_sealed is not null;
create index correction_member on trust.correction (member_id);
create trigger correction_stays before delete on trust.correction for each row execute function trust.kept();
