import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { hashAt, lockHead } from "./audit-store.ts";
import { signatureHolds, signDocument } from "./checkpoint.ts";
import { systemEntry } from "./entry.ts";
import { hostIdentity } from "./host-key.ts";
import type { CutRecord } from "./verify.ts";
import { appendRows } from "./writer.ts";

/** Below this nobody can set it: the table itself refuses to give up a younger row. */
export const RETENTION_DAYS_MIN = 180;
/** Rows of one cut: the chain's end is held while they are removed. */
const CUT_ROWS_MAX = 20_000;
const DAY_MS = 86_400_000;

/**
 * Removes the rows older than the retention, oldest first. Each cut is one transaction with its signed record in the
 * chain, which says up to where rows were removed and what the hash of the last one was, so that verification goes on
 * from there. @returns rows removed.
 */
export async function cutAudit(ground: Ground, rows_max = CUT_ROWS_MAX): Promise<number> {
  const { signer } = await hostIdentity(ground);
  let removed = 0;
  for (;;) {
    const cut = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const now = ground.wall.now();
      const retention_days = ground.config.audit_days;
      const head = await lockHead(tx);
      const range = await tx.one<{ first: number | null; young: number | null }>(
        "select min(sequence) as first, min(sequence) filter (where at >= $1) as young from access.audit",
        [new Date(now.getTime() - retention_days * DAY_MS)],
      );
      if (head === undefined || range?.first == null) return 0;
      const to_sequence = Math.min((range.young ?? head.sequence) - 1, range.first + rows_max - 1);
      if (to_sequence < range.first) return 0;
      const record = { to_sequence, hash: await hashAt(tx, to_sequence), at: now.toISOString(), retention_days };
      await appendRows(tx, [systemEntry(now, "audit.cut", signDocument(record, signer))]);
      const answer = await tx.one<{ rows: number }>("select access.cut_audit($1) as rows", [to_sequence]);
      return answer?.rows ?? 0;
    });
    removed += cut;
    if (cut < rows_max) return removed;
  }
}

/** The record of a cut when the host signed it and it kept to the least retention; undefined otherwise. */
export function readCut(subject: Readonly<Record<string, unknown>>, host_public_pem: string): CutRecord | undefined {
  const { to_sequence, hash, at, retention_days } = subject;
  const well =
    signatureHolds(subject, host_public_pem) &&
    typeof to_sequence === "number" &&
    typeof hash === "string" &&
    typeof at === "string" &&
    typeof retention_days === "number" &&
    retention_days >= RETENTION_DAYS_MIN;
  return well ? { to_sequence, hash, at, retention_days } : undefined;
}
