import type { Tx } from "../../store/index.ts";
import type { Delivery } from "./carrier.ts";
import type { Channel } from "./request.ts";

/** Seconds between one asking for a receipt and the next; after the last, three days on, nobody expects one any more. */
const ASK_AGAIN_S = [60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400];

export interface ExpectedRow {
  readonly message_id: number;
  readonly address_token: string;
  readonly handed_at: Date;
}

/** Receipts to be asked for now; nobody else asks for them until their next time, at which they are asked for again. */
export function takeExpected(tx: Tx, channel: Channel, now: Date, limit: number): Promise<ExpectedRow[]> {
  return tx.query(
    `with due as materialized (
       select message_id from channels.receipt where channel = $1 and next_at <= $2
       order by next_at limit $3 for update skip locked)
     update channels.receipt r set tries = r.tries + 1,
       next_at = $2::timestamptz + make_interval(secs => ($4::int[])[least(r.tries + 1, ${ASK_AGAIN_S.length})])
     from due where r.message_id = due.message_id
     returning r.message_id, r.address_token, r.handed_at`,
    [channel, now, limit, ASK_AGAIN_S],
  );
}

/**
 * Keeps what services say of messages: the first word counts, whether it was asked for or came by itself. What is billed by
 * the service's own count is what it cost. @returns those of whom it was news
 */
export async function noteDeliveries(tx: Tx, deliveries: readonly Delivery[]): Promise<number[]> {
  if (deliveries.length === 0) return [];
  const rows = await tx.query<{ message_id: number }>(
    `with word as materialized (
       select distinct on (message_id) * from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::int[])
         as w (message_id, state, code, at, parts) order by message_id
     ), known as (delete from channels.receipt r using word w where r.message_id = w.message_id)
     update channels.outcome o set delivery = w.state, delivery_code = w.code, delivery_at = w.at,
       parts = coalesce(w.parts, o.parts),
       cost_minor = coalesce(o.cost_minor / nullif(o.parts, 0) * w.parts, o.cost_minor)
     from word w where o.message_id = w.message_id and o.state = 'accepted' and (o.delivery is null or o.delivery = 'silent')
     returning o.message_id`,
    [
      deliveries.map(({ message_id }) => message_id),
      deliveries.map(({ state }) => state),
      deliveries.map(({ code }) => code.slice(0, 60)),
      deliveries.map(({ at }) => at),
      deliveries.map(({ parts }) => parts),
    ],
  );
  return rows.map(({ message_id }) => message_id);
}

/** Of those who were asked for to the last and of whom no word came: none is expected any more. */
export async function endSilent(tx: Tx, channel: Channel, now: Date): Promise<number> {
  return tx.execute(
    `with gone as (
       delete from channels.receipt where channel = $1 and tries >= ${ASK_AGAIN_S.length} and next_at <= $2 returning message_id)
     update channels.outcome o set delivery = 'silent', delivery_at = $2 from gone
     where o.message_id = gone.message_id and o.delivery is null`,
    [channel, now],
  );
}

/** Whether these are still on their way: a receipt says that the service took them. */
export async function stillPending(tx: Tx, message_ids: readonly number[]): Promise<Set<number>> {
  const rows = await tx.query<{ message_id: number }>(
    `select message_id from channels.pending where message_id = any($1::bigint[]) and phase in ('sending', 'ask')`,
    [message_ids],
  );
  return new Set(rows.map(({ message_id }) => message_id));
}

/** Makes the secret part of the address at which a service tells us; one before it is no longer heard. */
export async function saveCallback(
  tx: Tx,
  channel: Channel,
  token_hash: Buffer,
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<void> {
  await tx.query(
    `insert into channels.callback (channel, token_hash, made_by, made_at) values ($1, $2, $3, $4)
     on conflict (channel) do update set token_hash = excluded.token_hash, made_by = excluded.made_by,
       made_at = excluded.made_at, heard_at = null`,
    [channel, token_hash, by.person_id, by.now],
  );
}

/** Notes that a service told us something. @returns the channel behind the secret; undefined where there is none */
export async function heardAt(tx: Tx, token_hash: Buffer, now: Date): Promise<Channel | undefined> {
  const row = await tx.one<{ channel: Channel }>(
    "update channels.callback set heard_at = $2 where token_hash = $1 returning channel",
    [token_hash, now],
  );
  return row?.channel;
}

/** When a service last told us something by itself. */
export async function lastHeard(tx: Tx, channel: Channel): Promise<Date | null> {
  const row = await tx.one<{ heard_at: Date | null }>("select heard_at from channels.callback where channel = $1", [
    channel,
  ]);
  return row?.heard_at ?? null;
}
