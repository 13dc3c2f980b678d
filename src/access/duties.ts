import { problem } from "../platform/errors.ts";
import type { Tx } from "../store/index.ts";
import { ADMIN_ROLES, isAdminRole } from "./roles.ts";

/**
 * Nobody holds two of the three: neither one after the other in one account, nor at once by two accounts of one mailbox.
 * @throws access.duty_change, access.duty_held
 */
export async function requireOneDuty(
  tx: Tx,
  person: { readonly person_id: number | null; readonly email: string; readonly role: string | null },
  next_role: string,
): Promise<void> {
  if (!isAdminRole(next_role)) return;
  if (person.role !== null && person.role !== next_role && isAdminRole(person.role))
    throw problem("access.duty_change");
  const held = await tx.one<{ role: string }>(
    `select role from access.person where role = any($1) and disabled_at is null and person_id is distinct from $3
       and access.mailbox(email) = access.mailbox($2)`,
    [[...ADMIN_ROLES], person.email, person.person_id],
  );
  if (held !== undefined) throw problem("access.duty_held", { role: held.role });
}
