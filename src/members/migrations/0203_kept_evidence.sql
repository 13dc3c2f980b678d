-- The part of a holding's times that rests on records which cannot be taken back: what remains when imports are undone.
alter table members.holding
  add column kept_first_at timestamptz,
  add column kept_last_at timestamptz,
  add column kept_stated_at timestamptz,
  add column kept_ended_at timestamptz;
update members.holding set kept_first_at = first_at, kept_last_at = last_at, kept_stated_at = stated_at, kept_ended_at = ended_at where lasting;
alter table members.holding drop column lasting;
