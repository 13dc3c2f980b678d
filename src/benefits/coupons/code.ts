import { createCipheriv, hash } from "node:crypto";

/** No 0 O Q, 1 I L, 2 Z, 5 S, 8 B, U V that a voice or a printer confuses; 23 of them, a prime, which the check needs. */
const ALPHABET = "34679ACDEFGHJKMNPRTUWXY";
const BASE = ALPHABET.length;
const RANDOM_CHARACTERS = 11;
export const CODE_CHARACTERS = RANDOM_CHARACTERS + 1;
const BLOCK_BYTES = 16;
const SHA_BLOCK_BYTES = 64;
const HASH_BYTES = 16;
const GROUP = 4;

/** Each place has a weight of its own: one wrong character or two that changed places never give the same. */
function checkOf(digits: readonly number[]): number {
  return digits.reduce((sum, digit, at) => sum + digit * (at + 1), 0) % BASE;
}

/** How many digits come from the first and the second half of a block: each half is far wider, so that none is likelier. */
const DIGITS_OF_HALVES = [6, 5] as const;
const HALF_BYTES = 6;

function digitsOf(block: Buffer): number[] {
  const digits: number[] = [];
  for (const [half, count] of DIGITS_OF_HALVES.entries()) {
    let rest = block.readUIntBE(half * HALF_BYTES, HALF_BYTES);
    for (let i = 0; i < count; i++) {
      digits.push(rest % BASE);
      rest = Math.floor(rest / BASE);
    }
  }
  return digits;
}

/**
 * The codes of a batch from a place on: each 49 bits that nobody guesses without the key, and a check character. Derived
 * by a stream of blocks, one for each place: a hundred thousand take a fraction of a second.
 */
export function codesFrom(key: Buffer, batch_id: number, first: number, count: number): string[] {
  const counter = Buffer.alloc(BLOCK_BYTES);
  counter.writeUIntBE(first, BLOCK_BYTES - HALF_BYTES, HALF_BYTES);
  const cipher = createCipheriv("aes-256-ctr", keyed(key, `codes of ${batch_id}`), counter);
  const blocks = cipher.update(Buffer.alloc(count * BLOCK_BYTES));
  return Array.from({ length: count }, (_, i) => {
    const digits = digitsOf(blocks.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES));
    return [...digits, checkOf(digits)].map((digit) => ALPHABET[digit] ?? "").join("");
  });
}

export function codeAt(key: Buffer, batch_id: number, ordinal: number): string {
  return codesFrom(key, batch_id, ordinal, 1)[0] ?? "";
}

/** What somebody typed or a scanner read, as it is looked up. */
export function normaliseCode(typed: string): string {
  return typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\-–—·]/g, "");
}

/** Whether a code of a unique batch was read without a mistake; codes that a brand chose have no check. */
export function isWellFormed(code: string): boolean {
  const digits = [...code].map((character) => ALPHABET.indexOf(character));
  if (digits.length !== CODE_CHARACTERS || digits.includes(-1)) return false;
  return checkOf(digits.slice(0, RANDOM_CHARACTERS)) === digits[RANDOM_CHARACTERS];
}

const pads = new WeakMap<Buffer, readonly [inner: Buffer, outer: Buffer]>();

/** HMAC-SHA-256 of two one-shot hashes: an object for each of a hundred thousand costs several times the hashing. */
export function keyed(key: Buffer, text: string): Buffer {
  let padded = pads.get(key);
  if (padded === undefined) {
    const block = Buffer.concat([key], SHA_BLOCK_BYTES);
    padded = [block.map((byte) => byte ^ 0x36) as Buffer, block.map((byte) => byte ^ 0x5c) as Buffer];
    pads.set(key, padded);
  }
  const [inner, outer] = padded;
  return hash(
    "sha256",
    Buffer.concat([outer, hash("sha256", Buffer.concat([inner, Buffer.from(text)]), "buffer")]),
    "buffer",
  );
}

/** By which a code is found: a copy of the table tells no code. */
export function codeHash(key: Buffer, normalised: string): Buffer {
  return keyed(key, `find ${normalised}`).subarray(0, HASH_BYTES);
}

/** 3ACE-9KMN-PRTX, as it is printed. */
export function printedCode(code: string): string {
  return code.match(new RegExp(`.{1,${GROUP}}`, "g"))?.join("-") ?? code;
}

/** As people see it who are not to use it. */
export function maskedCode(code: string): string {
  return `****-****-${code.slice(-GROUP)}`;
}
