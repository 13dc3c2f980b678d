import { problem } from "../platform/errors.ts";
import type { Tx } from "../store/index.ts";
import type { PersonRow } from "./access-store.ts";

/** Whoever acts on accounts; null: a command of the host. */
export type Actor = Pick<PersonRow, "person_id" | "role"> | null;
export type PersonAct = "invite" | "role" | "enable" | "reset_link" | "reset_factors" | "pin_link" | "stores";

/** Given, taken and reset by an owner only: who can do everything, and who judges everybody by the audit log. */
const KEPT_FOR_OWNERS: ReadonlySet<string> = new Set(["owner", "audit_admin"]);

/**
 * Nobody acts on their own account, and only an owner on one of the kept roles, before the act or after it.
 * @throws access.own_account, access.owner_only
 */
export function requireMayAct(by: Actor, person: Pick<PersonRow, "person_id" | "role">, next_role?: string): void {
  if (by === null) return;
  if (by.person_id === person.person_id) throw problem("access.own_account");
  requireMayGive(by, person.role);
  if (next_role !== undefined) requireMayGive(by, next_role);
}

/** @throws access.owner_only */
export function requireMayGive(by: Actor, role: string): void {
  if (by !== null && by.role !== "owner" && KEPT_FOR_OWNERS.has(role)) throw problem("access.owner_only");
}

export async function notePersonAct(tx: Tx, person_id: number, by: Actor, act: PersonAct, at: Date): Promise<void> {
  await tx.query("insert into access.person_act (person_id, by_id, act, at) values ($1, $2, $3, $4)", [
    person_id,
    by?.person_id ?? null,
    act,
    at,
  ]);
}

/** Whose account one of these made, re-roled or reset since: their word is no second person's. */
export async function handledBy(tx: Tx, by: readonly number[], since: Date): Promise<ReadonlySet<number>> {
  const rows = await tx.query<{ person_id: number }>(
    "select distinct person_id from access.person_act where by_id = any($1::bigint[]) and at > $2",
    [by, since],
  );
  return new Set(rows.map((row) => row.person_id));
}
