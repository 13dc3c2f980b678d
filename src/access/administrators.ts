import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { hashSecret } from "../platform/ids.ts";
import { setSetting, SYSTEM_SCOPE } from "../store/index.ts";
import { anyPerson, useInvitation } from "./access-store.ts";
import { addInvited, requireEmail, requireStanding } from "./people.ts";
import { ADMIN_ROLES, type AdminRole } from "./roles.ts";

export interface NamedPerson {
  readonly name: string;
  readonly email: string;
}
export type ThreeAdministrators = Readonly<Record<AdminRole, NamedPerson>>;

/** One of the three as they were just invited; the link is told this once. */
export interface InvitedAdministrator extends NamedPerson {
  readonly role: AdminRole;
  readonly person_id: number;
  readonly link: string;
}

/** "lin+audit@tea.cn" is the mailbox of "lin@tea.cn"; access.mailbox() of migration 0065 says the same. */
const mailboxOf = (email: string) =>
  email
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*@/, "@");
const nameOf = (name: string) => name.trim().toLowerCase().replaceAll(/\s+/g, "");

/** @throws access.administrators_same when two of them have one name or one mailbox */
function requireThreePeople(three: ThreeAdministrators): void {
  const people = ADMIN_ROLES.map((role) => three[role]);
  for (const { email } of people) requireEmail(email.trim());
  const mailboxes = new Set(people.map(({ email }) => mailboxOf(email)));
  const names = new Set(people.map(({ name }) => nameOf(name)));
  if (mailboxes.size < people.length || names.size < people.length || names.has(""))
    throw problem("access.administrators_same");
}

/**
 * First-run set-up with three separated administrators: the brand's name, and a one-time link for each. Nobody is an owner.
 * Works once. `token` is not asked for on the command line.
 * @throws access.setup_done, access.link_invalid, access.administrators_same
 */
export async function setUpAdministrators(
  ground: Ground,
  given: { readonly brand_name: string; readonly administrators: ThreeAdministrators },
  token: string | undefined,
): Promise<readonly InvitedAdministrator[]> {
  requireThreePeople(given.administrators);
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    // two set-ups at once: the second waits here and then finds the first
    await tx.query("select pg_advisory_xact_lock(480813)");
    if (await anyPerson(tx)) throw problem("access.setup_done");
    if (token !== undefined) {
      await requireStanding(tx, ground, token, "setup");
      await useInvitation(tx, hashSecret(token), "setup", ground.wall.now());
    }
    await setSetting(tx, "brand_name", given.brand_name);
    const invited: InvitedAdministrator[] = [];
    for (const role of ADMIN_ROLES) {
      const { name, email } = given.administrators[role];
      const person = { name: name.trim(), email: email.trim(), role };
      invited.push({ ...person, ...(await addInvited(tx, ground, null, person)) });
    }
    return invited;
  });
}
