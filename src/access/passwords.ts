import { hash, verify } from "@node-rs/argon2";
import { problem } from "../platform/errors.ts";
import { type PasswordProfile, PHRASE_LENGTH } from "./policy.ts";

const LENGTH_MAX = 256;
/** The heads of leaked-password lists; anything that contains one and little else is refused. */
const COMMON = [
  "password",
  "12345678",
  "qwerty",
  "11111111",
  "88888888",
  "66666666",
  "woaini",
  "5201314",
  "admin",
  "letmein",
  "iloveyou",
  "abc123",
  "huitou",
];

/** Lower case, upper case, digits, others: how many of them are in it. Letters without a case count as others. */
function classesIn(password: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u].filter((one) => one.test(password)).length;
}

/**
 * Throws access.password_weak unless the password is long enough and neither common nor made of the e-mail's name, and
 * access.password_simple when the profile wants more kinds of characters.
 */
export function requireStrongPassword(password: string, email: string, profile: PasswordProfile): void {
  const lower = password.toLowerCase();
  const user = email.split("@")[0]?.toLowerCase() ?? "";
  const distinct = new Set(lower).size;
  const common = COMMON.some((word) => lower.includes(word) && lower.length - word.length < 6);
  const named = user.length >= 4 && lower.includes(user);
  const { length_min, classes_min } = profile;
  if (password.length < length_min || password.length > LENGTH_MAX || distinct < 5 || common || named) {
    throw problem("access.password_weak", { length_min });
  }
  const wanted = password.length >= PHRASE_LENGTH ? Math.max(1, classes_min - 1) : classes_min;
  if (classesIn(password) < wanted)
    throw problem("access.password_simple", {
      classes_min,
      phrase_length: PHRASE_LENGTH,
      phrase_classes: Math.max(1, classes_min - 1),
    });
}

/** Throws access.password_used when it is one of the last that the profile forbids. */
export async function requireNewPassword(
  password: string,
  history: readonly string[],
  profile: PasswordProfile,
): Promise<void> {
  for (const earlier of history.slice(0, profile.history))
    if (await verify(earlier, password).catch(() => false))
      throw problem("access.password_used", { history: profile.history });
}

/** Whether a password has to be changed before anything else is done. */
export function isPasswordOld(changed_at: Date | null, profile: PasswordProfile, now: Date): boolean {
  if (profile.age_days_max === null || changed_at === null) return false;
  return now.getTime() - changed_at.getTime() > profile.age_days_max * 86_400_000;
}

// argon2id, 19 MiB, 2 passes, 1 lane: OWASP's first recommendation; 35 ms here.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/** Checks a password; takes as long for an unknown person, so that time does not tell who exists. */
export async function checkPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  const known = stored ?? (await decoy());
  const right = await verify(known, password).catch(() => false);
  return right && stored !== null && stored !== undefined;
}

let decoyHash: Promise<string> | undefined;
function decoy(): Promise<string> {
  decoyHash ??= hashPassword("no person has this password");
  return decoyHash;
}
