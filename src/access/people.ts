import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { hashSecret, newSecret } from "../platform/ids.ts";
import { setSetting, settingOf, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  anyPerson,
  countActiveOwners,
  deleteOtherSessions,
  deleteSessionsOf,
  insertInvitation,
  insertPerson,
  invitationStands,
  personById,
  type PersonRow,
  type SessionRow,
  setPassword,
  updatePerson,
  useInvitation,
} from "./access-store.ts";
import { judgePassword } from "./attempts.ts";
import { accountOf } from "./anonymous-writes.ts";
import { requireOneDuty } from "./duties.ts";
import { hashInTurn } from "./password-turns.ts";
import { hashPassword, requireNewPassword, requireStrongPassword } from "./passwords.ts";
import { type Actor, notePersonAct, requireMayAct, requireMayGive } from "./person-acts.ts";
import { PASSWORD_PROFILES, type SecurityPolicy, securityPolicy } from "./policy.ts";
import { ROLE_NAMES, type Role } from "./roles.ts";
import { deletePinRow } from "./tablets/pin-store.ts";

const SETUP_HOURS = 24;
const INVITE_DAYS = 7;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}$/;

/** @throws access.email_invalid */
export function requireEmail(email: string): void {
  if (!EMAIL.test(email)) throw problem("access.email_invalid", { email: email.slice(0, 80) });
}

function requireRole(role: string): asserts role is Role {
  if (!(ROLE_NAMES as readonly string[]).includes(role)) throw problem("access.role_unknown", { role });
}

/** A fresh one-time set-up token when nobody exists yet, else undefined. An older link stops working. */
export async function offerSetup(ground: Ground): Promise<string | undefined> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (await anyPerson(tx)) return undefined;
    const secret = newSecret();
    const now = ground.wall.now();
    const expires_at = new Date(now.getTime() + SETUP_HOURS * 3_600_000);
    await insertInvitation(tx, { token_hash: hashSecret(secret), purpose: "setup", person_id: null, now, expires_at });
    return secret;
  });
}

export async function setupRequired(tx: Tx): Promise<boolean> {
  return !(await anyPerson(tx));
}

export async function brandName(tx: Tx): Promise<string> {
  return (await settingOf<string>(tx, "brand_name")) ?? "";
}

/** @throws access.link_invalid */
export async function requireStanding(
  tx: Tx,
  ground: Ground,
  token: string,
  purpose: "setup" | "invite",
): Promise<number> {
  const standing = await invitationStands(tx, hashSecret(token), purpose, ground.wall.now());
  if (standing === undefined) throw problem("access.link_invalid");
  return standing.person_id ?? 0;
}

export interface FirstOwner {
  readonly brand_name: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** First-run set-up: the brand's name and the first owner. Works once. `token` is not asked for on the command line. */
export async function setUp(ground: Ground, owner: FirstOwner, token: string | undefined): Promise<number> {
  requireEmail(owner.email);
  const policy = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    if (await anyPerson(tx)) throw problem("access.setup_done");
    // a guess costs a look, not a hash of a password
    if (token !== undefined) await requireStanding(tx, ground, token, "setup");
    return securityPolicy(tx);
  });
  requireStrongPassword(owner.password, owner.email, PASSWORD_PROFILES[policy.profile]);
  const password_hash = await hashInTurn(ground, "setup", () => hashPassword(owner.password));
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    // two set-ups at once: the second waits here and then finds the first
    await tx.query("select pg_advisory_xact_lock(480813)");
    if (await anyPerson(tx)) throw problem("access.setup_done");
    const now = ground.wall.now();
    if (token !== undefined && (await useInvitation(tx, hashSecret(token), "setup", now)) === undefined) {
      throw problem("access.link_invalid");
    }
    await setSetting(tx, "brand_name", owner.brand_name);
    const person_id = await insertPerson(tx, {
      name: owner.name,
      email: owner.email,
      role: "owner",
      password_hash,
      now,
    });
    if (person_id === undefined) throw problem("access.email_taken");
    return person_id;
  });
}

/**
 * Adds a person without a password and gives the one-time link with which they set it.
 * @throws access.owner_only, access.email_taken, access.duty_held
 */
export async function invite(
  ground: Ground,
  by: Actor,
  person: { name: string; email: string; role: string; scope_stores?: readonly string[] | null },
): Promise<{ person_id: number; link: string }> {
  requireEmail(person.email);
  requireRole(person.role);
  requireMayGive(by, person.role);
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await requireOneDuty(tx, { person_id: null, email: person.email, role: null }, person.role);
    return addInvited(tx, ground, by, person);
  });
}

/** The account without a password, and the link with which its person sets one. @throws access.email_taken */
export async function addInvited(
  tx: Tx,
  ground: Ground,
  by: Actor,
  person: { name: string; email: string; role: string; scope_stores?: readonly string[] | null },
): Promise<{ person_id: number; link: string }> {
  const secret = newSecret();
  const now = ground.wall.now();
  const person_id = await insertPerson(tx, { ...person, password_hash: null, now });
  if (person_id === undefined) throw problem("access.email_taken");
  const expires_at = new Date(now.getTime() + INVITE_DAYS * 86_400_000);
  await insertInvitation(tx, { token_hash: hashSecret(secret), purpose: "invite", person_id, now, expires_at });
  await notePersonAct(tx, person_id, by, "invite", now);
  return { person_id, link: `${ground.config.public_url}/invite?token=${secret}` };
}

/** The invited person sets their password; gives their id. */
export async function acceptInvitation(ground: Ground, token: string, password: string): Promise<number> {
  const { person, policy } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    person: await personById(tx, await requireStanding(tx, ground, token, "invite")),
    policy: await securityPolicy(tx),
  }));
  requireStrongPassword(password, person?.email ?? "", PASSWORD_PROFILES[policy.profile]);
  const password_hash = await hashInTurn(ground, `link ${person?.person_id ?? 0}`, () => hashPassword(password));
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const used = await useInvitation(tx, hashSecret(token), "invite", ground.wall.now());
    if (used?.person_id == null) throw problem("access.link_invalid");
    await setPassword(tx, used.person_id, password_hash, ground.wall.now());
    return used.person_id;
  });
}

/** Whoever changes what opens their account gives the present password. @throws access.wrong_credentials, access.locked */
export async function provePassword(
  ground: Ground,
  person: PersonRow,
  { attempts_max, lock_minutes }: SecurityPolicy,
  password: string,
): Promise<void> {
  const asker = { place: `person ${person.person_id}`, account: accountOf(person.email) };
  const judged = await judgePassword(ground, person, password, asker, async () => true);
  if (judged === undefined) throw problem("access.wrong_credentials", { limit: attempts_max, minutes: lock_minutes });
}

/**
 * A person gives themself another password: the present one is asked for, all other sessions end.
 * @throws access.wrong_credentials, access.password_weak, access.password_simple, access.password_used
 */
export async function changePassword(
  ground: Ground,
  person: PersonRow,
  session: SessionRow,
  given: { readonly current: string; readonly password: string },
): Promise<void> {
  const policy = await ground.store.read(SYSTEM_SCOPE, securityPolicy);
  const profile = PASSWORD_PROFILES[policy.profile];
  await provePassword(ground, person, policy, given.current);
  requireStrongPassword(given.password, person.email, profile);
  const password_hash = await hashInTurn(ground, `change ${person.person_id}`, async () => {
    await requireNewPassword(given.password, person.password_history, profile);
    return hashPassword(given.password);
  });
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await setPassword(tx, person.person_id, password_hash, ground.wall.now());
    await deleteOtherSessions(tx, person.person_id, session.session_id);
  });
}

/**
 * Changes role, name, stores or whether a person may sign in; a disabled person's sessions end at once, and a PIN of theirs
 * is gone.
 * @throws access.own_account, access.owner_only, access.last_owner, access.duty_change, access.duty_held
 */
export async function changePerson(
  ground: Ground,
  by: Actor,
  person_id: number,
  change: { role?: string; name?: string; disabled?: boolean; scope_stores?: readonly string[] | null },
): Promise<void> {
  if (change.role !== undefined) requireRole(change.role);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(480813)");
    const person = await personById(tx, person_id);
    if (person === undefined) throw problem("access.person_not_found");
    const losesOwner =
      person.role === "owner" &&
      person.disabled_at === null &&
      (change.disabled === true || (change.role ?? "owner") !== "owner");
    if (losesOwner && (await countActiveOwners(tx)) <= 1) throw problem("access.last_owner");
    const role = change.role === person.role ? undefined : change.role;
    if (role !== undefined || change.disabled !== undefined || change.scope_stores !== undefined)
      requireMayAct(by, person, role);
    if (role !== undefined || change.disabled === false) await requireOneDuty(tx, person, role ?? person.role);
    await updatePerson(tx, person_id, {
      ...(change.role === undefined ? {} : { role: change.role }),
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.scope_stores === undefined ? {} : { scope_stores: change.scope_stores }),
      ...(change.disabled === undefined ? {} : { disabled_at: change.disabled ? ground.wall.now() : null }),
      // whoever comes back does not leave at an instant that has passed
      ...(change.disabled === false ? { leaves_at: null } : {}),
    });
    if (change.disabled === true || change.role !== undefined) {
      await deleteSessionsOf(tx, person_id);
      if (change.disabled === true || role !== undefined) await deletePinRow(tx, person_id);
    }
    const now = ground.wall.now();
    if (role !== undefined) await notePersonAct(tx, person_id, by, "role", now);
    if (change.scope_stores !== undefined) await notePersonAct(tx, person_id, by, "stores", now);
    if (change.disabled === false && person.disabled_at !== null) await notePersonAct(tx, person_id, by, "enable", now);
  });
}
