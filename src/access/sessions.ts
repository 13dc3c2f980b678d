import type { FastifyReply, FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { hashSecret, newSecret } from "../platform/ids.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  deleteSession,
  type HowOpened,
  insertSession,
  personByEmail,
  personOfSession,
  touchSession,
  type PersonRow,
  type SessionRow,
  strengthenSession,
} from "./access-store.ts";
import { accountOf, isAccountWithinBound, placeOf } from "./anonymous-writes.ts";
import { judgePassword } from "./attempts.ts";
import { type Asker, busy, passwordTurns } from "./password-turns.ts";
import { isPasswordOld } from "./passwords.ts";
import { PASSWORD_PROFILES, type SecurityPolicy, securityPolicy } from "./policy.ts";
import { deviceHashOf, TABLET_IDLE_MINUTES } from "./tablets/device.ts";

const TOUCH_SECONDS = 60;
/** How long somebody found by an exact phone or code stays open to who found them. */
const FOUND_MINUTES = 15;

/** Over https the cookie is bound to this very host; a plain local start cannot ask for that. */
function cookieName(ground: Ground): string {
  return ground.config.public_url.startsWith("https:") ? "__Host-huitou" : "huitou";
}

function askerOf(request: FastifyRequest, email: string): Asker {
  return { place: placeOf(request.ip), account: accountOf(email) };
}

/**
 * Refuses a log-in before anything is written down about it: when its account has used up its minute, or more wait for
 * their turn than can be served.
 * @returns what is to be called when the request is over
 * @throws access.account_too_many, access.sign_in_busy
 */
export function enterSignIn(ground: Ground, request: FastifyRequest, email: string): () => void {
  const is_within = isAccountWithinBound(ground, request, email);
  const leave = is_within ? passwordTurns(ground).enter(askerOf(request, email)) : undefined;
  if (leave !== undefined) return leave;
  request.audit_state = "failed";
  throw is_within ? busy() : problem("access.account_too_many");
}

/**
 * Checks e-mail and password and opens a session.
 * @throws access.wrong_credentials, access.locked, access.sign_in_busy
 */
export async function signIn(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  email: string,
  password: string,
): Promise<PersonRow> {
  const { person, policy } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    person: await personByEmail(tx, email),
    policy: await securityPolicy(tx),
  }));
  // whom it was tried with: a row that is refused tells it too
  if (person !== undefined) request.audit_subject["person_id"] = person.person_id;
  const asker = askerOf(request, email);
  const opened = await judgePassword(ground, person, password, asker, (tx) =>
    keepSession(ground, tx, request, person?.person_id ?? 0),
  );
  if (person === undefined || opened === undefined)
    throw problem("access.wrong_credentials", { limit: policy.attempts_max, minutes: policy.lock_minutes });
  setSessionCookie(ground, reply, opened);
  return person;
}

/** Opens a session without asking for a password: for whoever has just set one. */
export async function openSession(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  person_id: number,
): Promise<void> {
  setSessionCookie(
    ground,
    reply,
    await ground.store.write(SYSTEM_SCOPE, (tx) => keepSession(ground, tx, request, person_id)),
  );
}

/**
 * Opens a session for whoever the identity provider has vouched for.
 * @param strong_since when the provider asked for a second factor itself; undefined: ours is still to be shown
 */
export async function openSignedOn(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  person_id: number,
  strong_since: Date | undefined,
): Promise<void> {
  const how = { opened_by: "oidc", strong_since } as const;
  setSessionCookie(
    ground,
    reply,
    await ground.store.write(SYSTEM_SCOPE, (tx) => keepSession(ground, tx, request, person_id, how)),
  );
}

/** @returns the token of a new session */
export async function keepSession(
  ground: Ground,
  tx: Tx,
  request: FastifyRequest,
  person_id: number,
  how: HowOpened = { opened_by: "password", strong_since: undefined },
): Promise<string> {
  const secret = newSecret();
  await insertSession(tx, {
    token_hash: hashSecret(secret),
    person_id,
    now: ground.wall.now(),
    ip: request.ip,
    user_agent: request.headers["user-agent"] ?? "",
    ...how,
  });
  return secret;
}

export function setSessionCookie(ground: Ground, reply: FastifyReply, secret: string): void {
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

/** Sessions seen and made before these instants do not count any more. */
export function sessionLimits(
  policy: SecurityPolicy,
  now: Date,
): { readonly seen_after: Date; readonly made_after: Date } {
  return {
    seen_after: new Date(now.getTime() - policy.session_idle_minutes * 60_000),
    made_after: new Date(now.getTime() - policy.session_hours_max * 3_600_000),
  };
}

/** What a signed-in person must do before anything else. */
export type Owed = "prove" | "enrol" | "password";

export interface SignedIn {
  readonly person: PersonRow;
  readonly session: SessionRow;
  readonly policy: SecurityPolicy;
  readonly owes: Owed | undefined;
}

/** The signed-in person of a request, or undefined; keeps a used session alive, unless it is only looked at. */
export async function signedIn(
  ground: Ground,
  request: FastifyRequest,
  keep_alive = true,
): Promise<SignedIn | undefined> {
  const secret = request.cookies[cookieName(ground)];
  if (secret === undefined || secret.length > 100) return undefined;
  const now = ground.wall.now();
  const token_hash = hashSecret(secret);
  const found_after = new Date(now.getTime() - FOUND_MINUTES * 60_000);
  const found = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const policy = await securityPolicy(tx);
    const live = await personOfSession(tx, {
      ...sessionLimits(policy, now),
      token_hash,
      device_hash: deviceHashOf(ground, request),
      seen_at_tablet_after: new Date(now.getTime() - TABLET_IDLE_MINUTES * 60_000),
      found_after,
      now,
    });
    return live === undefined ? undefined : { ...live, policy, owes: owedBy(live.person, live.session, policy, now) };
  });
  if (
    keep_alive &&
    found !== undefined &&
    staysAwake(request, found.session) &&
    now.getTime() - found.session.last_seen_at.getTime() > TOUCH_SECONDS * 1000
  ) {
    await ground.store.write(SYSTEM_SCOPE, (tx) => touchSession(tx, token_hash, now));
  }
  return found;
}

/** What a page asks for by itself does not keep a tablet open: only work does. */
function staysAwake(request: FastifyRequest, session: SessionRow): boolean {
  const access = request.routeOptions.config?.access;
  return session.tablet === null || (access !== undefined && "permission" in access);
}

function owedBy(person: PersonRow, session: SessionRow, policy: SecurityPolicy, now: Date): Owed | undefined {
  // a tablet and a PIN open little, and nothing that a second factor is asked for
  if (session.tablet !== null) return undefined;
  if (session.has_factor && session.assurance < 2) return "prove";
  const by_provider = session.opened_by === "oidc";
  const proved = by_provider && session.assurance === 2;
  if (!session.has_factor && !proved && policy.second_factor_roles.includes(person.role)) return "enrol";
  if (!by_provider && isPasswordOld(person.password_changed_at, PASSWORD_PROFILES[policy.profile], now))
    return "password";
  return undefined;
}

const OWED = {
  prove: "access.second_factor_required",
  enrol: "access.second_factor_missing",
  password: "access.password_old",
} as const;

/** Whoever owes the second factor changes nothing of their own either, but proves it. @throws access.second_factor_required */
export function requireProved({ owes }: SignedIn): void {
  if (owes === "prove") throw problem(OWED.prove);
}

/** Throws what a person must do first: prove the second factor, add one, or change an old password. */
export function requireNothingOwed({ owes }: SignedIn): void {
  if (owes !== undefined) throw problem(OWED[owes]);
}

/**
 * Opens the session anew as one that has just proved a second factor: under another token, so that one that was seen
 * before is worth nothing.
 */
export async function provedStrongly(
  ground: Ground,
  reply: FastifyReply,
  session: SessionRow,
  proved_by: string,
): Promise<void> {
  const secret = newSecret();
  const strengthened = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    strengthenSession(tx, session.token_hash, hashSecret(secret), proved_by, ground.wall.now()),
  );
  if (!strengthened) throw problem("access.not_signed_in");
  setSessionCookie(ground, reply, secret);
}
