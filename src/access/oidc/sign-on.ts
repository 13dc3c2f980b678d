import { createHmac } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import * as client from "openid-client";
import type { Ground } from "../../ground.ts";
import { Problem, problem } from "../../platform/errors.ts";
import { hashSecret, newSecret } from "../../platform/ids.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { hasLeft, personByEmail, personById, type PersonRow } from "../access-store.ts";
import { openSignedOn } from "../sessions.ts";
import { causeOf, configurationOf, redirectUri } from "./provider.ts";
import { insertAttempt, insertLink, linkedPerson, providerOf, type ProviderRow, useAttempt } from "./provider-store.ts";

const ATTEMPT_MINUTES = 10;
const cookieName = (ground: Ground) =>
  ground.config.public_url.startsWith("https:") ? "__Host-huitou-sso" : "huitou-sso";

/** What one sign-in is recognised by on its way back, out of the secret in the browser's cookie: nothing of it is kept. */
function proofsOf(secret: string) {
  const derive = (of: string) => createHmac("sha256", secret).update(of).digest("base64url");
  return { state: derive("state"), nonce: derive("nonce"), verifier: derive("verifier") };
}

async function requireProvider(ground: Ground): Promise<ProviderRow> {
  const provider = await ground.store.read(SYSTEM_SCOPE, providerOf);
  if (provider?.enabled !== true) throw problem("access.oidc_off");
  return provider;
}

/** Begins a sign-in. @returns the address at the provider to go to. @throws access.oidc_off, access.oidc_unreachable */
export async function beginSignOn(ground: Ground, reply: FastifyReply): Promise<string> {
  const provider = await requireProvider(ground);
  const configuration = await configurationOf(ground, provider);
  const secret = newSecret();
  const { state, nonce, verifier } = proofsOf(secret);
  const now = ground.wall.now();
  const expires_at = new Date(now.getTime() + ATTEMPT_MINUTES * 60_000);
  await ground.store.write(SYSTEM_SCOPE, (tx) => insertAttempt(tx, hashSecret(secret), now, expires_at));
  reply.setCookie(cookieName(ground), secret, {
    path: "/",
    httpOnly: true,
    // the page that the provider leads back to asks by itself: the cookie need not come from another site
    sameSite: "strict",
    secure: ground.config.public_url.startsWith("https:"),
    maxAge: ATTEMPT_MINUTES * 60,
  });
  return client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri(ground),
    scope: "openid email profile",
    response_type: "code",
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).href;
}

/**
 * Ends a sign-in with what the provider sent back, and opens a session.
 * @param query the query of the address that the provider led back to
 * @throws access.oidc_off, access.oidc_attempt, access.oidc_refused, access.oidc_email, access.oidc_no_account,
 * access.oidc_other_account
 */
export async function finishSignOn(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  query: string,
): Promise<PersonRow> {
  const provider = await requireProvider(ground);
  const claims = await claimsOf(ground, request, reply, provider, query);
  request.audit_subject["sso_subject"] = claims.sub;
  const email = emailOf(provider, claims);
  const now = ground.wall.now();
  const person = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    accountOf(tx, { email, issuer: provider.issuer, subject: claims.sub, now }),
  );
  request.audit_subject["person_id"] = person.person_id;
  await openSignedOn(ground, request, reply, person.person_id, strongSince(provider, claims, now));
  return person;
}

async function claimsOf(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  provider: ProviderRow,
  query: string,
): Promise<client.IDToken> {
  const secret = request.cookies[cookieName(ground)];
  reply.clearCookie(cookieName(ground), { path: "/" });
  const now = ground.wall.now();
  const begun =
    secret !== undefined &&
    secret.length <= 100 &&
    (await ground.store.write(SYSTEM_SCOPE, (tx) => useAttempt(tx, hashSecret(secret), now)));
  if (secret === undefined || !begun) throw problem("access.oidc_attempt", { minutes: ATTEMPT_MINUTES });
  const { state, nonce, verifier } = proofsOf(secret);
  const configuration = await configurationOf(ground, provider);
  try {
    const back = new URL(redirectUri(ground));
    back.search = query;
    const tokens = await client.authorizationCodeGrant(configuration, back, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error("no ID token");
    return claims;
  } catch (error) {
    if (error instanceof Problem) throw error;
    const reason = errorName(error);
    ground.log.warn({ error: String(error), reason }, "a sign-in by the identity provider was refused");
    request.audit_subject["reason"] = reason;
    throw problem("access.oidc_refused", { provider: provider.label, reason });
  }
}

/** What the provider said (`access_denied`), or what was wrong with its answer. */
function errorName(error: unknown): string {
  const { error: said } = error as { error?: unknown };
  return typeof said === "string" ? said.slice(0, 60) : causeOf(error);
}

function emailOf(provider: ProviderRow, claims: client.IDToken): string {
  const said = claims[provider.email_claim];
  const email = typeof said === "string" ? said.trim() : "";
  const domain = /^[^\s@]{1,64}@([^\s@]{1,255})$/.exec(email)?.[1]?.toLowerCase();
  if (domain === undefined || claims["email_verified"] === false)
    throw problem("access.oidc_email", { claim: provider.email_claim });
  if (!provider.domains.includes(domain)) throw problem("access.oidc_domain", { domain });
  return email;
}

interface Account {
  readonly email: string;
  readonly issuer: string;
  readonly subject: string;
  readonly now: Date;
}

/** Who it is here: by the account that came before, and the first time by e-mail. Nobody is made. */
async function accountOf(tx: Tx, { email, issuer, subject, now }: Account): Promise<PersonRow> {
  const linked = await linkedPerson(tx, issuer, subject);
  const person = linked === undefined ? await personByEmail(tx, email) : await personById(tx, linked.person_id);
  if (person === undefined || hasLeft(person, now)) throw problem("access.oidc_no_account");
  if (linked === undefined && !(await insertLink(tx, { person_id: person.person_id, issuer, subject, now })))
    throw problem("access.oidc_other_account");
  return person;
}

/** When the provider itself asked for a second factor, by its own clock; undefined: it did not say that it did. */
function strongSince(provider: ProviderRow, claims: client.IDToken, now: Date): Date | undefined {
  const said = [claims["acr"], ...(Array.isArray(claims["amr"]) ? claims["amr"] : [])];
  if (!said.some((value) => typeof value === "string" && provider.strong_values.includes(value))) return undefined;
  const asked_at = typeof claims.auth_time === "number" ? claims.auth_time : claims.iat;
  return new Date(now.getTime() - Math.max(0, claims.iat - asked_at) * 1000);
}

/** Where the browser goes to end the session at the provider too; null: the provider offers none, or is not asked. */
export async function signOutAddress(ground: Ground): Promise<string | null> {
  const provider = await ground.store.read(SYSTEM_SCOPE, providerOf);
  if (provider?.enabled !== true) return null;
  const configuration = await configurationOf(ground, provider).catch(() => undefined);
  if (configuration?.serverMetadata().end_session_endpoint === undefined) return null;
  const post_logout_redirect_uri = `${ground.config.public_url}/login`;
  return client.buildEndSessionUrl(configuration, { post_logout_redirect_uri }).href;
}
