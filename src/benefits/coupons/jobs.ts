import { defineJob, type JobKind, SYSTEM_SCOPE } from "../../store/index.ts";
import { continueIssuance, type Issuing } from "./issue.ts";
import { issuanceById, setIssuance } from "./issue-store.ts";
import { continueUndo } from "./undo.ts";

export const ISSUE_JOB = "benefits.issue_coupons";
export const UNDO_JOB = "benefits.undo_coupons";

export interface IssueInput extends Pick<Issuing, "again" | "stores"> {
  readonly issuance_id: number;
}

const issue = defineJob<IssueInput>({
  kind: ISSUE_JOB,
  run: async ({ ground, input, progress, signal, cancelled }) => {
    for (;;) {
      if (signal.aborted) break;
      const row = await continueIssuance(ground, input.issuance_id, input);
      if (row === undefined) break;
      await progress(row.made + row.skipped, row.wanted);
      if (row.state !== "running") break;
    }
    // what a person stops stays as far as it came, and can be undone; what a stop of the process cuts goes on afterwards
    if (cancelled())
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const row = await issuanceById(tx, input.issuance_id, true);
        if (row?.state === "running")
          await setIssuance(tx, input.issuance_id, { state: "cancelled", now: ground.clock.now() });
      });
    const row = await ground.store.read(SYSTEM_SCOPE, (tx) => issuanceById(tx, input.issuance_id));
    return { made: row?.made ?? 0, skipped: row?.skipped ?? 0 };
  },
});

interface UndoInput {
  readonly issuance_id: number;
}

const undo = defineJob<UndoInput>({
  kind: UNDO_JOB,
  run: async ({ ground, input, progress, signal }) => {
    let voided = 0;
    while (!signal.aborted) {
      const gone = await continueUndo(ground, input.issuance_id);
      if (gone === 0) break;
      voided += gone;
      await progress(voided, null);
    }
    return { voided };
  },
});

export const couponJobs: readonly JobKind[] = [issue, undo];
