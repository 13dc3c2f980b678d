import { createHash } from "node:crypto";
import type { Tx } from "../../store/index.ts";

/** Words as they are compared with what WeCom has. */
export const wordsHash = (text: string): Buffer => createHash("sha256").update(text.trim()).digest();

/** Written down before it is asked for. */
export async function noteTasks(
  tx: Tx,
  tasks: readonly { readonly message_id: number; readonly sender: string; readonly text: string }[],
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into channels.wecom_task as t (message_id, sender, words_hash, at)
     select *, $4::timestamptz from unnest($1::bigint[], $2::text[], $3::bytea[])
     on conflict (message_id) do update set sender = excluded.sender, words_hash = excluded.words_hash, at = excluded.at`,
    [
      tasks.map(({ message_id }) => message_id),
      tasks.map(({ sender }) => sender),
      tasks.map(({ text }) => wordsHash(text)),
      now,
    ],
  );
}

/** What is looked for: with whom, which words, and what belongs to other messages of the same member. */
export interface LostTask {
  readonly message_id: number;
  readonly sender: string;
  readonly words_hash: Buffer;
  readonly others: readonly string[];
  /** Another message to the member is on its way: whose a task is cannot be said yet. */
  readonly unsettled: boolean;
}

export function lostTasks(tx: Tx, message_ids: readonly number[]): Promise<LostTask[]> {
  return tx.query(
    `select t.message_id, t.sender, t.words_hash,
       coalesce(array_agg(coalesce(q.service_id, o.service_id)) filter (where coalesce(q.service_id, o.service_id) is not null), '{}') as others,
       coalesce(bool_or(q.phase = 'sending'), false) as unsettled
     from channels.wecom_task t join channels.message m using (message_id)
       left join channels.message n on n.member_id = m.member_id and n.channel = 'wecom' and n.message_id <> m.message_id
       left join channels.pending q on q.message_id = n.message_id left join channels.outcome o on o.message_id = n.message_id
     where t.message_id = any($1::bigint[]) group by t.message_id`,
    [message_ids],
  );
}

export function forgetTasks(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    "delete from channels.wecom_task where message_id in (select message_id from channels.wecom_task where at < $1 limit $2)",
    [before, limit],
  );
}
