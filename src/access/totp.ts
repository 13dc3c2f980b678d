import { generateSecret, generateURI, verifySync } from "otplib";

/** Seconds a clock may be off: the code before and the one after are taken too. */
const TOLERANCE_SECONDS = 30;

export function newTotpSecret(): string {
  return generateSecret({ length: 20 });
}

/** The address that an authenticator app reads from a picture. */
export function totpUri(secret: string, issuer: string, label: string): string {
  return generateURI({ issuer, label, secret });
}

/**
 * Checks a code of RFC 6238 (SHA-1, six digits, 30 seconds).
 * @param after the step of the last code that was taken; that one and older ones are refused
 * @returns the step of the code, or undefined when it is wrong
 */
export function totpStep(secret: string, code: string, now: Date, after: number | null): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const said = verifySync({
    secret,
    token: code,
    epoch: Math.floor(now.getTime() / 1000),
    epochTolerance: TOLERANCE_SECONDS,
  });
  if (!said.valid || !("timeStep" in said)) return undefined;
  return after !== null && said.timeStep <= after ? undefined : said.timeStep;
}
