/** Members with what the gate looks at, and nothing else: they take seconds where a world takes an hour. */
export const BARE_MEMBERS: readonly string[] = [
  `insert into members.party (party_id, anchor_kind, anchor_token, member_id, made_at)
   select n, 'card_no', 'T' || n, n, now() from generate_series(1, $1::int) n`,
  `insert into members.profile (member_id, joined_at, phone_verified, wechat_bound, wecom_friend, has_phone, has_email, has_openid,
     is_staff, is_test, is_wholesale, is_reseller, profile_filled, sources, changed_at)
   select n, now(), false, false, false, false, false, true, false, false, false, false, 0, 1, now() from generate_series(1, $1::int) n`,
  // one in ten has given no consent
  `insert into members.consent (party_id, purpose, medium, record_id, state, text_version, at, via)
   select n, 'marketing', 'mini_program', gen_random_uuid(), 'granted', 'v1', now() - interval '100 days', 'app'
   from generate_series(1, $1::int) n where n % 10 > 0`,
];

type Write = (text: string, values?: readonly unknown[]) => Promise<unknown>;

/** An approved template of the inbox by the name of "bench". */
export async function benchTemplate(write: Write, content: object): Promise<void> {
  await write(
    "insert into channels.template (template, channel, category, made_at) values ('bench', 'inbox', 'marketing', now())",
  );
  await write(
    `insert into channels.template_version (template, version, content, state, saved_at, state_at)
     values ('bench', 1, $1, 'approved', now(), now())`,
    [JSON.stringify(content)],
  );
}
