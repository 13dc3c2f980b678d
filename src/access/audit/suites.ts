import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { sm2 as sm2Signatures } from "sm-crypto-v2";

/** A signature algorithm by its name in signed documents; keys travel as PEM text. */
export interface SignatureSuite {
  readonly name: string;
  /** The private key is encrypted when a passphrase is given. */
  generate(passphrase?: string): { readonly private_pem: string; readonly public_pem: string };
  publicOf(private_pem: string, passphrase?: string): string;
  sign(private_pem: string, message: string, passphrase?: string): string;
  verify(public_pem: string, message: string, signature: string): boolean;
}

const ed25519: SignatureSuite = {
  name: "ed25519",
  generate: (passphrase) => pemsOf(generateKeyPairSync("ed25519"), passphrase),
  publicOf,
  sign: (private_pem, message, passphrase) =>
    sign(null, Buffer.from(message), privateKeyOf(private_pem, passphrase)).toString("base64"),
  verify: (public_pem, message, signature) =>
    verify(null, Buffer.from(message), createPublicKey(public_pem), Buffer.from(signature, "base64")),
};

/**
 * SM2 with SM3 and the default user id 1234567812345678 (GB/T 32918.2), as r and s of 32 bytes each: the
 * library reads DER without looking at its tags, so one signature would have several spellings. Node's OpenSSL makes and keeps the keys,
 * but signs without a user id, which nobody else verifies: both sides are sm-crypto-v2.
 */
const sm2: SignatureSuite = {
  name: "sm2",
  generate: (passphrase) => pemsOf(generateKeyPairSync("ec", { namedCurve: "SM2" }), passphrase),
  publicOf,
  sign: (private_pem, message, passphrase) => {
    const key = privateKeyOf(private_pem, passphrase);
    const publicKey = sm2PointOf(createPublicKey(key));
    const text = new Uint8Array(Buffer.from(message));
    return Buffer.from(sm2Signatures.doSignature(text, sm2ScalarOf(key), { hash: true, publicKey }), "hex").toString(
      "base64",
    );
  },
  verify: (public_pem, message, signature) => {
    const text = new Uint8Array(Buffer.from(message));
    const hex = Buffer.from(signature, "base64").toString("hex");
    if (hex.length !== 4 * SCALAR_BYTES) return false;
    try {
      return sm2Signatures.doVerifySignature(text, hex, sm2PointOf(createPublicKey(public_pem)), {
        hash: true,
      });
    } catch {
      return false;
    }
  },
};

const SCALAR_BYTES = 32;
const POINT_BYTES = 65;
/** Object identifier of the curve, 1.2.156.10197.1.301. */
const SM2_CURVE = Buffer.from("06082a811ccf5501822d", "hex");

/** Within PKCS 8 lies SEC 1 (RFC 5915): a sequence, version 1, then the scalar as an octet string of 32 bytes. */
function sm2ScalarOf(key: KeyObject): string {
  const der = key.export({ type: "pkcs8", format: "der" });
  const at = der.indexOf(Buffer.from([2, 1, 1, 4, SCALAR_BYTES])) + 5;
  return der.subarray(at, at + SCALAR_BYTES).toString("hex");
}

/** The uncompressed point is the end of the SPKI structure. */
function sm2PointOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "der" }).subarray(-POINT_BYTES).toString("hex");
}

function pemsOf({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }, passphrase?: string) {
  const locked = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return {
    private_pem: privateKey.export({ type: "pkcs8", format: "pem", ...locked }).toString(),
    public_pem: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

function publicOf(private_pem: string, passphrase?: string): string {
  return createPublicKey(privateKeyOf(private_pem, passphrase)).export({ type: "spki", format: "pem" }).toString();
}

function privateKeyOf(pem: string, passphrase: string | undefined): KeyObject {
  return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
}

const SUITES: ReadonlyMap<string, SignatureSuite> = new Map([ed25519, sm2].map((suite) => [suite.name, suite]));
export const DEFAULT_SUITE = ed25519.name;

/** The signature that belongs to a family of algorithms (HUITOU_CRYPTO_SUITE). */
export function signatureSuiteOf(crypto_suite: "intl" | "gm"): SignatureSuite {
  return crypto_suite === "gm" ? sm2 : ed25519;
}

/** The suite of a name; undefined for one that this version does not know. */
export function suiteOf(name: string): SignatureSuite | undefined {
  return SUITES.get(name);
}

/** How a key is named: the first 16 hexadecimal digits of SHA-256 over its PEM text. */
export function keyId(public_pem: string): string {
  return createHash("sha256").update(public_pem.trim()).digest("hex").slice(0, 16);
}

/** Who signs: a private key with the suite it belongs to. */
export interface Signer {
  readonly suite: string;
  readonly key_id: string;
  readonly public_pem: string;
  sign(message: string): string;
}

/** @throws when the key is of no suite that this version knows, or the passphrase is wrong */
export function signerOf(private_pem: string, passphrase?: string): Signer {
  const key = privateKeyOf(private_pem, passphrase);
  // Node gives a key of the SM2 curve that it has read no type
  const isSm2 = createPublicKey(key).export({ type: "spki", format: "der" }).includes(SM2_CURVE);
  const suite = SUITES.get(isSm2 ? sm2.name : (key.asymmetricKeyType ?? ""));
  if (suite === undefined) throw new Error(`no signature suite for a key of type ${key.asymmetricKeyType}`);
  const public_pem = suite.publicOf(private_pem, passphrase);
  return {
    suite: suite.name,
    key_id: keyId(public_pem),
    public_pem,
    sign: (message) => suite.sign(private_pem, message, passphrase),
  };
}
