import { createCipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { hkdf, sm3, sm4 } from "sm-crypto-v2";
import { describe, expect, it } from "vitest";
import { blindIndex, decrypt, encrypt, headerOf, indexKeyOf } from "./cipher.ts";
import { missingOf, SUITES } from "./suites.ts";

const long = process.env["HUITOU_LONG"] === "1";
const RUNS = long ? 2_000 : 100;
const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((b) => Buffer.from(b));
const hex = (text: string) => Buffer.from(text, "hex");

function sm4Ecb(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv("sm4-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

describe("published vectors", () => {
  it("SM3: GB/T 32905-2016 annex A, both messages", () => {
    const [abc, sixteen] = ["abc", "abcd".repeat(16)];
    const expected = [
      "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
      "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    ];
    expect([abc, sixteen].map((text) => createHash("sm3").update(text).digest("hex"))).toEqual(expected);
    expect([abc, sixteen].map((text) => sm3(text))).toEqual(expected);
  });

  it("SM4: GB/T 32907-2016 annex A.1, one block", () => {
    const block = hex("0123456789abcdeffedcba9876543210");
    expect(sm4Ecb(block, block).toString("hex")).toBe("681edf34d206965e86b3e94f536e4246");
    expect(sm4.encrypt(new Uint8Array(block), new Uint8Array(block), { padding: "none" })).toBe(
      "681edf34d206965e86b3e94f536e4246",
    );
  });

  it.runIf(long)("SM4: GB/T 32907-2016 annex A.2, a million rounds", () => {
    const key = hex("0123456789abcdeffedcba9876543210");
    const cipher = createCipheriv("sm4-ecb", key, null).setAutoPadding(false);
    let block: Buffer = key;
    for (let i = 0; i < 1_000_000; i += 1) block = cipher.update(block);
    expect(block.toString("hex")).toBe("595298c7c6fd271f0402f804c33d3f66");
  });

  it("SM4-GCM: RFC 8998 A.1, by the second implementation", () => {
    const sealed = sm4.encrypt(
      new Uint8Array(
        hex(
          "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        ),
      ),
      new Uint8Array(hex("0123456789abcdeffedcba9876543210")),
      {
        mode: "gcm",
        iv: new Uint8Array(hex("00001234567800000000abcd")),
        associatedData: new Uint8Array(hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")),
        output: "array",
        outputTag: true,
      },
    );
    expect(Buffer.from(sealed.output).toString("hex")).toBe(
      "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
    );
    expect(Buffer.from(sealed.tag ?? []).toString("hex")).toBe("83de3541e4c2b58177e065a9bf7b62ec");
  });

  it("AES-256-GCM: NIST GCM test case 16", () => {
    const sealed = Buffer.concat([
      hex("cafebabefacedbaddecaf888"),
      hex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
      ),
      hex("76fc6ece0f4e1768cddf8853bb2d551b"),
    ]);
    const key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    expect(SUITES.intl.decrypt(key, sealed, hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")).toString("hex")).toBe(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
  });
});

describe("Node's OpenSSL against a second implementation (sm-crypto-v2)", () => {
  it("SM3, HMAC-SM3 and HKDF over SM3 are equal for any bytes", () => {
    fc.assert(
      fc.property(bytes(1, 300), bytes(1, 80), bytes(16, 16), (data, key, salt) => {
        expect(createHash("sm3").update(data).digest("hex")).toBe(sm3(new Uint8Array(data)));
        expect(createHmac("sm3", key).update(data).digest("hex")).toBe(
          sm3(new Uint8Array(data), { key: new Uint8Array(key) }),
        );
        const ours = Buffer.from(hkdfSync("sm3", key, salt, "value x", 48));
        const theirs = hkdf(new Uint8Array(key), new Uint8Array(salt), "value x", 48);
        expect(ours).toEqual(Buffer.from(theirs));
      }),
      { numRuns: RUNS },
    );
  });

  it("SM4 is equal block by block, so the counter mode can be built from the other one", () => {
    fc.assert(
      fc.property(bytes(16, 16), bytes(1, 90), bytes(8, 8), (key, plain, prefix) => {
        const iv = Buffer.concat([prefix, Buffer.alloc(8)]);
        const cipher = createCipheriv("sm4-ctr", key, iv);
        const ours = Buffer.concat([cipher.update(plain), cipher.final()]);
        const theirs = plain.map((byte, i) => {
          const counter = Buffer.from(iv);
          counter.writeBigUInt64BE(BigInt(Math.floor(i / 16)), 8);
          const stream = sm4.encrypt(new Uint8Array(counter), new Uint8Array(key), {
            padding: "none",
            output: "array",
          });
          return byte ^ (stream[i % 16] ?? 0);
        });
        expect(ours).toEqual(Buffer.from(theirs));
      }),
      { numRuns: RUNS },
    );
  });
});

describe.each(["intl", "gm"] as const)("suite %s", (name) => {
  const suite = SUITES[name];
  it("is there in this Node", () => expect(missingOf(name)).toEqual([]));

  it("opens what it sealed, and notices every changed byte and every other context or key", () => {
    fc.assert(
      fc.property(bytes(0, 200), fc.string(), fc.nat(), (plain, context, at) => {
        const key = suite.derive(randomBytes(32), randomBytes(16), "value t");
        const sealed = encrypt(suite, key, 3, plain, context);
        expect(headerOf(sealed)).toEqual({ suite, version: 3 });
        expect(decrypt(key, sealed, context)).toEqual(plain);
        expect(() => decrypt(key, sealed, `${context}|`)).toThrow();
        expect(() => decrypt(suite.derive(randomBytes(32), Buffer.alloc(0), "x"), sealed, context)).toThrow();
        const place = 2 + (at % (sealed.length - 2));
        const altered = Buffer.from(sealed);
        altered[place] = (altered[place] ?? 0) ^ 1;
        expect(() => decrypt(key, altered, context)).toThrow();
        expect(() => decrypt(key, sealed.subarray(0, -1), context)).toThrow();
      }),
      { numRuns: RUNS },
    );
  });

  it("never seals one value twice to the same bytes, and finds it by one index", () => {
    const key = suite.derive(randomBytes(32), randomBytes(16), "a");
    expect(encrypt(suite, key, 1, Buffer.from("x"), "")).not.toEqual(encrypt(suite, key, 1, Buffer.from("x"), ""));
    const index = indexKeyOf(randomBytes(32));
    expect(blindIndex(suite, index, "phone|", "+8619912345678")).toMatch(/^[\w-]{22}$/);
    expect(blindIndex(suite, index, "phone|", "1")).toBe(blindIndex(suite, index, "phone|", "1"));
    expect(blindIndex(suite, index, "phone|", "1")).not.toBe(blindIndex(suite, index, "email|", "1"));
  });
});
