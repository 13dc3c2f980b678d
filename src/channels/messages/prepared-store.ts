import type { Tx } from "../../store/index.ts";
import type { Channel } from "./request.ts";

/** When the service is asked first whether somebody has sent it. */
export const CONFIRM_AFTER_MS = 60_000;

/** The service has it; somebody has yet to send it. */
export async function putToPrepared(
  tx: Tx,
  rows: readonly { readonly message_id: number; readonly service_id: string }[],
  ask_at: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `update channels.pending p set phase = 'prepared', service_id = w.service_id, due_at = $3
     from unnest($1::bigint[], $2::text[]) as w (message_id, service_id)
     where p.message_id = w.message_id and p.phase in ('sending', 'ask')`,
    [rows.map(({ message_id }) => message_id), rows.map(({ service_id }) => service_id), ask_at],
  );
}

export interface PreparedRow {
  readonly message_id: number;
  readonly attempts: number;
  readonly address_token: string | null;
  readonly handed_at: Date | null;
  readonly service_id: string;
}

/**
 * What is prepared and to be asked for now; nobody else asks for it until its next time: the longer it waits, the more
 * seldom, once an hour at least. @param wall real time, as it was handed over
 */
export function takePrepared(tx: Tx, channel: Channel, now: Date, wall: Date, limit: number): Promise<PreparedRow[]> {
  return tx.query(
    `with due as materialized (
       select message_id from channels.pending where phase = 'prepared' and channel = $1 and due_at <= $2
       order by due_at, message_id limit $4 for update skip locked)
     update channels.pending p set
       due_at = $2::timestamptz + least(interval '1 hour', greatest(interval '1 minute', ($3::timestamptz - p.handed_at) / 4))
     from due where p.message_id = due.message_id
     returning p.message_id, p.attempts, p.address_token, p.handed_at, p.service_id`,
    [channel, now, wall, limit],
  );
}
