import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";

export const KEY_LENGTH_MAX = 200;

/**
 * Has the effect of a request once under its key: who comes at the same time waits, who comes later gets the answer of the
 * first. A refusal leaves nothing, so that the key can be used again. @throws benefits.key_reused
 */
export async function once<Answer>(
  tx: Tx,
  { key, payload_hash, now }: { readonly key: string; readonly payload_hash: Buffer; readonly now: Date },
  run: () => Promise<Answer>,
): Promise<Answer> {
  const fresh = await tx.execute(
    "insert into benefits.request (key, payload_hash, made_at) values ($1, $2, $3) on conflict (key) do nothing",
    [key, payload_hash, now],
  );
  if (fresh === 0) {
    const known = await tx.one<{ payload_hash: Buffer; answer: Answer }>(
      "select payload_hash, answer from benefits.request where key = $1",
      [key],
    );
    if (known === undefined || !known.payload_hash.equals(payload_hash)) throw problem("benefits.key_reused", { key });
    return known.answer;
  }
  const answer = await run();
  await tx.query("update benefits.request set answer = $2 where key = $1", [key, JSON.stringify(answer)]);
  return answer;
}

/** Answers older than an instant are forgotten. */
export async function forgetRequests(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    "delete from benefits.request where key in (select key from benefits.request where made_at < $1 order by made_at limit $2)",
    [before, limit],
  );
}
