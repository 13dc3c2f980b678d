import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  getCiphers,
  getHashes,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

export type SuiteName = "intl" | "gm";

/** One family of algorithms. Its number is the first byte of every ciphertext, so each value says how it is opened. */
export interface CipherSuite {
  readonly id: number;
  readonly name: SuiteName;
  /** Derives a key for `encrypt` (RFC 5869 over the suite's hash). */
  derive(secret: Buffer, salt: Buffer, purpose: string): Buffer;
  /** @returns nonce, ciphertext and tag; `associated` is authenticated with them. */
  encrypt(key: Buffer, plain: Buffer, associated: Buffer): Buffer;
  /** @throws when key, associated data or any byte is not what it was */
  decrypt(key: Buffer, body: Buffer, associated: Buffer): Buffer;
  /** Keyed hash, 32 bytes. */
  hmac(key: KeyObject, text: string): Buffer;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

const objects = new WeakMap<Buffer, KeyObject>();

/** A key object, not its bytes: 37 µs for a text of 150 bytes instead of 71 (Node 24 imports the bytes anew at every call). */
function objectOf(key: Buffer): KeyObject {
  const known = objects.get(key) ?? createSecretKey(key);
  objects.set(key, known);
  return known;
}

/** AES-256-GCM, HMAC-SHA-256, HKDF over SHA-256. */
const international: CipherSuite = {
  id: 1,
  name: "intl",
  derive: (secret, salt, purpose) => Buffer.from(hkdfSync("sha256", secret, salt, purpose, KEY_BYTES)),
  encrypt: (key, plain, associated) => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", objectOf(key), nonce);
    cipher.setAAD(associated);
    const body = cipher.update(plain);
    cipher.final();
    return Buffer.concat([nonce, body, cipher.getAuthTag()]);
  },
  decrypt: (key, body, associated) => {
    const decipher = createDecipheriv("aes-256-gcm", key, body.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(associated);
    decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
    return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, body.length - TAG_BYTES)), decipher.final()]);
  },
  hmac: (key, text) => createHmac("sha256", key).update(text).digest(),
};

const IV_BYTES = 16;
const SM4_KEY_BYTES = 16;
const SM3_BYTES = 32;

/**
 * SM4-CTR, then HMAC-SM3 over associated data, nonce and ciphertext (encrypt-then-MAC, two keys from one derivation):
 * OpenSSL as Node carries it has no SM4-GCM, and one in JavaScript takes nine times as long for a file's chunk
 * (docs/decisions/0011-keys.md).
 */
const national: CipherSuite = {
  id: 2,
  name: "gm",
  derive: (secret, salt, purpose) => Buffer.from(hkdfSync("sm3", secret, salt, purpose, SM4_KEY_BYTES + KEY_BYTES)),
  encrypt: (key, plain, associated) => {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("sm4-ctr", key.subarray(0, SM4_KEY_BYTES), iv);
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([iv, body, sm3Tag(key, associated, iv, body)]);
  },
  decrypt: (key, body, associated) => {
    if (body.length < IV_BYTES + SM3_BYTES) throw new Error("the ciphertext is too short");
    const iv = body.subarray(0, IV_BYTES);
    const sealed = body.subarray(IV_BYTES, body.length - SM3_BYTES);
    const tag = body.subarray(body.length - SM3_BYTES);
    if (!timingSafeEqual(tag, sm3Tag(key, associated, iv, sealed))) throw new Error("the tag does not match");
    const decipher = createDecipheriv("sm4-ctr", key.subarray(0, SM4_KEY_BYTES), iv);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  },
  hmac: (key, text) => createHmac("sm3", key).update(text).digest(),
};

/** The length stands before the associated data, so that bytes cannot move from it into the ciphertext. */
function sm3Tag(key: Buffer, associated: Buffer, iv: Buffer, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(associated.length);
  return createHmac("sm3", key.subarray(SM4_KEY_BYTES))
    .update(length)
    .update(associated)
    .update(iv)
    .update(body)
    .digest();
}

export const SUITES: Readonly<Record<SuiteName, CipherSuite>> = { intl: international, gm: national };

export function suiteById(id: number | undefined): CipherSuite | undefined {
  return Object.values(SUITES).find((suite) => suite.id === id);
}

/** What a suite needs of Node's OpenSSL and does not find there; empty when it works here. */
export function missingOf(suite: SuiteName): string[] {
  const needed = suite === "gm" ? { ciphers: ["sm4-ctr"], hashes: ["sm3"] } : { ciphers: ["aes-256-gcm"], hashes: [] };
  const [ciphers, hashes] = [new Set(getCiphers()), new Set(getHashes())];
  return [...needed.ciphers.filter((name) => !ciphers.has(name)), ...needed.hashes.filter((name) => !hashes.has(name))];
}
