-- What people answered to an SMS. One that withdraws is evidence: its words, its time, whose consent ended.
create table channels.sms_reply (
  reply_id bigint generated always as identity primary key,
  -- The service's own number for it: what is told twice is one reply.
  reply_key text not null unique check (length(reply_key) between 1 and 200),
  -- The vault's token of the number that answered.
  sender_token text not null,
  effect text not null check (effect in ('withdrawn', 'nobody', 'kept')),
  -- The word by which consent is withdrawn; null: another text, which may name somebody and is sealed.
  word text check (length(word) <= 20),
  text_sealed bytea,
  member_ids bigint[] not null default '{}',
  at timestamptz not null,
  heard_at timestamptz not null,
  constraint reply_word check ((word is null) = (effect = 'kept'))
);
create index sms_reply_members on channels.sms_reply using gin (member_ids);

-- Where the short links of a message lead. Kept here and not in the link: nobody can make one that leads elsewhere.
create table channels.link (
  message_id bigint not null,
  place smallint not null check (place between 0 and 9),
  target text not null check (length(target) <= 2000),
  expires_at timestamptz not null,
  first_clicked_at timestamptz,
  last_clicked_at timestamptz,
  clicks int not null default 0,
  -- Whether the first click is a record on the member's timeline.
  recorded boolean not null default false,
  primary key (message_id, place)
) with (fillfactor = 90);
create index link_to_record on channels.link (first_clicked_at) where first_clicked_at is not null and not recorded;
create index link_expiry on channels.link (expires_at);
