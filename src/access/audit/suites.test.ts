import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import fc from "fast-check";
import { sm2 } from "sm-crypto-v2";
import { describe, expect, it } from "vitest";
import { signatureSuiteOf, signerOf, suiteOf } from "./suites.ts";

describe.each(["ed25519", "sm2"])("%s", (name) => {
  const suite = suiteOf(name);
  if (suite === undefined) throw new Error(name);
  const { private_pem, public_pem } = suite.generate();

  it("verifies what it signed and nothing else, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (message, at) => {
        const signature = suite.sign(private_pem, message);
        expect(suite.verify(public_pem, message, signature)).toBe(true);
        expect(suite.verify(public_pem, `${message}.`, signature)).toBe(false);
        const bytes = Buffer.from(signature, "base64");
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
        expect(suite.verify(public_pem, message, bytes.toString("base64"))).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it("keeps its private key under a passphrase", () => {
    const locked = suite.generate("松萝");
    expect(() => signerOf(locked.private_pem)).toThrow();
    const signer = signerOf(locked.private_pem, "松萝");
    expect(signer).toMatchObject({ suite: name, public_pem: locked.public_pem });
    expect(suite.verify(locked.public_pem, "a", signer.sign("a"))).toBe(true);
  });

  it("is found by its key, and no other suite takes the signature", () => {
    const signer = signerOf(private_pem);
    expect(signer.suite).toBe(name);
    const other = suiteOf(name === "sm2" ? "ed25519" : "sm2")?.generate().public_pem ?? "";
    expect(suite.verify(public_pem, "a", signer.sign("a"))).toBe(true);
    expect(suiteOf("sm2")?.verify(name === "sm2" ? other : public_pem, "a", signer.sign("a"))).toBe(false);
  });
});

/** GB/T 32918.5-2017, annex A.2: the recommended curve, user id 1234567812345678, message "message digest". */
const GBT = {
  d: "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
  point:
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
  signature:
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
};

describe("SM2 as the standard has it", () => {
  it("takes the signature of GB/T 32918.5 annex A.2, and not one of another user", () => {
    const options = { hash: true, publicKey: GBT.point };
    const text = new Uint8Array(Buffer.from("message digest"));
    expect(sm2.getPublicKeyFromPrivateKey(GBT.d)).toBe(GBT.point);
    expect(sm2.doVerifySignature(text, GBT.signature, GBT.point, options)).toBe(true);
    expect(sm2.doVerifySignature(text, GBT.signature, GBT.point, { ...options, userId: "ALICE123@YAHOO.COM" })).toBe(
      false,
    );
  });

  it("Node's own SM2 knows no user id: its verification refuses ours, which is why both sides are one library", () => {
    const suite = signatureSuiteOf("gm");
    const { private_pem, public_pem } = suite.generate();
    const signature = Buffer.from(suite.sign(private_pem, "a"), "base64");
    expect(verify("sm3", Buffer.from("a"), createPublicKey(public_pem), signature)).toBe(false);
  });

  it("keys of the curve made by Node are the library's keys", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "SM2" });
    const der = privateKey.export({ type: "sec1", format: "der" });
    const d = der.subarray(7, 39).toString("hex");
    const point = publicKey.export({ type: "spki", format: "der" }).subarray(-65).toString("hex");
    expect(sm2.getPublicKeyFromPrivateKey(d)).toBe(point);
  });
});
