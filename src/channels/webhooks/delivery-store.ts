import { newUuid, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Told } from "./event-kinds.ts";

/**
 * When a message is tried again, after the attempt of that place: the table of Standard Webhooks. Behind the last one it
 * has failed.
 */
export const RETRY_AFTER_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;
export const ATTEMPTS_MAX = RETRY_AFTER_S.length + 1;
/** Messages are kept, and can be sent again, for so long. */
export const KEPT_DAYS = 30;

export interface ClaimedDelivery {
  readonly delivery_id: number;
  readonly attempts: number;
  readonly rounds: number;
  readonly webhook_id: string;
  readonly kind: string;
  readonly data: unknown;
  readonly occurred_at: Date;
}

const idOf = (now: Date) => `msg_${newUuid(now).replaceAll("-", "")}`;

/** Keeps messages and who is to hear each. @param only for this endpoint, whatever it has chosen @returns their deliveries */
export async function insertMessages(
  tx: Tx,
  told: readonly Told[],
  now: Date,
  only: number | null = null,
): Promise<number[]> {
  if (told.length === 0) return [];
  const rows = await tx.query<{ delivery_id: number }>(
    `with made as (
       insert into channels.webhook_message (webhook_id, kind, data, occurred_at, made_at)
       select webhook_id, kind, data, occurred_at, $2 from json_to_recordset($1::json) as m(webhook_id text, kind text, data json, occurred_at timestamptz)
       returning message_id, kind
     )
     insert into channels.webhook_delivery (endpoint_id, message_id, state, next_try_at)
     select e.endpoint_id, m.message_id, 'waiting', $2 from made m join channels.endpoint e
       on case when $3::bigint is null then m.kind = any(e.kinds) else e.endpoint_id = $3 end
     order by m.message_id, e.endpoint_id returning delivery_id`,
    [JSON.stringify(told.map((one) => ({ ...one, webhook_id: idOf(now) }))), now, only],
  );
  return rows.map(({ delivery_id }) => delivery_id);
}

/** Endpoints that are on and have something to send now. */
export async function endpointsDue(tx: Tx, now: Date): Promise<number[]> {
  const rows = await tx.query<{ endpoint_id: number }>(
    `select e.endpoint_id from channels.endpoint e where e.state = 'on' and exists (
       select from channels.webhook_delivery d where d.endpoint_id = e.endpoint_id and d.state in ('waiting', 'sending') and d.next_try_at <= $1)
     order by e.endpoint_id`,
    [now],
  );
  return rows.map(({ endpoint_id }) => endpoint_id);
}

/** Takes what is due, the oldest first; an attempt whose process died comes back when its lease has ended. */
export function claimDeliveries(
  tx: Tx,
  endpoint_id: number,
  {
    now,
    lease_ms,
    limit,
    only,
  }: { readonly now: Date; readonly lease_ms: number; readonly limit: number; readonly only?: number },
): Promise<ClaimedDelivery[]> {
  return tx.query(
    `with due as (
       select d.delivery_id from channels.webhook_delivery d join channels.endpoint e using (endpoint_id)
       where d.endpoint_id = $1 and e.state = 'on' and d.state in ('waiting', 'sending') and d.next_try_at <= $2
         and ($5::bigint is null or d.delivery_id = $5)
       order by d.next_try_at, d.delivery_id limit $4 for update of d skip locked
     ), taken as (
       update channels.webhook_delivery d set state = 'sending', next_try_at = $3,
         attempts = least(d.attempts + 1, ${ATTEMPTS_MAX}) from due where d.delivery_id = due.delivery_id
       returning d.delivery_id, d.message_id, d.attempts, d.rounds
     )
     select t.delivery_id, t.attempts, t.rounds, m.webhook_id, m.kind, m.data, m.occurred_at
     from taken t join channels.webhook_message m using (message_id) order by t.delivery_id`,
    [endpoint_id, now, new Date(now.getTime() + lease_ms), limit, only ?? null],
  );
}

export type Outcome = "arrived" | "gone" | "refused" | "redirected" | "no_answer" | "not_sent" | "address";

export interface Attempt {
  readonly at: Date;
  readonly status: number | null;
  readonly outcome: Outcome;
  readonly latency_ms: number;
  readonly answer_bytes: number;
}

/** Writes an attempt down and settles its delivery. @returns whether it was the last one allowed */
export async function settleAttempt(tx: Tx, one: ClaimedDelivery, attempt: Attempt, now: Date): Promise<boolean> {
  await tx.query(
    `insert into channels.webhook_attempt (delivery_id, round, attempt, at, status, outcome, latency_ms, answer_bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      one.delivery_id,
      one.rounds,
      one.attempts,
      attempt.at,
      attempt.status,
      attempt.outcome,
      attempt.latency_ms,
      attempt.answer_bytes,
    ],
  );
  const arrived = attempt.outcome === "arrived";
  const wait_s = RETRY_AFTER_S[one.attempts - 1];
  const state = arrived ? "delivered" : wait_s === undefined ? "failed" : "waiting";
  await tx.query(
    `update channels.webhook_delivery set state = $2, next_try_at = $3, ended_at = $4
     where delivery_id = $1 and rounds = $5 and state <> 'delivered'`,
    [
      one.delivery_id,
      state,
      new Date(now.getTime() + (wait_s ?? 0) * 1000),
      state === "waiting" ? null : now,
      one.rounds,
    ],
  );
  return state === "failed";
}

export interface ListedDelivery {
  readonly delivery_id: number;
  readonly webhook_id: string;
  readonly kind: string;
  readonly state: "waiting" | "sending" | "delivered" | "failed";
  readonly attempts: number;
  readonly rounds: number;
  readonly next_try_at: Date;
  readonly ended_at: Date | null;
  readonly occurred_at: Date;
  readonly made_at: Date;
  readonly last_status: number | null;
  readonly last_outcome: Outcome | null;
  readonly last_latency_ms: number | null;
}

export interface DeliveryFilter {
  readonly state?: string | undefined;
  readonly kind?: string | undefined;
  readonly cursor?: number | undefined;
  readonly limit: number;
}

/** The newest first. */
export function listDeliveries(tx: Tx, endpoint_id: number, filter: DeliveryFilter): Promise<ListedDelivery[]> {
  return tx.query(
    `select d.delivery_id, m.webhook_id, m.kind, d.state, d.attempts, d.rounds, d.next_try_at, d.ended_at, m.occurred_at, m.made_at,
       a.status as last_status, a.outcome as last_outcome, a.latency_ms as last_latency_ms
     from channels.webhook_delivery d join channels.webhook_message m using (message_id)
       left join lateral (select status, outcome, latency_ms from channels.webhook_attempt a where a.delivery_id = d.delivery_id
         order by attempt_id desc limit 1) a on true
     where d.endpoint_id = $1 and ($2::text is null or d.state = $2) and ($3::text is null or m.kind = $3)
       and ($4::bigint is null or d.delivery_id < $4) order by d.delivery_id desc limit $5`,
    [endpoint_id, filter.state ?? null, filter.kind ?? null, filter.cursor ?? null, filter.limit],
  );
}

export interface LoggedAttempt extends Attempt {
  readonly round: number;
  readonly attempt: number;
}

/** One delivery with what was sent and each attempt. @throws channels.delivery_unknown */
export async function deliveryById(
  tx: Tx,
  endpoint_id: number,
  delivery_id: number,
): Promise<{
  readonly webhook_id: string;
  readonly kind: string;
  readonly data: unknown;
  readonly occurred_at: Date;
  readonly attempts: LoggedAttempt[];
}> {
  const row = await tx.one<{ webhook_id: string; kind: string; data: unknown; occurred_at: Date }>(
    `select m.webhook_id, m.kind, m.data, m.occurred_at from channels.webhook_delivery d join channels.webhook_message m using (message_id)
     where d.endpoint_id = $1 and d.delivery_id = $2`,
    [endpoint_id, delivery_id],
  );
  if (row === undefined) throw problem("channels.delivery_unknown", { endpoint_id, delivery_id });
  const attempts = await tx.query<LoggedAttempt>(
    `select round, attempt, at, status, outcome, latency_ms, answer_bytes from channels.webhook_attempt
     where delivery_id = $1 order by attempt_id`,
    [delivery_id],
  );
  return { ...row, attempts };
}

/** Sends one again from the first attempt on, under its own number. @returns whether there is such a delivery */
export async function replayOne(tx: Tx, endpoint_id: number, delivery_id: number, now: Date): Promise<boolean> {
  const count = await tx.execute(
    `update channels.webhook_delivery set state = 'waiting', attempts = 0, rounds = rounds + 1, next_try_at = $3, ended_at = null
     where endpoint_id = $1 and delivery_id = $2`,
    [endpoint_id, delivery_id, now],
  );
  return count > 0;
}

export interface Period {
  readonly from: Date;
  readonly to: Date;
  /** Only those that did not arrive. */
  readonly failed_only: boolean;
}

/**
 * Sends a period again, by when things happened; with it goes what was told to others before this endpoint wanted it.
 * @returns how many
 */
export async function replayPeriod(
  tx: Tx,
  endpoint_id: number,
  { from, to, failed_only }: Period,
  now: Date,
): Promise<number> {
  const again = await tx.execute(
    `update channels.webhook_delivery d set state = 'waiting', attempts = 0, rounds = rounds + 1, next_try_at = $4, ended_at = null
     from channels.webhook_message m where m.message_id = d.message_id and d.endpoint_id = $1 and m.occurred_at >= $2 and m.occurred_at < $3
       and d.state in ('delivered', 'failed') and (not $5 or d.state = 'failed')`,
    [endpoint_id, from, to, now, failed_only],
  );
  const missed = await tx.execute(
    `insert into channels.webhook_delivery (endpoint_id, message_id, state, next_try_at)
     select e.endpoint_id, m.message_id, 'waiting', $4 from channels.webhook_message m join channels.endpoint e on m.kind = any(e.kinds)
     where e.endpoint_id = $1 and m.occurred_at >= $2 and m.occurred_at < $3 order by m.message_id
     on conflict (endpoint_id, message_id) do nothing`,
    [endpoint_id, from, to, now],
  );
  return again + missed;
}

/** @returns how many messages were forgotten */
export async function forgetMessages(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    `delete from channels.webhook_message where message_id in (
       select message_id from channels.webhook_message where made_at < $1 order by made_at limit $2)`,
    [before, limit],
  );
}

/** Moves a feed's place on. @returns where it stood; undefined: somebody else is reading it */
export async function takeCursor(tx: Tx, feed: string): Promise<number | undefined> {
  await tx.query("insert into channels.webhook_cursor values ($1, -1) on conflict do nothing", [feed]);
  const row = await tx.one<{ position: number }>(
    "select position from channels.webhook_cursor where feed = $1 for update skip locked",
    [feed],
  );
  return row?.position;
}

export async function moveCursor(tx: Tx, feed: string, position: number): Promise<void> {
  await tx.query("update channels.webhook_cursor set position = $2 where feed = $1", [feed, position]);
}
