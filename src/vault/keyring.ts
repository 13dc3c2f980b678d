import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "../platform/errors.ts";
import { writeWhole } from "./key-files.ts";
import type { KeyManagement } from "./key-management.ts";
import { type CipherSuite, type SuiteName, SUITES } from "./suites.ts";

export interface MasterKey {
  readonly version: number;
  readonly key: Buffer;
  readonly made_at: Date;
}

/** The master keys of all versions still in force, and the key of the blind index. */
export interface Keyring {
  /** Names the installation's keys, wherever they are restored. */
  readonly ring: string;
  /** The newest version: what is sealed now is sealed under it. */
  readonly current: MasterKey;
  readonly masters: ReadonlyMap<number, MasterKey>;
  readonly index: { readonly version: number; readonly suite: CipherSuite; readonly key: Buffer };
}

const VERSION_MAX = 255;
const KEY_BYTES = 32;

interface Wrapped {
  readonly kek: string;
  readonly wrapped: string;
}
interface KeyringFile {
  readonly format: "huitou-keyring/1";
  readonly ring: string;
  readonly masters: readonly (Wrapped & { readonly version: number; readonly made_at: string })[];
  readonly index: Wrapped & { readonly version: number; readonly suite: SuiteName };
}
/** What the first version of this file held: one key in clear, from which the index key was derived. */
interface FirstFile {
  readonly version: number;
  readonly key: string;
}

export function keyringFile(data_dir: string): string {
  return join(data_dir, "keys", "master.json");
}

/**
 * Reads the key ring, or makes it when nothing has been sealed yet; what another KEK wrapped is wrapped by the current
 * one. Two processes must not do this at once (key-store.ts holds a lock).
 * @throws vault.master_key_missing when the file is gone although keys exist
 */
export async function openKeyring(
  management: KeyManagement,
  options: { data_dir: string; suite: SuiteName; keysExist: boolean; now: Date },
): Promise<Keyring> {
  const file = keyringFile(options.data_dir);
  if (!existsSync(file)) {
    if (options.keysExist) throw problem("vault.master_key_missing", { file });
    return saveKeyring(management, file, {
      ring: newRing(),
      masters: [{ version: 1, key: randomBytes(KEY_BYTES), made_at: options.now }],
      index: { version: 1, suite: SUITES[options.suite], key: randomBytes(KEY_BYTES) },
    });
  }
  const stored = JSON.parse(await readFile(file, "utf8")) as
    | (Omit<KeyringFile, "ring"> & { ring?: string })
    | FirstFile;
  if ("key" in stored) {
    const key = Buffer.from(stored.key, "base64url");
    const index = SUITES.intl.derive(key, Buffer.alloc(0), "huitou blind index 1");
    return saveKeyring(management, file, {
      ring: newRing(),
      masters: [{ version: stored.version, key, made_at: options.now }],
      index: { version: 1, suite: SUITES.intl, key: index },
    });
  }
  const keyring = await unwrapFile(management, { ...stored, ring: stored.ring ?? newRing() });
  const strange =
    stored.ring === undefined || [...stored.masters, stored.index].some((entry) => entry.kek !== management.kek_id);
  if (strange) await saveKeyring(management, file, { ...keyring, masters: [...keyring.masters.values()] });
  await management.settled();
  return keyring;
}

/** Reads it again, as another process may have changed it. */
export async function readKeyring(management: KeyManagement, data_dir: string): Promise<Keyring> {
  return unwrapFile(management, JSON.parse(await readFile(keyringFile(data_dir), "utf8")) as KeyringFile);
}

/** Adds the next version, which is the current one from now on. */
export async function addMaster(
  management: KeyManagement,
  data_dir: string,
  keyring: Keyring,
  now: Date,
): Promise<Keyring> {
  const version = keyring.current.version + 1;
  // the version is one byte of every ciphertext; at a rotation a month that is twenty years
  if (version > VERSION_MAX) throw problem("vault.versions_used_up", {});
  const made = { version, key: randomBytes(KEY_BYTES), made_at: now };
  return saveKeyring(management, keyringFile(data_dir), {
    ...keyring,
    masters: [...keyring.masters.values(), made],
  });
}

/** Destroys versions: the file that held them is replaced by one without. */
export async function dropMasters(
  management: KeyManagement,
  data_dir: string,
  keyring: Keyring,
  versions: ReadonlySet<number>,
): Promise<Keyring> {
  const masters = [...keyring.masters.values()].filter((master) => !versions.has(master.version));
  return saveKeyring(management, keyringFile(data_dir), { ...keyring, masters });
}

function newRing(): string {
  return randomBytes(6).toString("hex");
}

async function saveKeyring(
  management: KeyManagement,
  file: string,
  { ring, masters, index }: Pick<Keyring, "ring" | "index"> & { masters: readonly MasterKey[] },
): Promise<Keyring> {
  const wrap = async (key: Buffer, context: string): Promise<Wrapped> => ({
    kek: management.kek_id,
    wrapped: (await management.wrap(key, context)).toString("base64url"),
  });
  const entries: KeyringFile["masters"][number][] = [];
  for (const { version, key, made_at } of masters)
    entries.push({ version, made_at: made_at.toISOString(), ...(await wrap(key, `master ${version}`)) });
  const content: KeyringFile = {
    format: "huitou-keyring/1",
    ring,
    masters: entries,
    index: { version: index.version, suite: index.suite.name, ...(await wrap(index.key, `index ${index.version}`)) },
  };
  await writeWhole(file, `${JSON.stringify(content, null, 2)}\n`);
  await management.settled();
  return keyringOf(ring, masters, index);
}

async function unwrapFile(management: KeyManagement, stored: KeyringFile): Promise<Keyring> {
  const unwrap = (entry: Wrapped, context: string) =>
    management.unwrap(Buffer.from(entry.wrapped, "base64url"), entry.kek, context);
  const masters: MasterKey[] = [];
  for (const entry of stored.masters) {
    const key = await unwrap(entry, `master ${entry.version}`);
    masters.push({ version: entry.version, key, made_at: new Date(entry.made_at) });
  }
  const { index } = stored;
  const key = await unwrap(index, `index ${index.version}`);
  return keyringOf(stored.ring, masters, { version: index.version, suite: SUITES[index.suite], key });
}

function keyringOf(ring: string, masters: readonly MasterKey[], index: Keyring["index"]): Keyring {
  const sorted = [...masters].sort((a, b) => a.version - b.version);
  const current = sorted.at(-1);
  if (current === undefined) throw new Error("the key ring holds no master key");
  return { ring, current, masters: new Map(sorted.map((master) => [master.version, master])), index };
}
