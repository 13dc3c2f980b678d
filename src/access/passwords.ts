import { hash, verify } from "@node-rs/argon2";
import { problem } from "../platform/errors.ts";

const LENGTH_MIN = 10;
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

/** Throws access.password_weak unless the password is long enough and neither common nor made of the e-mail's name. */
export function requireStrongPassword(password: string, email: string): void {
  const lower = password.toLowerCase();
  const user = email.split("@")[0]?.toLowerCase() ?? "";
  const distinct = new Set(lower).size;
  const common = COMMON.some((word) => lower.includes(word) && lower.length - word.length < 6);
  const named = user.length >= 4 && lower.includes(user);
  if (password.length < LENGTH_MIN || password.length > LENGTH_MAX || distinct < 5 || common || named) {
    throw problem("access.password_weak", { length_min: LENGTH_MIN });
  }
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
