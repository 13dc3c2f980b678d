import type { Tx } from "../../store/index.ts";

/** What somebody said of a template of WeChat. */
export interface SubscriptionWord {
  readonly record_id: string;
  readonly address_token: string;
  readonly service_template: string;
  readonly party_id: number;
  readonly word: "accepted" | "refused" | "ended";
  readonly at: Date;
}

/**
 * Keeps words, each once, and what they leave: an acceptance is one message more, an end takes what was accepted before it
 * and not used.
 */
export async function takeWords(tx: Tx, words: readonly SubscriptionWord[], now: Date): Promise<void> {
  if (words.length === 0) return;
  await tx.query(
    `with fresh as (
       insert into channels.subscription_word (record_id, address_token, service_template, party_id, word, at)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[])
       on conflict (record_id) do nothing returning *
     ), gained as (
       select f.address_token, f.service_template, max(f.party_id) as party_id, count(*) filter (where f.word = 'accepted' and not exists (
           select from channels.subscription_word e where e.address_token = f.address_token and e.service_template = f.service_template
             and e.word = 'ended' and e.at >= f.at)) as more
       from fresh f group by 1, 2
     )
     insert into channels.subscription as s (address_token, service_template, party_id, accepted, changed_at)
     select address_token, service_template, party_id, more, $7 from gained order by 1, 2
     on conflict (address_token, service_template)
     do update set accepted = s.accepted + excluded.accepted, party_id = excluded.party_id, changed_at = excluded.changed_at`,
    [
      words.map((one) => one.record_id),
      words.map((one) => one.address_token),
      words.map((one) => one.service_template),
      words.map((one) => one.party_id),
      words.map((one) => one.word),
      words.map((one) => one.at),
      now,
    ],
  );
  await endWords(
    tx,
    words.filter(({ word }) => word === "ended"),
    now,
  );
}

/** Of what was left only what was accepted after the end stays. */
async function endWords(tx: Tx, ends: readonly SubscriptionWord[], now: Date): Promise<void> {
  if (ends.length === 0) return;
  await tx.query(
    `update channels.subscription s set changed_at = $4, accepted = s.spent + least(s.accepted - s.spent, (
       select count(*) from channels.subscription_word w where w.address_token = s.address_token
         and w.service_template = s.service_template and w.word = 'accepted' and w.at > e.at))
     from (select token, template, max(at) as at from unnest($1::text[], $2::text[], $3::timestamptz[]) as u (token, template, at) group by 1, 2) e
     where s.address_token = e.token and s.service_template = e.template`,
    [ends.map((one) => one.address_token), ends.map((one) => one.service_template), ends.map((one) => one.at), now],
  );
}

/** Takes back what records brought: what was used of it stays used. */
export async function takeBackWords(tx: Tx, record_ids: readonly string[], now: Date): Promise<void> {
  if (record_ids.length === 0) return;
  await tx.query(
    `with gone as (
       delete from channels.subscription_word where record_id = any($1::uuid[]) returning address_token, service_template, word),
     less as (select address_token, service_template, count(*) as n from gone where word = 'accepted' group by 1, 2)
     update channels.subscription s set accepted = greatest(s.spent, s.accepted - less.n), changed_at = $2 from less
     where s.address_token = less.address_token and s.service_template = less.service_template`,
    [record_ids, now],
  );
}

/** What a member has left for a template of the service, and at which address. */
export interface Left {
  readonly member_id: number;
  readonly service_template: string;
  readonly address_token: string;
  readonly left: number;
}

/** Held until the end of the transaction: who takes of it is the only one meanwhile. The address with most left comes first. */
export async function leftFor(
  tx: Tx,
  member_ids: readonly number[],
  service_templates: readonly string[],
): Promise<Left[]> {
  const rows = await tx.query<Left>(
    `select p.member_id, s.service_template, s.address_token, s.accepted - s.spent as "left"
     from channels.subscription s join catalogue.parties p using (party_id)
     where p.member_id = any($1::bigint[]) and s.service_template = any($2)
     order by s.address_token, s.service_template for update of s`,
    [member_ids, service_templates],
  );
  return rows.sort((a, b) => b.left - a.left);
}

/** Uses up; the constraint refuses what nobody agreed to, whatever was reckoned before. */
export async function spend(
  tx: Tx,
  spent: readonly { readonly address_token: string; readonly service_template: string; readonly amount: number }[],
): Promise<void> {
  if (spent.length === 0) return;
  await tx.query(
    `update channels.subscription s set spent = s.spent + w.amount
     from unnest($1::text[], $2::text[], $3::int[]) as w (token, template, amount)
     where s.address_token = w.token and s.service_template = w.template`,
    [spent.map((one) => one.address_token), spent.map((one) => one.service_template), spent.map((one) => one.amount)],
  );
}

/** Key of what a message took, in `pending.taken`. */
export const subscriptionKey = (address_token: string, service_template: string): string =>
  `subscription ${address_token} ${service_template}`;

const TAKEN = `select split_part(k, ' ', 2) as token, split_part(k, ' ', 3) as template, count(*)::int as n
  from channels.pending p cross join unnest(p.taken) k where p.message_id = any($1::bigint[]) and k like 'subscription %' group by 1, 2`;

/** What certainly did not go out gives its acceptance back. */
export async function giveBackSubscriptions(tx: Tx, message_ids: readonly number[]): Promise<void> {
  if (message_ids.length === 0) return;
  await tx.query(
    `with back as (${TAKEN})
     update channels.subscription s set spent = greatest(0, s.spent - back.n) from back
     where s.address_token = back.token and s.service_template = back.template`,
    [message_ids],
  );
}

/** WeChat itself says that nobody agrees: what was thought to be left is not there. */
export async function noneLeft(tx: Tx, message_ids: readonly number[], now: Date): Promise<void> {
  if (message_ids.length === 0) return;
  await tx.query(
    `with none as (${TAKEN})
     update channels.subscription s set accepted = s.spent, changed_at = $2 from none
     where s.address_token = none.token and s.service_template = none.template`,
    [message_ids, now],
  );
}

/** Of an erased member nothing stays. */
export async function forgetSubscriptions(tx: Tx, numbers: readonly number[]): Promise<void> {
  await tx.query("delete from channels.subscription_word where party_id = any($1::bigint[])", [numbers]);
  await tx.query("delete from channels.subscription where party_id = any($1::bigint[])", [numbers]);
}
