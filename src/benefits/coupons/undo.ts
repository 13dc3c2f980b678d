import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { issuanceById, type IssuanceRow, setIssuance, voidIssued } from "./issue-store.ts";
import { batchesById } from "./wallet-store.ts";

const VOID_AT_ONCE = 10_000;

/** @throws benefits.issuance_unknown, benefits.issuance_open, benefits.issuance_undone */
export async function beginUndo(tx: Tx, issuance_id: number, reason: string): Promise<IssuanceRow> {
  const row = await issuanceById(tx, issuance_id, true);
  if (row === undefined) throw problem("benefits.issuance_unknown", { issuance_id });
  if (row.state === "running") throw problem("benefits.issuance_open", { issuance_id });
  if (row.state === "undoing" || row.state === "undone") throw problem("benefits.issuance_undone", { issuance_id });
  await setIssuance(tx, issuance_id, { state: "undoing", now: row.ended_at, undo_reason: reason });
  return row;
}

/** Voids the next coupons that nobody has used; orders keep theirs. @returns how many; 0: the undo is done */
export async function continueUndo(ground: Ground, issuance_id: number): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await issuanceById(tx, issuance_id, true);
    if (row?.state !== "undoing") return 0;
    await batchesById(tx, [row.batch_id], true);
    const gone = await voidIssued(tx, row.batch_id, issuance_id, VOID_AT_ONCE);
    if (gone === 0) await setIssuance(tx, issuance_id, { state: "undone", now: ground.clock.now() });
    return gone;
  });
}
