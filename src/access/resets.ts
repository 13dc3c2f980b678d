import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { hashSecret, newSecret } from "../platform/ids.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  deleteSessionsOf,
  insertInvitation,
  invitationStands,
  personByEmail,
  personById,
  type PersonRow,
  setPassword,
  useInvitation,
} from "./access-store.ts";
import { resetFactors } from "./factors.ts";
import { hashInTurn } from "./password-turns.ts";
import { hashPassword, requireNewPassword, requireStrongPassword } from "./passwords.ts";
import { type Actor, notePersonAct, requireMayAct } from "./person-acts.ts";
import { PASSWORD_PROFILES, securityPolicy } from "./policy.ts";

/** A reset link is for somebody at the other end of the telephone. */
export const RESET_MINUTES = 60;

async function personToReset(tx: Tx, by: Actor, person_id: number): Promise<PersonRow> {
  const person = await personById(tx, person_id);
  if (person === undefined) throw problem("access.person_not_found");
  requireMayAct(by, person);
  if (person.disabled_at !== null) throw problem("access.person_disabled");
  return person;
}

/**
 * A one-time link with which a person sets another password; an older one is void. Sessions end when it is used, and the
 * second factor is asked for as before.
 * @throws access.person_not_found, access.person_disabled, access.own_account, access.owner_only
 */
export async function offerReset(
  ground: Ground,
  by: Actor,
  person_id: number,
): Promise<{ readonly link: string; readonly expires_at: Date }> {
  const secret = newSecret();
  const now = ground.wall.now();
  const expires_at = new Date(now.getTime() + RESET_MINUTES * 60_000);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await personToReset(tx, by, person_id);
    await insertInvitation(tx, { token_hash: hashSecret(secret), purpose: "reset", person_id, now, expires_at });
    await notePersonAct(tx, person_id, by, "reset_link", now);
  });
  return { link: `${ground.config.public_url}/reset?token=${secret}`, expires_at };
}

/** Sets the password that was forgotten and ends all sessions; gives the person's id. @throws access.link_invalid */
export async function acceptReset(ground: Ground, token: string, password: string): Promise<number> {
  const now = ground.wall.now();
  const { person, profile } = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const standing = await invitationStands(tx, hashSecret(token), "reset", now);
    if (standing?.person_id == null) throw problem("access.link_invalid");
    const policy = await securityPolicy(tx);
    return { person: await personById(tx, standing.person_id), profile: PASSWORD_PROFILES[policy.profile] };
  });
  requireStrongPassword(password, person?.email ?? "", profile);
  const password_hash = await hashInTurn(ground, `link ${person?.person_id ?? 0}`, async () => {
    await requireNewPassword(password, person?.password_history ?? [], profile);
    return hashPassword(password);
  });
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const used = await useInvitation(tx, hashSecret(token), "reset", now);
    if (used?.person_id == null) throw problem("access.link_invalid");
    const live = await personById(tx, used.person_id);
    if (live === undefined || live.disabled_at !== null) throw problem("access.link_invalid");
    await setPassword(tx, used.person_id, password_hash, now);
    await deleteSessionsOf(tx, used.person_id);
    return used.person_id;
  });
}

/** Takes all second factors of a person away who lost them, and ends their sessions. @returns how many there were */
export async function takeFactors(ground: Ground, by: Actor, person_id: number): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await personToReset(tx, by, person_id);
    await deleteSessionsOf(tx, person_id);
    await notePersonAct(tx, person_id, by, "reset_factors", ground.wall.now());
    return resetFactors(tx, person_id);
  });
}

/** Ends all sessions of another person. */
export async function endSessions(ground: Ground, by: Actor, person_id: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const person = await personById(tx, person_id);
    if (person === undefined) throw problem("access.person_not_found");
    requireMayAct(by, person);
    await deleteSessionsOf(tx, person_id);
  });
}

/**
 * For whoever lost their access and has no colleague who could give it back: a reset link from the host's own shell, and,
 * when it is asked for, the second factors taken away.
 * @throws access.person_not_found, access.person_disabled
 */
export async function resetByCommand(
  ground: Ground,
  email: string,
  take_factors: boolean,
): Promise<{ readonly person_id: number; readonly link: string; readonly removed: number }> {
  const person = await ground.store.read(SYSTEM_SCOPE, (tx) => personByEmail(tx, email));
  if (person === undefined) throw problem("access.person_not_found");
  const removed = take_factors ? await takeFactors(ground, null, person.person_id) : 0;
  const { link } = await offerReset(ground, null, person.person_id);
  return { person_id: person.person_id, link, removed };
}
