import type { FastifyReply, FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { hashSecret, newSecret } from "../platform/ids.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import {
  clearFailures,
  deleteSession,
  insertSession,
  personByEmail,
  personOfSession,
  recordFailure,
  touchSession,
  type PersonRow,
  type SessionRow,
} from "./access-store.ts";
import { checkPassword } from "./passwords.ts";

const IDLE_MINUTES_MAX = 30;
const ABSOLUTE_HOURS_MAX = 12;
const ATTEMPTS_MAX = 5;
const LOCK_MINUTES = 15;
const TOUCH_SECONDS = 60;

/** Over https the cookie is bound to this very host; a plain local start cannot ask for that. */
function cookieName(ground: Ground): string {
  return ground.config.public_url.startsWith("https:") ? "__Host-huitou" : "huitou";
}

/** Checks e-mail and password and opens a session. Throws access.wrong_credentials or access.locked. */
export async function signIn(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  email: string,
  password: string,
): Promise<PersonRow> {
  const now = ground.wall.now();
  const person = await ground.store.read(SYSTEM_SCOPE, (tx) => personByEmail(tx, email));
  if (person?.locked_until != null && person.locked_until > now) {
    throw problem("access.locked", { minutes: Math.ceil((person.locked_until.getTime() - now.getTime()) / 60_000) });
  }
  const right = await checkPassword(person?.password_hash, password);
  if (!right || person === undefined || person.disabled_at !== null) {
    if (person !== undefined) {
      const until = new Date(now.getTime() + LOCK_MINUTES * 60_000);
      await ground.store.write(SYSTEM_SCOPE, (tx) => recordFailure(tx, person.person_id, ATTEMPTS_MAX, until));
    }
    throw problem("access.wrong_credentials", { limit: ATTEMPTS_MAX, minutes: LOCK_MINUTES });
  }
  await openSession(ground, request, reply, person.person_id);
  return person;
}

export async function openSession(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  person_id: number,
): Promise<void> {
  const secret = newSecret();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await clearFailures(tx, person_id);
    await insertSession(tx, {
      token_hash: hashSecret(secret),
      person_id,
      now: ground.wall.now(),
      ip: request.ip,
      user_agent: request.headers["user-agent"] ?? "",
    });
  });
  reply.setCookie(cookieName(ground), secret, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: ground.config.public_url.startsWith("https:"),
  });
}

export async function closeSession(ground: Ground, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const secret = request.cookies[cookieName(ground)];
  if (secret !== undefined) await ground.store.write(SYSTEM_SCOPE, (tx) => deleteSession(tx, hashSecret(secret)));
  reply.clearCookie(cookieName(ground), { path: "/" });
}

/** The signed-in person of a request, or undefined; keeps a used session alive. */
export async function personOf(ground: Ground, request: FastifyRequest): Promise<(PersonRow & SessionRow) | undefined> {
  const secret = request.cookies[cookieName(ground)];
  if (secret === undefined || secret.length > 100) return undefined;
  const now = ground.wall.now().getTime();
  const token_hash = hashSecret(secret);
  const idle = new Date(now - IDLE_MINUTES_MAX * 60_000);
  const oldest = new Date(now - ABSOLUTE_HOURS_MAX * 3_600_000);
  const found = await ground.store.read(SYSTEM_SCOPE, (tx) => personOfSession(tx, token_hash, idle, oldest));
  if (found !== undefined && now - found.last_seen_at.getTime() > TOUCH_SECONDS * 1000) {
    await ground.store.write(SYSTEM_SCOPE, (tx) => touchSession(tx, token_hash, new Date(now)));
  }
  return found;
}
