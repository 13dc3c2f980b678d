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
/** Names the advisory locks of transactions that are telling something. */
const EMITTING = 0x6f757462;
/** A lock's second number has 31 bits; the rest of an event's number is that of the newest one. */
const LOW_BITS = 0x7fff_ffff;

/**
 * Tells later domains something, in the transaction in which it became true. The transaction first holds the number of the
 * newest event there is: its own are higher, and until it has ended nobody is told of any higher one.
 */
export async function emit(tx: Tx, type: string, payloads: readonly unknown[]): Promise<void> {
  if (payloads.length === 0) return;
  await tx.query(
    `select pg_advisory_xact_lock_shared(${EMITTING}, (last_value & ${LOW_BITS})::int) from store.outbox_event_id_seq`,
  );
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
  const { until, heard } = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const until = await settledUntil(tx);
    return { until, heard: await withoutNews(tx, until) };
  });
  for (const subscription of subscriptions) {
    if (heard.has(nameOf(subscription))) continue;
    const count = await ground.store.write(SYSTEM_SCOPE, (tx) => deliverOne(tx, ground, subscription, until));
    more = more || count === BATCH_MAX;
  }
  return more;
}

const nameOf = ({ subscriber, type }: Pick<Subscription, "subscriber" | "type">) => `${subscriber} ${type}`;

/**
 * The newest event below which none can appear any more. In this order, each by a look of its own: the newest number there
 * is, then who is telling. Whoever is not seen has either ended, so that their events are there for the next statement, or
 * begins later, with numbers above the newest. Transactions that tell nothing hold nobody up, however long they take: by
 * the oldest running transaction one statement of 105 s stopped all freshness.
 */
async function settledUntil(tx: Tx): Promise<number> {
  const newest = (await tx.one<{ n: number }>("select last_value as n from store.outbox_event_id_seq"))?.n ?? 0;
  const held = await tx.query<{ low: number }>(
    `select objid::bigint as low from pg_locks where locktype = 'advisory' and classid = ${EMITTING} and objsubid = 2
       and database = (select oid from pg_database where datname = current_database())`,
  );
  const from = newest - (newest % (LOW_BITS + 1));
  const numbers = held.map(({ low }) => (from + low > newest ? from + low - (LOW_BITS + 1) : from + low));
  return Math.min(newest, ...numbers);
}

/** What a subscriber has not heard; before there were positions it had passed what its transaction says. */
const UNHEARD = "o.event_id > c.position and (o.transaction_id, o.event_id) > (c.transaction_id, c.event_id)";

/** Subscriptions that were begun and have passed all events that can be delivered now. */
async function withoutNews(tx: Tx, until: number): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ subscriber: string; type: string }>(
    `select subscriber, type from store.outbox_cursor c where not exists (
       select from store.outbox o where o.type = c.type and o.event_id <= $1 and ${UNHEARD})`,
    [until],
  );
  return new Set(rows.map(nameOf));
}

async function deliverOne(
  tx: Tx,
  ground: Ground,
  { subscriber, type, handle }: Subscription,
  until: number,
): Promise<number> {
  await tx.query("insert into store.outbox_cursor (subscriber, type) values ($1, $2) on conflict do nothing", [
    subscriber,
    type,
  ]);
  const cursor = await tx.one(
    "select 1 from store.outbox_cursor where subscriber = $1 and type = $2 for update skip locked",
    [subscriber, type],
  );
  if (cursor === undefined) return 0;
  const events = await tx.query<OutboxEvent<never>>(
    `select o.event_id, o.type, o.payload, o.emitted_at from store.outbox o join store.outbox_cursor c using (type)
     where c.subscriber = $1 and o.type = $2 and o.event_id <= $3 and ${UNHEARD} order by o.event_id limit ${BATCH_MAX}`,
    [subscriber, type, until],
  );
  const last = events.at(-1);
  if (last === undefined) return 0;
  await handle(tx, ground, inWorldTime(ground, events));
  await tx.query("update store.outbox_cursor set position = $3, moved_at = now() where subscriber = $1 and type = $2", [
    subscriber,
    type,
    last.event_id,
  ]);
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
       and (not (o.type = any($1)) or not exists (select 1 from store.outbox_cursor c where c.type = o.type and ${UNHEARD}))`,
    [types, now],
  );
}
