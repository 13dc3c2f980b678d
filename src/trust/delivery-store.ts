import { activeStaff } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { listChannels } from "./channel-store.ts";
import type { IncidentRow } from "./incident-store.ts";

export interface DeliveryRow {
  readonly delivery_id: number;
  readonly incident_id: number;
  readonly step: string;
  readonly channel_id: number;
  readonly state: "waiting" | "sending" | "sent" | "failed";
  readonly attempts: number;
  readonly uncertain: boolean;
  readonly made_at: Date;
  readonly sent_at: Date | null;
  readonly result: string | null;
}

const COLUMNS = "delivery_id, incident_id, step, channel_id, state, attempts, uncertain, made_at, sent_at, result";

/** So many incidents are told in one go; the others wait for the next. */
export const CLAIM_MAX = 40;
/** An attempt that has not ended by then is taken for one whose process died. */
export const LEASE_MS = 60_000;
export const ATTEMPTS_MAX = 10;
const BACKOFF_MS = [15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 900_000];

/** That an incident's step is to be told on every channel that wants it; once each. @returns how many channels */
export async function planDeliveries(
  tx: Tx,
  ground: Ground,
  incident: Pick<IncidentRow, "incident_id" | "level">,
  step: string,
): Promise<number> {
  const now = ground.wall.now();
  // before anybody was set up there is nobody to write to
  const nobody = (await activeStaff(tx)).length === 0;
  const wanted = (await listChannels(tx)).filter(
    ({ enabled, level_min, kind }) =>
      enabled && (level_min === "warn" || incident.level === "alarm") && !(nobody && kind === "mail"),
  );
  await tx.query(
    `insert into trust.delivery (incident_id, step, channel_id, state, next_try_at, made_at)
     select $1, $2, id, 'waiting', $3, $3 from unnest($4::bigint[]) id on conflict (incident_id, step, channel_id) do nothing`,
    [incident.incident_id, step, now, wanted.map(({ channel_id }) => channel_id)],
  );
  return wanted.length;
}

/** Takes what a channel is due to send; what a dead process was sending comes back as uncertain. */
export function claimDeliveries(tx: Tx, channel_id: number, now: Date): Promise<DeliveryRow[]> {
  return tx.query(
    `with due as (
       select delivery_id, state = 'sending' as broken_off from trust.delivery
       where channel_id = $1 and state in ('waiting', 'sending') and next_try_at <= $2
       order by delivery_id limit ${CLAIM_MAX} for update skip locked)
     update trust.delivery d set state = 'sending', attempts = attempts + 1, uncertain = uncertain or broken_off, next_try_at = $3
     from due where d.delivery_id = due.delivery_id
     returning ${COLUMNS.split(", ")
       .map((name) => `d.${name}`)
       .join(", ")}`,
    [channel_id, now, new Date(now.getTime() + LEASE_MS)],
  );
}

export async function markSent(tx: Tx, delivery_ids: readonly number[], now: Date, result: string): Promise<void> {
  await tx.query("update trust.delivery set state = 'sent', sent_at = $2, result = $3 where delivery_id = any($1)", [
    delivery_ids,
    now,
    result.slice(0, 300),
  ]);
  await tx.query(
    `update trust.proof p set delivered_at = coalesce(p.delivered_at, $2) from trust.delivery d
     where d.delivery_id = any($1) and d.incident_id = p.incident_id`,
    [delivery_ids, now],
  );
}

/** Puts back what did not go out: for a later try, or for good after too many. */
export async function putBack(
  tx: Tx,
  rows: readonly DeliveryRow[],
  outcome: { readonly now: Date; readonly result: string; readonly uncertain: boolean; readonly final: boolean },
): Promise<void> {
  for (const row of rows) {
    const over = outcome.final || row.attempts >= ATTEMPTS_MAX;
    const wait_ms = BACKOFF_MS[Math.min(row.attempts, BACKOFF_MS.length) - 1] ?? 0;
    await tx.query(
      `update trust.delivery set state = $2, next_try_at = $3, uncertain = uncertain or $4, result = $5 where delivery_id = $1`,
      [
        row.delivery_id,
        over ? "failed" : "waiting",
        new Date(outcome.now.getTime() + wait_ms),
        outcome.uncertain,
        outcome.result.slice(0, 300),
      ],
    );
  }
}

/** As if it had not been taken: the channel has no room for it now. */
export async function giveBack(tx: Tx, rows: readonly DeliveryRow[], at: Date): Promise<void> {
  await tx.query(
    "update trust.delivery set state = 'waiting', attempts = attempts - 1, next_try_at = $2 where delivery_id = any($1)",
    [rows.map(({ delivery_id }) => delivery_id), at],
  );
}

export function deliveriesOf(tx: Tx, incident_id: number): Promise<(DeliveryRow & { name: string; kind: string })[]> {
  return tx.query(
    `select ${COLUMNS.split(", ")
      .map((name) => `d.${name}`)
      .join(", ")}, c.name, c.kind from trust.delivery d join trust.channel c using (channel_id)
     where d.incident_id = $1 order by d.delivery_id`,
    [incident_id],
  );
}

/** Channels that have something to send now. */
export async function channelsDue(tx: Tx, now: Date): Promise<number[]> {
  const rows = await tx.query<{ channel_id: number }>(
    `select distinct d.channel_id from trust.delivery d join trust.channel c using (channel_id)
     where d.state in ('waiting', 'sending') and d.next_try_at <= $1 and c.enabled and (c.paused_until is null or c.paused_until <= $1)
     order by d.channel_id`,
    [now],
  );
  return rows.map((row) => row.channel_id);
}
