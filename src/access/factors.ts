import { randomInt } from "node:crypto";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { hashSecret } from "../platform/ids.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { PersonRow, SessionRow } from "./access-store.ts";
import { attempt } from "./attempts.ts";
import {
  deleteFactor,
  deleteFactorsOf,
  type FactorRow,
  factorsOf,
  insertTotp,
  lockFactors,
  recoveryCodesLeft,
  replaceRecoveryCodes,
  useRecoveryCode,
  useTotp,
} from "./factor-store.ts";
import { type SecurityPolicy, securityPolicy } from "./policy.ts";
import { stepUp } from "./refusals.ts";
import type { SignedIn } from "./sessions.ts";
import { newTotpSecret, totpStep, totpUri } from "./totp.ts";

export const RECOVERY_CODES = 10;
export const FACTORS_MAX = 10;
const CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const SECRET_CONTEXT = "totp";
/** An app is confirmed so soon after it was begun, or begun again. */
export const CONFIRM_SECONDS_MAX = 600;

const keyNameOf = (person_id: number) => `factor:${person_id}`;

export interface FactorView {
  readonly factor_id: number;
  readonly kind: "passkey" | "totp";
  readonly name: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  /** Of a passkey: whether its maker copies it to other devices. */
  readonly synced: boolean | null;
}

/** A person's confirmed factors, and how many recovery codes are left. */
export async function factorsView(
  tx: Tx,
  person_id: number,
): Promise<{ readonly factors: FactorView[]; readonly recovery_codes_left: number }> {
  const factors = (await factorsOf(tx, person_id)).filter(({ confirmed_at }) => confirmed_at !== null);
  return {
    factors: factors.map(({ factor_id, kind, name, created_at, last_used_at, synced }) => ({
      factor_id,
      kind,
      name,
      created_at,
      last_used_at,
      synced,
    })),
    recovery_codes_left: await recoveryCodesLeft(tx, person_id),
  };
}

/** Throws access.factors_full when a person has as many factors as can be looked after. */
export function requireRoom(factors: readonly FactorRow[]): void {
  if (factors.filter(({ confirmed_at }) => confirmed_at !== null).length >= FACTORS_MAX)
    throw problem("access.factors_full", { limit: FACTORS_MAX });
}

/**
 * Begins an authenticator app: its secret, shown once; it counts when a first code has proved that the app holds it.
 * @returns the secret in base32 and the address that the app reads from a picture
 */
export async function beginTotp(
  ground: Ground,
  person: PersonRow,
  issuer: string,
  name: string,
): Promise<{ readonly factor_id: number; readonly secret: string; readonly uri: string }> {
  const secret = newTotpSecret();
  const key = await ground.vault.namedKey(keyNameOf(person.person_id));
  const secret_sealed = key.encrypt(Buffer.from(secret), SECRET_CONTEXT);
  const factor_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    requireRoom(await lockFactors(tx, person.person_id));
    return insertTotp(tx, { person_id: person.person_id, name, secret_sealed, now: ground.wall.now() });
  });
  return { factor_id, secret, uri: totpUri(secret, issuer, person.email) };
}

/**
 * The first code of an app that was begun.
 * @returns fresh recovery codes when this is the person's first factor, else null
 * @throws access.code_wrong, access.factor_not_found
 */
export async function confirmTotp(
  ground: Ground,
  { person, session, policy }: SignedIn,
  factor_id: number,
  code: string,
): Promise<string[] | null> {
  const done = await attempt(ground, person.person_id, "factor", async (tx) => {
    const factors = await lockFactors(tx, person.person_id);
    const factor = factors.find((one) => one.factor_id === factor_id && one.kind === "totp");
    if (factor === undefined || factor.confirmed_at !== null) throw problem("access.factor_not_found");
    if (ground.wall.now().getTime() - factor.created_at.getTime() > CONFIRM_SECONDS_MAX * 1000)
      throw problem("access.factor_begun_long_ago", { minutes: CONFIRM_SECONDS_MAX / 60 });
    requireStillFirst(session, factors);
    if (!(await takeTotp(tx, ground, factor, code))) return undefined;
    return { codes: await firstCodes(tx, person.person_id, factors) };
  });
  if (done === undefined) throw codeWrong(policy);
  return done.codes;
}

const codeWrong = ({ attempts_max, lock_minutes }: SecurityPolicy) =>
  problem("access.code_wrong", { limit: attempts_max, minutes: lock_minutes });

/** A session that was read before its person had a factor adds none beside one that came meanwhile. @throws access.step_up_required */
export function requireStillFirst(session: Pick<SessionRow, "has_factor">, factors: readonly FactorRow[]): void {
  const has_factor = factors.some(({ confirmed_at }) => confirmed_at !== null);
  if (has_factor && !session.has_factor) throw stepUp({ permission: "own", level: "L4" });
}

/** Recovery codes for whoever has just got a first factor; null for everybody else. */
export async function firstCodes(tx: Tx, person_id: number, before: readonly FactorRow[]): Promise<string[] | null> {
  return before.some(({ confirmed_at }) => confirmed_at !== null) ? null : newRecoveryCodes(tx, person_id);
}

/** "abcdefgh…" → "abcd-efgh-…", as codes are shown and hashed. */
const grouped = (letters: string): string => letters.replaceAll(/(.{4})(?=.)/g, "$1-");

/** Ten codes, each good for one time, in place of all earlier ones; only their hashes are kept. 79 bits each. */
async function newRecoveryCodes(tx: Tx, person_id: number): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => {
    const letters = Array.from({ length: 16 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join("");
    return grouped(letters);
  });
  await replaceRecoveryCodes(
    tx,
    person_id,
    codes.map((code) => hashSecret(code)),
  );
  return codes;
}

/** Marks a code's thirty seconds as used. @returns whether the code was right and not used before */
async function takeTotp(tx: Tx, ground: Ground, factor: FactorRow, code: string): Promise<boolean> {
  if (factor.secret_sealed === null) return false;
  const key = await ground.vault.namedKey(keyNameOf(factor.person_id));
  const secret = key.decrypt(factor.secret_sealed, SECRET_CONTEXT).toString("utf8");
  const now = ground.wall.now();
  const step = totpStep(secret, code, now, factor.last_step);
  if (step === undefined) return false;
  await useTotp(tx, factor.factor_id, step, now);
  return true;
}

/**
 * Checks a code: of any of the person's apps, or a recovery code. Wrong ones count like wrong passwords.
 * @returns with what it was proved
 * @throws access.code_wrong, access.locked
 */
export async function proveByCode(
  ground: Ground,
  { person, policy }: SignedIn,
  code: string,
): Promise<"totp" | "recovery_code"> {
  const now = ground.wall.now();
  const given = code.replaceAll(/[\s-]/g, "").toLowerCase();
  const proved = await attempt(ground, person.person_id, "factor", async (tx) => {
    const factors = await factorsOf(tx, person.person_id);
    for (const factor of factors)
      if (factor.kind === "totp" && factor.confirmed_at !== null && (await takeTotp(tx, ground, factor, given)))
        return "totp" as const;
    const recovered = await useRecoveryCode(tx, person.person_id, hashSecret(grouped(given)), now);
    return recovered ? ("recovery_code" as const) : undefined;
  });
  if (proved === undefined) throw codeWrong(policy);
  return proved;
}

/** Fresh recovery codes for whoever still has a factor. @throws access.factor_not_found */
export async function renewRecoveryCodes(ground: Ground, person_id: number): Promise<string[]> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const factors = await lockFactors(tx, person_id);
    if (!factors.some(({ confirmed_at }) => confirmed_at !== null)) throw problem("access.factor_not_found");
    return newRecoveryCodes(tx, person_id);
  });
}

/** Takes a factor away; the last one of a role that must have one stays. @throws access.factor_not_found, access.last_factor */
export async function removeFactor(ground: Ground, person: PersonRow, factor_id: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const factors = (await lockFactors(tx, person.person_id)).filter(({ confirmed_at }) => confirmed_at !== null);
    const policy = await securityPolicy(tx);
    const others = factors.filter((one) => one.factor_id !== factor_id);
    if (others.length === factors.length) throw problem("access.factor_not_found");
    if (others.length === 0 && policy.second_factor_roles.includes(person.role)) throw problem("access.last_factor");
    await deleteFactor(tx, person.person_id, factor_id);
    if (others.length === 0) await replaceRecoveryCodes(tx, person.person_id, []);
  });
}

/** For a person who lost all of them: a security administrator takes them away, the next log-in begins anew. */
export async function resetFactors(tx: Tx, person_id: number): Promise<number> {
  await lockFactors(tx, person_id);
  return deleteFactorsOf(tx, person_id);
}
