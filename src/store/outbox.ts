import type { Ground } from "../ground.ts";
import { startLoop, type Loop } from "../platform/timers.ts";
import { SYSTEM_SCOPE, type Tx } from "./store.ts";

export interface OutboxEvent<Payload = unknown> {
  readonly event_id: number;
  readonly type: string;
  readonly payload: Payload;
  /** By the ground's clock, so that it compares with everything else that the business did. */
  readonly emitted_at: Date;
}

/** Effects inside `tx` happen exactly once: the reader's place moves in the same transaction. */
export type OutboxHandler = (tx: Tx, ground: Ground, events: readonly OutboxEvent<never>[]) => Promise<void>;

export interface Subscription {
  /** The domain that listens. */
  readonly subscriber: string;
  readonly type: string;
  readonly handle: OutboxHandler;
}

const BATCH_MAX = 1_000;
const KEPT_DAYS = 7;

/** Tells later domains something, in the transaction in which it became true. */
export async function emit(tx: Tx, type: string, payloads: readonly unknown[]): Promise<void> {
  if (payloads.length === 0) return;
  await tx.query("insert into store.outbox (type, payload) select $1, value from jsonb_array_elements($2::jsonb)", [
    type,
    JSON.stringify(payloads),
  ]);
  await tx.query("select pg_notify('outbox', '')");
}

/**
 * One pass over the subscriptions that have something to hear: one statement tells which, where looking at each of them
 * in a transaction of its own took a tenth of a core under a stream of records.
 * @returns whether any of them may have more.
 */
export async function deliverOutbox(ground: Ground, subscriptions: readonly Subscription[]): Promise<boolean> {
  let more = false;
  const heard = await ground.store.read(SYSTEM_SCOPE, withoutNews);
  for (const subscription of subscriptions) {
    if (heard.has(nameOf(subscription))) continue;
    const count = await ground.store.write(SYSTEM_SCOPE, (tx) => deliverOne(tx, ground, subscription));
    more = more || count === BATCH_MAX;
  }
  return more;
}

const nameOf = ({ subscriber, type }: Pick<Subscription, "subscriber" | "type">) => `${subscriber} ${type}`;

/** Subscriptions that were begun and have passed all events that can be delivered now. */
async function withoutNews(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ subscriber: string; type: string }>(
    `select subscriber, type from store.outbox_cursor c where not exists (
       select from store.outbox o where o.type = c.type and (o.transaction_id, o.event_id) > (c.transaction_id, c.event_id)
         and o.transaction_id < pg_snapshot_xmin(pg_current_snapshot()))`,
  );
  return new Set(rows.map(nameOf));
}

async function deliverOne(tx: Tx, ground: Ground, { subscriber, type, handle }: Subscription): Promise<number> {
  await tx.query("insert into store.outbox_cursor (subscriber, type) values ($1, $2) on conflict do nothing", [
    subscriber,
    type,
  ]);
  const cursor = await tx.one<{ transaction_id: string; event_id: number }>(
    "select transaction_id::text, event_id from store.outbox_cursor where subscriber = $1 and type = $2 for update skip locked",
    [subscriber, type],
  );
  if (cursor === undefined) return 0;
  const events = await tx.query<OutboxEvent<never> & { transaction_id: string }>(
    `select event_id, transaction_id::text, type, payload, emitted_at from store.outbox
     where type = $1 and (transaction_id, event_id) > ($2::xid8, $3) and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
     order by transaction_id, event_id limit ${BATCH_MAX}`,
    [type, cursor.transaction_id, cursor.event_id],
  );
  const last = events.at(-1);
  if (last === undefined) return 0;
  await handle(tx, ground, inWorldTime(ground, events));
  await tx.query(
    "update store.outbox_cursor set transaction_id = $3::xid8, event_id = $4, moved_at = now() where subscriber = $1 and type = $2",
    [subscriber, type, last.transaction_id, last.event_id],
  );
  return events.length;
}

/** PostgreSQL stamps events by real time; a world that runs ahead of it counts from its own. */
function inWorldTime(ground: Ground, events: readonly OutboxEvent<never>[]): readonly OutboxEvent<never>[] {
  const { clock, wall } = ground;
  if (clock === wall) return events;
  const lead_ms = clock.now().getTime() - wall.now().getTime();
  return events.map((event) => ({ ...event, emitted_at: new Date(event.emitted_at.getTime() + lead_ms) }));
}

/** A look at what there is to deliver is one statement. */
const IDLE_MS = 100;

/** Delivers in the background. */
export async function startOutbox(ground: Ground, subscriptions: readonly Subscription[]): Promise<Loop> {
  return startLoop(() => deliverOutbox(ground, subscriptions), {
    idle_ms: IDLE_MS,
    onError: (error) =>
      ground.log.error({ error: error instanceof Error ? error.stack : String(error) }, "outbox delivery failed"),
  });
}

/** Forgets events that every subscriber has passed and that are older than a week. */
export async function sweepOutbox(tx: Tx, types: readonly string[], now: Date): Promise<number> {
  return tx.execute(
    `delete from store.outbox o where o.emitted_at < $2::timestamptz - interval '${KEPT_DAYS} days'
       and (not (o.type = any($1)) or not exists (select 1 from store.outbox_cursor c where c.type = o.type and (c.transaction_id, c.event_id) < (o.transaction_id, o.event_id)))`,
    [types, now],
  );
}
