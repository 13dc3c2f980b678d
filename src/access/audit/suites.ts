import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";

/** A signature algorithm by its name in signed documents; keys travel as PEM text. Another one (SM2) is one more entry. */
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
  generate: (passphrase) => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const locked = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
    return {
      private_pem: privateKey.export({ type: "pkcs8", format: "pem", ...locked }).toString(),
      public_pem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    };
  },
  publicOf: (private_pem, passphrase) =>
    createPublicKey(privateKeyOf(private_pem, passphrase)).export({ type: "spki", format: "pem" }).toString(),
  sign: (private_pem, message, passphrase) =>
    sign(null, Buffer.from(message), privateKeyOf(private_pem, passphrase)).toString("base64"),
  verify: (public_pem, message, signature) =>
    verify(null, Buffer.from(message), createPublicKey(public_pem), Buffer.from(signature, "base64")),
};

function privateKeyOf(pem: string, passphrase: string | undefined) {
  return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
}

const SUITES: ReadonlyMap<string, SignatureSuite> = new Map([[ed25519.name, ed25519]]);
export const DEFAULT_SUITE = ed25519.name;

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

export function signerOf(private_pem: string, passphrase?: string, name = DEFAULT_SUITE): Signer {
  const suite = SUITES.get(name);
  if (suite === undefined) throw new Error(`unknown signature suite ${name}`);
  const public_pem = suite.publicOf(private_pem, passphrase);
  return {
    suite: name,
    key_id: keyId(public_pem),
    public_pem,
    sign: (message) => suite.sign(private_pem, message, passphrase),
  };
}
