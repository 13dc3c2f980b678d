import type { Tx } from "../../store/index.ts";
import { PRIORITY_MAX } from "./gate-store.ts";
import type { Channel } from "./request.ts";

const GATE_LOCK = 940_001;

/**
 * One gate at a time, so that counters are read by whoever writes them; ours until the end of the transaction. Channels queue
 * for it: one that only tried would be passed by another that comes back at once, batch after batch (beside 100,000 SMS of a
 * dead service the inbox took 1.5 × its time, in the queue 1.04 ×). Whoever has nothing to decide does not queue: each that
 * waits holds a connection.
 * @returns whether it is ours; false: nothing of the channel is due
 */
export async function takeGate(tx: Tx, channel: Channel, now: Date): Promise<boolean> {
  const due = await tx.one(
    `select from generate_series(0, ${PRIORITY_MAX}) as n (priority) cross join lateral (
       select from channels.pending p
       where p.phase = 'gate' and p.channel = $1 and p.priority = n.priority::smallint and p.due_at <= $2 limit 1) d
     where not exists (select from channels.carrier c where c.channel = $1 and c.paused_until > $2) limit 1`,
    [channel, now],
  );
  if (due === undefined) return false;
  await tx.query("select pg_advisory_xact_lock($1)", [GATE_LOCK]);
  return true;
}
