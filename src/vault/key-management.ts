import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "../platform/errors.ts";
import { decrypt, encrypt, headerOf } from "./cipher.ts";
import { writeWhole } from "./key-files.ts";
import { type SuiteName, SUITES } from "./suites.ts";

/**
 * Who holds the key-encryption key (KEK) under which the master keys are stored. It wraps and unwraps only, so that a KMS
 * or an HSM, which never gives its key away, can stand here; then each start and each rotation is one call of it.
 */
export interface KeyManagement {
  readonly provider: "file" | "environment";
  /** Names the KEK that wraps from now on. */
  readonly kek_id: string;
  wrap(plain: Buffer, context: string): Promise<Buffer>;
  /** @throws vault.kek_missing when the KEK of that name is not here, vault.unreadable when the bytes are not what they were */
  unwrap(wrapped: Buffer, kek_id: string, context: string): Promise<Buffer>;
  /** Everything is wrapped by `kek_id` now: whatever else was kept for reading may go. */
  settled(): Promise<void>;
}

export interface KeyManagementOptions {
  readonly data_dir: string;
  /** The KEK from the environment, 32 bytes as base64, base64url or hex; "": it lies in a file. */
  readonly master_key: string;
  /** The one before it, for as long as something is wrapped by it. */
  readonly master_key_before: string;
  readonly suite: SuiteName;
}

const KEY_BYTES = 32;
const NO_SALT = Buffer.alloc(0);

/** The environment's key where it is set, else a file beside the key ring; what the other one wrapped is moved at the next start. */
export async function openKeyManagement(options: KeyManagementOptions): Promise<KeyManagement> {
  const file = join(options.data_dir, "keys", "kek.json");
  const kept = await readKekFile(file);
  const named = (name: string, text: string) => (text === "" ? [] : [keyFromText(name, text)]);
  const current = [...named("HUITOU_MASTER_KEY", options.master_key)];
  const provider = current.length > 0 ? "environment" : "file";
  if (provider === "file") current.push(kept ?? (await makeKekFile(file)));
  const keks = new Map(
    [
      ...current,
      ...named("HUITOU_MASTER_KEY_BEFORE", options.master_key_before),
      ...(kept === undefined ? [] : [kept]),
    ].map((key) => [kekId(key), key]),
  );
  const [kek] = current as [Buffer];
  const suite = SUITES[options.suite];
  const kek_id = kekId(kek);
  return {
    provider,
    kek_id,
    wrap: async (plain, context) => encrypt(suite, suite.derive(kek, NO_SALT, "huitou wrap"), 0, plain, context),
    unwrap: async (wrapped, id, context) => {
      const key = keks.get(id);
      if (key === undefined) throw problem("vault.kek_missing", { kek_id: id });
      try {
        return decrypt(headerOf(wrapped).suite.derive(key, NO_SALT, "huitou wrap"), wrapped, context);
      } catch {
        throw problem("vault.unreadable", { token: context });
      }
    },
    settled: async () => {
      if (provider === "environment") await rm(file, { force: true });
    },
  };
}

/** The first 16 hexadecimal digits of SHA-256 over the key: 32 random bytes do not show in it. */
function kekId(key: Buffer): string {
  return createHash("sha256").update("huitou kek").update(key).digest("hex").slice(0, 16);
}

function keyFromText(name: string, text: string): Buffer {
  const key = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  if (key.length !== KEY_BYTES) throw problem("vault.kek_malformed", { name });
  return key;
}

async function readKekFile(file: string): Promise<Buffer | undefined> {
  if (!existsSync(file)) return undefined;
  const { key } = JSON.parse(await readFile(file, "utf8")) as { key: string };
  return keyFromText(file, key);
}

async function makeKekFile(file: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  await writeWhole(file, `${JSON.stringify({ key: key.toString("base64url") })}\n`);
  return key;
}
