import { isIP } from "node:net";
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import { type Problem, problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import type { SessionRow } from "./access-store.ts";
import { attempt } from "./attempts.ts";
import {
  type ChallengePurpose,
  deleteUnconfirmed,
  factorsOf,
  insertChallenge,
  insertPasskey,
  lockFactors,
  takeChallenge,
  usePasskey,
} from "./factor-store.ts";
import { firstCodes, requireRoom, requireStillFirst } from "./factors.ts";
import type { SignedIn } from "./sessions.ts";

const CHALLENGE_SECONDS = 120;

interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/**
 * The name that passkeys are bound to: the host of the console's own address. A plain local start is reached by
 * "localhost" as well; a bare IP address has no passkeys (WebAuthn Level 3, §5.1.2: the id is a domain).
 * @throws access.passkey_needs_name
 */
export function relyingParty(ground: Ground, request: FastifyRequest): RelyingParty {
  const own = new URL(ground.config.public_url);
  const asked = request.headers.origin;
  const local = new Set(["localhost", "127.0.0.1", "[::1]"]);
  const from = asked !== undefined && URL.canParse(asked) ? new URL(asked) : own;
  const same = local.has(own.hostname) && local.has(from.hostname) && from.port === own.port;
  const url = same ? from : own;
  if (isIP(url.hostname.replaceAll(/[[\]]/g, "")) !== 0) {
    const address = local.has(url.hostname) ? `${url.protocol}//localhost:${url.port}` : "https://…";
    throw problem("access.passkey_needs_name", { address });
  }
  return { id: url.hostname, origin: url.origin };
}

async function ask(ground: Ground, session: SessionRow, purpose: ChallengePurpose, challenge: string): Promise<void> {
  const expires_at = new Date(ground.wall.now().getTime() + CHALLENGE_SECONDS * 1000);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    insertChallenge(tx, { challenge, token_hash: session.token_hash, purpose, expires_at }),
  );
}

/** What a browser needs to make a passkey for the person. */
export async function beginPasskey(
  ground: Ground,
  request: FastifyRequest,
  { person, session }: SignedIn,
  brand: string,
) {
  const rp = relyingParty(ground, request);
  const factors = await ground.store.read(SYSTEM_SCOPE, (tx) => factorsOf(tx, person.person_id));
  requireRoom(factors);
  const options = await generateRegistrationOptions({
    rpName: brand,
    rpID: rp.id,
    userName: person.email,
    userDisplayName: person.name,
    userID: new TextEncoder().encode(`person-${person.person_id}`),
    timeout: CHALLENGE_SECONDS * 1000,
    attestationType: "none",
    excludeCredentials: factors.flatMap((one) => (one.credential_id === null ? [] : [{ id: one.credential_id }])),
    authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
  });
  await ask(ground, session, "register", options.challenge);
  return options;
}

/**
 * Keeps the passkey that the browser made.
 * @returns fresh recovery codes when this is the person's first factor, else null
 * @throws access.passkey_refused
 */
export async function keepPasskey(
  ground: Ground,
  request: FastifyRequest,
  { person, session }: SignedIn,
  response: RegistrationResponseJSON,
  name: string,
): Promise<string[] | null> {
  const rp = relyingParty(ground, request);
  const now = ground.wall.now();
  const challenge = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    takeChallenge(tx, session.token_hash, "register", now),
  );
  if (challenge === undefined) throw problem("access.passkey_refused", { reason: "challenge" });
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: rp.origin,
    expectedRPID: rp.id,
    requireUserVerification: true,
  }).catch((error: unknown) => {
    throw refusalOf(ground, error);
  });
  if (!verified.verified) throw problem("access.passkey_refused", { reason: "signature" });
  const { credential, credentialBackedUp } = verified.registrationInfo;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const before = await lockFactors(tx, person.person_id);
    requireRoom(before);
    requireStillFirst(session, before);
    // an app that somebody began before must not be confirmed beside it
    await deleteUnconfirmed(tx, person.person_id);
    const kept = await insertPasskey(tx, {
      person_id: person.person_id,
      name,
      now,
      credential_id: credential.id,
      public_key: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: credential.transports ?? [],
      synced: credentialBackedUp,
    });
    if (!kept) throw problem("access.passkey_refused", { reason: "known" });
    return firstCodes(tx, person.person_id, before);
  });
}

/** What a browser needs to ask one of the person's passkeys. @throws access.factor_not_found when there is none */
export async function askPasskey(ground: Ground, request: FastifyRequest, { person, session }: SignedIn) {
  const rp = relyingParty(ground, request);
  const factors = await ground.store.read(SYSTEM_SCOPE, (tx) => factorsOf(tx, person.person_id));
  const passkeys = factors.flatMap((one) => (one.credential_id === null ? [] : [{ id: one.credential_id }]));
  if (passkeys.length === 0) throw problem("access.factor_not_found");
  const options = await generateAuthenticationOptions({
    rpID: rp.id,
    allowCredentials: passkeys,
    userVerification: "required",
    timeout: CHALLENGE_SECONDS * 1000,
  });
  await ask(ground, session, "prove", options.challenge);
  return options;
}

/**
 * Checks what a passkey answered; wrong answers count like wrong codes, one to a question that is void does not.
 * @throws access.passkey_refused, access.locked
 */
export async function proveByPasskey(
  ground: Ground,
  request: FastifyRequest,
  { person, session }: SignedIn,
  response: AuthenticationResponseJSON,
): Promise<"passkey"> {
  const rp = relyingParty(ground, request);
  const now = ground.wall.now();
  const challenge = await ground.store.write(SYSTEM_SCOPE, (tx) => takeChallenge(tx, session.token_hash, "prove", now));
  if (challenge === undefined) throw problem("access.passkey_refused", { reason: "challenge" });
  let refusal = problem("access.passkey_refused", { reason: "unknown" });
  const proved = await attempt(ground, person.person_id, "factor", async (tx) => {
    const factors = await factorsOf(tx, person.person_id);
    const factor = factors.find((one) => one.credential_id === response.id);
    if (factor?.credential_id == null || factor.public_key === null) return undefined;
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      credential: {
        id: factor.credential_id,
        publicKey: new Uint8Array(factor.public_key),
        counter: factor.counter ?? 0,
      },
    }).catch((error: unknown) => {
      refusal = refusalOf(ground, error);
      return undefined;
    });
    if (verified?.verified !== true) return undefined;
    await usePasskey(tx, factor.factor_id, verified.authenticationInfo.newCounter, now);
    return "passkey" as const;
  });
  if (proved === undefined) throw refusal;
  return proved;
}

/** The library says what was wrong (origin, counter, verification of the person…); the answer tells only that it was. */
function refusalOf(ground: Ground, error: unknown): Problem {
  const reason = error instanceof Error ? error.message.slice(0, 200) : "unknown";
  ground.log.warn({ reason }, "a passkey's answer was refused");
  return problem("access.passkey_refused", { reason: reasonOf(reason) });
}

function reasonOf(message: string): string {
  if (/origin/i.test(message)) return "origin";
  if (/RP ID/i.test(message)) return "name";
  if (/counter/i.test(message)) return "counter";
  if (/user verif/i.test(message)) return "verification";
  if (/challenge/i.test(message)) return "challenge";
  return "signature";
}
