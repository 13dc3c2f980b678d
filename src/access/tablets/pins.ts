import type { FastifyRequest } from "fastify";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { hashSecret, newSecret } from "../../platform/ids.ts";
import { isWhole, type Scope, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import {
  hasLeft,
  insertInvitation,
  invitationStands,
  personById,
  type PersonRow,
  scopeOf,
  useInvitation,
} from "../access-store.ts";
import { hashInTurn } from "../password-turns.ts";
import { checkPassword, hashPassword } from "../passwords.ts";
import { notePersonAct, requireMayAct } from "../person-acts.ts";
import { TILL_ROLE } from "../roles.ts";
import { deletePinRow, type PinRow, setPinRow } from "./pin-store.ts";
import { requireGoodPin } from "./pin-rules.ts";
import { endTabletSessionsOf, storesOfPerson } from "./tablet-store.ts";

/** A link to set a PIN is handed over at the start of a shift. */
export const PIN_LINK_HOURS = 24;
const CONTEXT = "pin";
const keyNameOf = (person_id: number) => `pin:${person_id}`;

/** Whoever has a PIN is a clerk with stores, a region or a brand of their own, and still here. */
export function mayHavePin(person: PersonRow | undefined, now: Date): person is PersonRow {
  return person !== undefined && person.role === TILL_ROLE && !isWhole(scopeOf(person)) && !hasLeft(person, now);
}

/** Hashed like a password and sealed under a key of the key store, so that a copy of the table alone tells nothing. */
async function sealedHash(ground: Ground, person_id: number, pin: string): Promise<Buffer> {
  const key = await ground.vault.namedKey(keyNameOf(person_id));
  return key.encrypt(Buffer.from(await hashInTurn(ground, `pin ${person_id}`, () => hashPassword(pin))), CONTEXT);
}

/** Takes as long for somebody without a PIN, so that time does not tell who has one. */
export async function isRightPin(ground: Ground, row: PinRow | undefined, pin: string): Promise<boolean> {
  if (row === undefined) return hashInTurn(ground, "pin of nobody", () => checkPassword(undefined, pin));
  const key = await ground.vault.namedKey(keyNameOf(row.person_id));
  const stored = key.decrypt(row.hash_sealed, CONTEXT).toString("utf8");
  return hashInTurn(ground, `pin ${row.person_id}`, () => checkPassword(stored, pin));
}

async function keepPin(tx: Tx, person_id: number, hash_sealed: Buffer, now: Date): Promise<void> {
  if (!mayHavePin(await personById(tx, person_id), now)) throw problem("access.pin_not_for_role");
  await setPinRow(tx, person_id, hash_sealed, now);
  await endTabletSessionsOf(tx, person_id);
}

/** Gives oneself a PIN, or another one; what one had open at tablets ends. @throws access.pin_weak, access.pin_not_for_role */
export async function setPin(ground: Ground, person: PersonRow, pin: string): Promise<void> {
  requireGoodPin(pin);
  const now = ground.wall.now();
  if (!mayHavePin(person, now)) throw problem("access.pin_not_for_role");
  const hash_sealed = await sealedHash(ground, person.person_id, pin);
  await ground.store.write(SYSTEM_SCOPE, (tx) => keepPin(tx, person.person_id, hash_sealed, now));
}

/** Takes a PIN away; whoever worked by it is out. */
export async function removePin(tx: Tx, person_id: number): Promise<void> {
  await deletePinRow(tx, person_id);
  await endTabletSessionsOf(tx, person_id);
}

/** Somebody whose every store is among those that one looks after. @throws access.person_not_found, access.own_account */
async function clerkWithin(tx: Tx, by: PersonRow, scope: Scope, person_id: number, now: Date): Promise<PersonRow> {
  const person = await personById(tx, person_id);
  const { stores } = scope;
  const own = stores === "all" ? [] : await storesOfPerson(tx, person_id);
  const within = stores === "all" || (own.length > 0 && own.every((store) => stores.includes(store)));
  if (person === undefined || (stores !== "all" && (person.role !== TILL_ROLE || !within)))
    throw problem("access.person_not_found");
  if (!mayHavePin(person, now)) throw problem("access.pin_not_for_role");
  requireMayAct(by, person);
  return person;
}

/** A one-time link with which a clerk sets their PIN without a log-in of their own; an older one is void. */
export async function offerPin(
  ground: Ground,
  by: PersonRow,
  scope: Scope,
  person_id: number,
): Promise<{ readonly link: string; readonly expires_at: Date }> {
  const secret = newSecret();
  const now = ground.wall.now();
  const expires_at = new Date(now.getTime() + PIN_LINK_HOURS * 3_600_000);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await clerkWithin(tx, by, scope, person_id, now);
    await insertInvitation(tx, { token_hash: hashSecret(secret), purpose: "pin", person_id, now, expires_at });
    await notePersonAct(tx, person_id, by, "pin_link", now);
  });
  return { link: `${ground.config.public_url}/pin?token=${secret}`, expires_at };
}

/** Takes a clerk's PIN away, for one who left or gave it to somebody. */
export async function takePin(ground: Ground, by: PersonRow, scope: Scope, person_id: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await clerkWithin(tx, by, scope, person_id, ground.wall.now());
    await removePin(tx, person_id);
  });
}

/** Sets the PIN that a link was made for; gives the person's id. @throws access.link_invalid, access.pin_weak */
export async function acceptPin(ground: Ground, request: FastifyRequest, token: string, pin: string): Promise<void> {
  const now = ground.wall.now();
  const standing = await ground.store.read(SYSTEM_SCOPE, (tx) => invitationStands(tx, hashSecret(token), "pin", now));
  if (standing?.person_id == null) throw problem("access.link_invalid");
  const { person_id } = standing;
  request.audit_subject["person_id"] = person_id;
  requireGoodPin(pin);
  const hash_sealed = await sealedHash(ground, person_id, pin);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if ((await useInvitation(tx, hashSecret(token), "pin", now)) === undefined) throw problem("access.link_invalid");
    await keepPin(tx, person_id, hash_sealed, now);
  });
}
