import { dirname, join } from "node:path";
import { problem } from "../platform/errors.ts";
import { DeletionJournal } from "./deletion-journal.ts";
import { IndexTokens } from "./index-tokens.ts";
import { type KeyManagement, openKeyManagement, type KeyManagementOptions } from "./key-management.ts";
import { type KeyStore, openKeyStore, withKeyLock } from "./key-store.ts";
import { type Keyring, type MasterKey, openKeyring, readKeyring } from "./keyring.ts";
import { noteVersion, versionsOf } from "./master-versions.ts";
import { type CipherSuite, missingOf, SUITES } from "./suites.ts";

/** The keys of an installation as this process knows them now. */
export interface KeyAccess {
  readonly keys: KeyStore;
  readonly management: KeyManagement;
  readonly journal: DeletionJournal;
  readonly data_dir: string;
  /** What is sealed from now on is sealed by this suite. */
  readonly suite: CipherSuite;
  keyring(): Keyring;
  /** The key of a version; one that another process made is read from the file. @throws vault.master_version_missing */
  master(version: number): Promise<MasterKey>;
  reload(): Promise<void>;
  /** Takes over a ring that this process has just saved. */
  put(keyring: Keyring): void;
}

/** Held while the file of the key ring is made or changed. */
export const KEYRING_LOCK = 480_832;

interface KeyStoreOptions {
  readonly keys_url: string;
  /** Folder of the journal of deletions; "": the one that holds the data folder. */
  readonly journal_dir: string;
  readonly now: Date;
  readonly onError: (error: Error) => void;
  readonly exchanging?: boolean;
  /** The journal is looked at by whoever opens the keys next: these are on their way to another index key first. */
  readonly journal_later?: boolean;
}

/**
 * Opens key store and key ring together.
 * @throws vault.suite_missing, vault.master_key_missing, vault.kek_missing, vault.master_version_missing,
 *   vault.exchange_unfinished, vault.journal_newer
 */
export async function openKeys(options: KeyManagementOptions & KeyStoreOptions): Promise<KeyAccess> {
  const missing = missingOf(options.suite);
  if (missing.length > 0) throw problem("vault.suite_missing", { suite: options.suite, missing: missing.join(", ") });
  const keys = await openKeyStore(options.keys_url, options.onError);
  try {
    return await withKeyLock(keys.pool, KEYRING_LOCK, async (client) => {
      const management = await openKeyManagement(options);
      const keysExist = await keys.hasAny();
      const keyring = await openKeyring(management, { ...options, keysExist });
      const unfinished = keyring.next_index !== undefined;
      if (unfinished && options.exchanging !== true) throw problem("vault.exchange_unfinished");
      for (const master of keyring.masters.values()) await noteVersion(client, master.version, master.made_at);
      for (const { version, destroyed_at } of await versionsOf(client))
        if (destroyed_at === null && !keyring.masters.has(version))
          throw problem("vault.master_version_missing", { version });
      const file = journalFile(options, keyring.ring);
      const journal = new DeletionJournal(keys.pool, keyring.ring, file, new IndexTokens(keyring.index));
      // while tokens change, the table and the file may be of two versions: the exchange brings them together itself
      if (!unfinished && options.journal_later !== true) await journal.reconcile();
      if (!(await journal.canBeWritten())) options.onError(problem("vault.journal_unwritable", { file: journal.file }));
      return accessOf({ keys, management, journal }, options, keyring);
    });
  } catch (error) {
    await keys.close();
    throw error;
  }
}

/** Outside of the data folder, so that neither a back-up of it nor a restore into it touches the file. */
export function journalFile(options: { data_dir: string; journal_dir: string }, ring: string): string {
  return join(options.journal_dir || dirname(options.data_dir), `huitou-deleted-${ring}.jsonl`);
}

function accessOf(
  parts: Pick<KeyAccess, "keys" | "management" | "journal">,
  { data_dir, suite }: KeyManagementOptions,
  opened: Keyring,
): KeyAccess {
  let keyring = opened;
  const reload = async () => {
    keyring = await readKeyring(parts.management, data_dir);
  };
  return {
    ...parts,
    data_dir,
    suite: SUITES[suite],
    keyring: () => keyring,
    reload,
    put: (saved) => {
      keyring = saved;
    },
    master: async (version) => {
      if (!keyring.masters.has(version)) await reload();
      const master = keyring.masters.get(version);
      if (master === undefined) throw problem("vault.master_version_missing", { version });
      return master;
    },
  };
}
