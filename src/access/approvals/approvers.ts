import type { Ground } from "../../ground.ts";
import { isWhole, SYSTEM_SCOPE } from "../../store/index.ts";
import { type PersonRow, signingIn } from "../access-store.ts";
import { domainOf, type Matrix } from "../matrix.ts";
import { currentMatrix } from "../matrix-live.ts";
import { handledBy } from "../person-acts.ts";
import { rowsFor } from "../row-scope.ts";
import type { ApprovalRow } from "./approval.ts";

export type About = Pick<ApprovalRow, "permission" | "level" | "stores" | "requester_id" | "asked_at">;
export type Approver = Pick<PersonRow, "person_id" | "name">;

/** Nobody gives their word for what their own role may not do, or for rows that they do not see. */
export async function mayDecide(ground: Ground, matrix: Matrix, person: PersonRow, about: About): Promise<boolean> {
  const decides = matrix.outcome(person.role, "approvals.decide", "L2");
  if (decides === "deny" || decides === "approve") return false;
  if (matrix.outcome(person.role, about.permission, about.level) === "deny") return false;
  const rows = await rowsFor(ground, person, matrix.scope(person.role, domainOf(about.permission)));
  if (isWhole(rows) || rows.stores === "all") return isWhole(rows);
  const own = new Set(rows.stores);
  return about.stores !== null && about.stores.every((store) => own.has(store));
}

/**
 * The colleagues who may decide about a request.
 * @returns `others` everybody but the requester whose role and rows allow it; `second` those among them whose account the
 * requester has not made, re-roled or reset since they asked
 */
export async function approversFor(
  ground: Ground,
  about: About,
): Promise<{ readonly others: readonly Approver[]; readonly second: readonly Approver[] }> {
  const matrix = await currentMatrix(ground);
  const people = await ground.store.read(SYSTEM_SCOPE, signingIn);
  const others: PersonRow[] = [];
  for (const person of people)
    if (person.person_id !== about.requester_id && (await mayDecide(ground, matrix, person, about)))
      others.push(person);
  const handled = await ground.store.read(SYSTEM_SCOPE, (tx) => handledBy(tx, [about.requester_id], about.asked_at));
  return { others, second: others.filter(({ person_id }) => !handled.has(person_id)) };
}
