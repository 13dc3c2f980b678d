import { LRUCache } from "lru-cache";
import { requireAudited } from "../platform/request-act.ts";
import type { Clock } from "../platform/clock.ts";
import type { Tx } from "../store/index.ts";
import { blindIndex, indexKeyOf } from "./cipher.ts";
import type { DeletionSubject } from "./deletion-journal.ts";
import { IndexTokens } from "./index-tokens.ts";
import { type KeyAccess, openKeys } from "./key-access.ts";
import { mask } from "./mask.ts";
import { type NamedKey, NamedKeys, namedToken } from "./named-keys.ts";
import { normalise, type Normalised } from "./normalise.ts";
import { type ClearValue, openValues, sealValues } from "./sealed-values.ts";
import type { SuiteName } from "./suites.ts";

/**
 * The only place that turns personal data into ciphertext and back. Every value has a key of its own (derived from the
 * master key and a salt in the key store); equal identifiers have equal tokens, which is how they are found.
 */
export interface Vault {
  /** The blind index of a value already normalised: 22 characters, base64url. */
  token(kind: string, value: string, namespace?: string): string;
  /**
   * A token with its root, which no exchange of the index key changes: texts are named by the root of their owner, and ties
   * are settled in the order of roots. A root is never stored.
   */
  tokenAndRoot(kind: string, value: string, namespace?: string): { readonly token: string; readonly root: string };
  /** A token of a letter and four characters, which several values share. */
  shortToken(letter: string, kind: string, value: string, namespace?: string): string;
  /**
   * By what a content that came before is recognised, under a key of its own: nothing can be found by it but the content
   * itself, which is kept nowhere, so it could never be computed anew.
   */
  contentToken(what: string, content: string): string;
  normalise(kind: string, raw: string): Normalised;
  /** Stores ciphertexts for tokens not yet stored. Keys are made first, in the key store: an unused key does no harm. */
  seal(tx: Tx, values: readonly ClearValue[]): Promise<void>;
  /**
   * Clear values by token; tokens whose key was destroyed are left out. For a request only where its route leaves an
   * audit row; `openMasked` is for all others.
   */
  open(tx: Tx, tokens: readonly string[]): Promise<Map<string, ClearValue>>;
  /** Values as people may see them: each goes through `masking` (the mask of its kind) before it is given. */
  openMasked(tx: Tx, tokens: readonly string[], masking?: (clear: ClearValue) => string): Promise<Map<string, string>>;
  /**
   * Destroys the keys and the ciphertexts of tokens, together, and writes it into the journal that a restore replays.
   * @param about what goes with them, for the domain to delete again after a restore
   * @throws vault.journal_unwritable
   */
  destroy(tx: Tx, tokens: readonly string[], now: Date, about?: DeletionSubject): Promise<number>;
  namedKey(name: string): Promise<NamedKey>;
  destroyNamedKey(name: string, now: Date): Promise<void>;
  /** The keys themselves: for rotation and status, inside of the vault. */
  readonly access: KeyAccess;
  close(): Promise<void>;
}

const TOKEN_CACHE = 200_000;

export interface VaultOptions {
  readonly data_dir: string;
  readonly keys_url: string;
  /** Key-encryption key from the environment ("": a file), and the one before it. */
  readonly master_key: string;
  readonly master_key_before: string;
  readonly suite: SuiteName;
  /** Folder of the journal of deletions; "": the one that holds the data folder. */
  readonly journal_dir: string;
  /** Real time. */
  readonly wall: Clock;
  readonly onError: (error: Error) => void;
  /** For the exchange of the index key itself, which nothing else may stand beside. */
  readonly exchanging?: boolean;
}

export async function openVault(options: VaultOptions): Promise<Vault> {
  return makeVault(await openKeys({ ...options, now: options.wall.now() }));
}

function makeVault(access: KeyAccess): Vault {
  const { index, content: contents } = access.keyring();
  const indexTokens = new IndexTokens(index);
  const contentKey = indexKeyOf(contents.key);
  const named = new NamedKeys(access);
  // HMAC costs 2 µs and the same few thousand people come again and again.
  const tokens = new LRUCache<string, string>({ max: TOKEN_CACHE });
  return {
    access,
    token: (kind, value, namespace = "") => {
      const purpose = `${kind}|${namespace}`;
      const cacheKey = `${purpose}\0${value}`;
      let token = tokens.get(cacheKey);
      if (token === undefined) {
        token = indexTokens.token(purpose, value);
        tokens.set(cacheKey, token);
      }
      return token;
    },
    tokenAndRoot: (kind, value, namespace = "") => {
      const root = indexTokens.root(`${kind}|${namespace}`, value);
      return { root, token: indexTokens.fromRoot(root) };
    },
    shortToken: (letter, kind, value, namespace = "") => indexTokens.short(letter, `${kind}|${namespace}`, value),
    contentToken: (what, content) => blindIndex(contents.suite, contentKey, `${what}|`, content),
    normalise,
    seal: async (tx, values) => {
      if (values.length > 0) await sealValues(tx, access, values);
    },
    open: async (tx, wanted) => {
      requireAudited();
      return openValues(tx, access, wanted);
    },
    openMasked: async (tx, wanted, masking = ({ kind, value }) => mask(kind, value)) => {
      const opened = await openValues(tx, access, wanted);
      return new Map([...opened].map(([token, clear]) => [token, masking(clear)]));
    },
    destroy: async (tx, wanted, now, about) => {
      await tx.query("delete from vault.sealed where token = any($1)", [wanted]);
      return access.journal.destroy(wanted, about ?? null, now);
    },
    namedKey: (name) => named.get(name),
    destroyNamedKey: async (name, now) => {
      named.forget(name);
      await access.journal.destroy([namedToken(name)], null, now);
    },
    close: () => access.keys.close(),
  };
}
