import type { Tx } from "../../store/index.ts";
import type { Channel } from "./request.ts";

/** What a service told by itself of a message, by its own number; real time. */
export interface ServiceWord {
  readonly service_id: string;
  readonly address_token: string;
  readonly service_template: string;
  readonly state: "delivered" | "failed";
  readonly code: string;
  readonly at: Date;
}

/** Keeps them until they are matched; what is told twice is one. */
export async function keepServiceWords(tx: Tx, channel: Channel, words: readonly ServiceWord[]): Promise<void> {
  if (words.length === 0) return;
  await tx.query(
    `insert into channels.service_word (channel, service_id, address_token, service_template, state, code, at)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) on conflict do nothing`,
    [
      channel,
      words.map((one) => one.service_id),
      words.map((one) => one.address_token),
      words.map((one) => one.service_template),
      words.map((one) => one.state),
      words.map((one) => one.code),
      words.map((one) => one.at),
    ],
  );
}

/** Words of messages that the service took, by the number that it gave them then. */
export function wordsOfTaken(
  tx: Tx,
  channel: Channel,
  message_ids: readonly number[],
): Promise<
  {
    readonly message_id: number;
    readonly state: "delivered" | "failed";
    readonly code: string;
    readonly at: Date;
  }[]
> {
  return tx.query(
    `select o.message_id, w.state, w.code, w.at from channels.outcome o
     join channels.service_word w on w.channel = $1 and w.service_id = o.service_id where o.message_id = any($2::bigint[])`,
    [channel, message_ids],
  );
}

/**
 * Words of messages whose answer was lost: told of this address and template after it was handed over, and of no other
 * message. Each message gets a word of its own.
 */
export async function matchLost(
  tx: Tx,
  channel: Channel,
  message_ids: readonly number[],
): Promise<ReadonlyMap<number, { readonly service_id: string }>> {
  const rows = await tx.query<{ message_id: number; service_id: string }>(
    `select p.message_id, w.service_id
     from channels.pending p join channels.message m using (message_id)
       join channels.template_version v on v.template = m.template and v.version = p.template_version
       join channels.service_word w on w.channel = $1 and w.address_token = p.address_token
         and w.service_template = v.content ->> 'service_template' and w.at >= date_trunc('second', p.handed_at)
     where p.message_id = any($2::bigint[]) and not exists (
       select from channels.message n join channels.outcome o using (message_id) where n.member_id = m.member_id and o.service_id = w.service_id)
       and not exists (
       select from channels.message n join channels.pending q using (message_id)
       where n.member_id = m.member_id and n.channel = $1 and n.message_id <> m.message_id and q.phase = 'sending')
     order by p.message_id, w.at`,
    [channel, message_ids],
  );
  const found = new Map<number, { readonly service_id: string }>();
  const used = new Set<string>();
  for (const { message_id, service_id } of rows) {
    if (found.has(message_id) || used.has(service_id)) continue;
    found.set(message_id, { service_id });
    used.add(service_id);
  }
  return found;
}

/** What nobody waits for any more. */
export function forgetServiceWords(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    `delete from channels.service_word where (channel, service_id) in (
       select channel, service_id from channels.service_word where at < $1 order by at limit $2)`,
    [before, limit],
  );
}
