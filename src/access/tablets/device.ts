import type { FastifyReply, FastifyRequest } from "fastify";
import type { Ground } from "../../ground.ts";
import { hashSecret } from "../../platform/ids.ts";

/** Without work for so long a session at a tablet is over. */
export const TABLET_IDLE_MINUTES = 5;
/** A binding ends by itself after so long; migration 0064 holds it to that. */
export const BINDING_DAYS = 180;
/** So many tablets a store has at most: one place each, by an index of migration 0064. */
export const TABLETS_PER_STORE = 10;
/** The code that is typed in at the tablet. */
export const CODE_MINUTES = 10;

const isOverTls = (ground: Ground) => ground.config.public_url.startsWith("https:");
const cookieName = (ground: Ground) => (isOverTls(ground) ? "__Host-huitou-tablet" : "huitou-tablet");

/** What the table of tablets knows a request's browser by; null for one that is no tablet of ours. */
export function deviceHashOf(ground: Ground, request: FastifyRequest): Buffer | null {
  const secret = request.cookies[cookieName(ground)];
  return secret === undefined || secret.length > 100 ? null : hashSecret(secret);
}

/** Gives the browser the secret that makes it the tablet; no script of a page reads it. */
export function setDeviceCookie(ground: Ground, reply: FastifyReply, secret: string): void {
  reply.setCookie(cookieName(ground), secret, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: isOverTls(ground),
    maxAge: BINDING_DAYS * 86_400,
  });
}
