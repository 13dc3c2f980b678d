import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import type { PersonRow } from "../access-store.ts";
import { currentMatrix } from "../matrix-live.ts";
import { APPROVED_HOURS, type ApprovalRow, stateOf } from "./approval.ts";
import { approvalById, lockApproval, markDecided } from "./approval-store.ts";
import { approversFor, mayDecide } from "./approvers.ts";

export interface Decision {
  readonly decision: "approved" | "refused";
  readonly comment: string | null;
}

async function known(ground: Ground, approval_id: number): Promise<ApprovalRow> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => approvalById(tx, approval_id));
  if (row === undefined) throw problem("access.approval_not_found", { approval_id });
  return row;
}

/**
 * Approves or refuses, as a second person whose own role and rows allow what is asked. Where there is nobody else, whoever
 * asked may decide alone, and the request says so for good.
 * @throws access.approval_second_person, access.approval_not_yours, access.approval_state
 */
export async function decide(
  ground: Ground,
  person: PersonRow,
  approval_id: number,
  { decision, comment }: Decision,
): Promise<ApprovalRow> {
  const about = await known(ground, approval_id);
  const { others, second } = await approversFor(ground, about);
  const alone = about.requester_id === person.person_id;
  if (alone && others.length > 0) throw problem("access.approval_second_person", { people: others.length });
  const may = alone
    ? await mayDecide(ground, await currentMatrix(ground), person, about)
    : second.some((one) => one.person_id === person.person_id);
  if (!may) throw problem("access.approval_not_yours", { approval_id });
  const now = ground.wall.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await lockApproval(tx, approval_id);
    const state = row === undefined ? "gone" : stateOf(row, now);
    if (row === undefined || state !== "waiting") throw problem("access.approval_state", { approval_id, state });
    const expires_at = decision === "approved" ? new Date(now.getTime() + APPROVED_HOURS * 3_600_000) : row.expires_at;
    const approver_id = person.person_id;
    await markDecided(tx, approval_id, { decision, approver_id, decided_at: now, comment, alone, expires_at });
    return (await approvalById(tx, approval_id)) ?? row;
  });
}

/** Takes back what one asked for oneself, as long as nobody has decided. */
export async function withdraw(ground: Ground, person: PersonRow, approval_id: number): Promise<void> {
  const now = ground.wall.now();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await lockApproval(tx, approval_id);
    if (row === undefined || row.requester_id !== person.person_id)
      throw problem("access.approval_not_found", { approval_id });
    const state = stateOf(row, now);
    if (state !== "waiting") throw problem("access.approval_state", { approval_id, state });
    const { expires_at } = row;
    const none = { approver_id: null, comment: null, alone: false };
    await markDecided(tx, approval_id, { decision: "withdrawn", decided_at: now, expires_at, ...none });
  });
}
