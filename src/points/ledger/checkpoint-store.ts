import type { Checkpoint, SignedChain } from "../../access/index.ts";
import type { Tx } from "../../store/index.ts";

/** The ledger's chain of batches as whoever signs and witnesses sees it. */
export const LEDGER_CHAIN: Omit<SignedChain, "installation"> = {
  state: "points.receiver",
  head: (tx) =>
    tx.one(
      "select b.batch_id as sequence, encode(b.hash, 'hex') as hash, b.at from points.head h join points.batch b using (batch_id)",
    ),
  hashAt: async (tx, sequence) =>
    (
      await tx.one<{ hash: string }>("select encode(hash, 'hex') as hash from points.batch where batch_id = $1", [
        sequence,
      ])
    )?.hash,
  newest: (tx, which = {}) =>
    tx.one(
      `select checkpoint, receipt, made_at from points.checkpoint where receipt is not null or not $1
       order by batch_id desc, checkpoint_id desc limit 1`,
      [which.witnessed ?? false],
    ),
  keep: async (tx, checkpoint, receipt, made_at) => {
    await tx.query("insert into points.checkpoint (batch_id, checkpoint, receipt, made_at) values ($1, $2, $3, $4)", [
      checkpoint.sequence,
      JSON.stringify(checkpoint),
      receipt === null ? null : JSON.stringify(receipt),
      made_at,
    ]);
  },
};

/** Checkpoints in the order in which they were kept, beginning behind one of them. */
export function checkpointsBehind(
  tx: Tx,
  checkpoint_id: number,
  limit: number,
): Promise<{ readonly checkpoint_id: number; readonly batch_id: number; readonly checkpoint: Checkpoint }[]> {
  return tx.query(
    "select checkpoint_id, batch_id, checkpoint from points.checkpoint where checkpoint_id > $1 order by checkpoint_id limit $2",
    [checkpoint_id, limit],
  );
}

/** The hashes that batches have now; one that is missing is not there. */
export async function hashesAt(tx: Tx, batches: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await tx.query<{ batch_id: number; hash: string }>(
    "select batch_id, encode(hash, 'hex') as hash from points.batch where batch_id = any($1::bigint[])",
    [batches],
  );
  return new Map(rows.map(({ batch_id, hash }) => [batch_id, hash]));
}
