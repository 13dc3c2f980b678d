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

export interface IndexKey {
  readonly version: number;
  readonly suite: CipherSuite;
  readonly key: Buffer;
  /** The index key that it took the place of: tokens are its hashes of that one's (index-tokens.ts). */
  readonly before?: IndexKey | undefined;
}

/** The master keys of all versions still in force, the key of the blind index, and the key by which contents are recognised. */
export interface Keyring {
  /** Names the installation's keys, wherever they are restored. */
  readonly ring: string;
  /** The newest version: what is sealed now is sealed under it. */
  readonly current: MasterKey;
  readonly masters: ReadonlyMap<number, MasterKey>;
  readonly index: IndexKey;
  /** Of a ring from before it had one of its own: the first index key, because ids were made with it. */
  readonly content: IndexKey;
  /** The index key of an exchange that is under way: nothing else may be opened with this ring. */
  readonly next_index?: IndexKey | undefined;
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
  readonly index: WrappedIndex;
  /** Index keys before the one in force, oldest first. */
  readonly index_before?: readonly WrappedIndex[];
  readonly next_index?: WrappedIndex;
  /** Index keys between the one in force and the next one, where a backup of before several exchanges is restored. */
  readonly next_before?: readonly WrappedIndex[];
  readonly content: WrappedIndex;
}
type WrappedIndex = Wrapped & { readonly version: number; readonly suite: SuiteName };
/** Rings made before they had a name, or a key for contents. */
type OlderFile = Omit<KeyringFile, "ring" | "content"> & Partial<Pick<KeyringFile, "ring" | "content">>;
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
      content: { version: 1, suite: SUITES[options.suite], key: randomBytes(KEY_BYTES) },
    });
  }
  const stored = JSON.parse(await readFile(file, "utf8")) as OlderFile | FirstFile;
  if ("key" in stored) {
    const key = Buffer.from(stored.key, "base64url");
    const derived = SUITES.intl.derive(key, Buffer.alloc(0), "huitou blind index 1");
    const index = { version: 1, suite: SUITES.intl, key: derived };
    return saveKeyring(management, file, {
      ring: newRing(),
      masters: [{ version: stored.version, key, made_at: options.now }],
      index,
      content: index,
    });
  }
  const keyring = await unwrapFile(management, { ...stored, ring: stored.ring ?? newRing() });
  const { ring, content } = stored;
  const strange =
    ring === undefined ||
    content === undefined ||
    [...stored.masters, stored.index, content].some((entry) => entry.kek !== management.kek_id);
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

/**
 * Makes the key of an exchange, or gives the one of an exchange that was broken off. @param next the suite of a new key, or the
 * key that the same installation has come to since
 */
export async function addNextIndex(
  management: KeyManagement,
  data_dir: string,
  keyring: Keyring,
  next: SuiteName | IndexKey,
): Promise<Keyring> {
  if (keyring.next_index !== undefined) return keyring;
  const { index } = keyring;
  const next_index =
    typeof next === "string"
      ? { version: index.version + 1, suite: SUITES[next], key: randomBytes(KEY_BYTES), before: index }
      : next;
  return saveKeyring(management, keyringFile(data_dir), {
    ...keyring,
    masters: [...keyring.masters.values()],
    next_index,
  });
}

/** The exchange is over: its key is the one in force; or, where it was refused, never was. */
export async function endNextIndex(
  management: KeyManagement,
  data_dir: string,
  keyring: Keyring,
  end: "in force" | "dropped",
): Promise<Keyring> {
  const index = end === "in force" ? (keyring.next_index ?? keyring.index) : keyring.index;
  const { ring, content } = keyring;
  return saveKeyring(management, keyringFile(data_dir), {
    ring,
    content,
    index,
    masters: [...keyring.masters.values()],
  });
}

function newRing(): string {
  return randomBytes(6).toString("hex");
}

async function saveKeyring(
  management: KeyManagement,
  file: string,
  ring_of: Pick<Keyring, "ring" | "index" | "content" | "next_index"> & { masters: readonly MasterKey[] },
): Promise<Keyring> {
  const { ring, masters, index, content, next_index } = ring_of;
  const wrap = async (key: Buffer, context: string): Promise<Wrapped> => ({
    kek: management.kek_id,
    wrapped: (await management.wrap(key, context)).toString("base64url"),
  });
  const entries: KeyringFile["masters"][number][] = [];
  for (const { version, key, made_at } of masters)
    entries.push({ version, made_at: made_at.toISOString(), ...(await wrap(key, `master ${version}`)) });
  const wrapIndex = async (name: string, { version, suite, key }: IndexKey): Promise<WrappedIndex> => ({
    version,
    suite: suite.name,
    ...(await wrap(key, `${name} ${version}`)),
  });
  const before: WrappedIndex[] = [];
  for (let key = index.before; key !== undefined; key = key.before) before.unshift(await wrapIndex("index", key));
  const between: WrappedIndex[] = [];
  for (let key = next_index?.before; key !== undefined && key.version > index.version; key = key.before)
    between.unshift(await wrapIndex("index", key));
  const whole: KeyringFile = {
    format: "huitou-keyring/1",
    ring,
    masters: entries,
    index: await wrapIndex("index", index),
    ...(before.length === 0 ? {} : { index_before: before }),
    ...(next_index === undefined ? {} : { next_index: await wrapIndex("index", next_index) }),
    ...(between.length === 0 ? {} : { next_before: between }),
    content: await wrapIndex("content", content),
  };
  await writeWhole(file, `${JSON.stringify(whole, null, 2)}\n`);
  await management.settled();
  return keyringOf(ring, masters, { index, content, next_index });
}

async function unwrapFile(management: KeyManagement, stored: OlderFile & Pick<KeyringFile, "ring">): Promise<Keyring> {
  const unwrap = (entry: Wrapped, context: string) =>
    management.unwrap(Buffer.from(entry.wrapped, "base64url"), entry.kek, context);
  const masters: MasterKey[] = [];
  for (const entry of stored.masters) {
    const key = await unwrap(entry, `master ${entry.version}`);
    masters.push({ version: entry.version, key, made_at: new Date(entry.made_at) });
  }
  const unwrapIndex = async (name: string, entry: WrappedIndex, before?: IndexKey): Promise<IndexKey> => ({
    version: entry.version,
    suite: SUITES[entry.suite],
    key: await unwrap(entry, `${name} ${entry.version}`),
    ...(before === undefined ? {} : { before }),
  });
  let before: IndexKey | undefined;
  for (const entry of stored.index_before ?? []) before = await unwrapIndex("index", entry, before);
  const index = await unwrapIndex("index", stored.index, before);
  let last = index;
  for (const entry of stored.next_before ?? []) last = await unwrapIndex("index", entry, last);
  const next_index = stored.next_index === undefined ? undefined : await unwrapIndex("index", stored.next_index, last);
  const content = stored.content === undefined ? index : await unwrapIndex("content", stored.content);
  return keyringOf(stored.ring, masters, { index, content, next_index });
}

function keyringOf(
  ring: string,
  masters: readonly MasterKey[],
  others: Pick<Keyring, "index" | "content" | "next_index">,
): Keyring {
  const sorted = [...masters].sort((a, b) => a.version - b.version);
  const current = sorted.at(-1);
  if (current === undefined) throw new Error("the key ring holds no master key");
  return { ring, current, masters: new Map(sorted.map((master) => [master.version, master])), ...others };
}
