import { createSecretKey } from "node:crypto";
import { LRUCache } from "lru-cache";
import { problem } from "../platform/errors.ts";
import { requireAudited } from "../platform/request-act.ts";
import type { Tx } from "../store/index.ts";
import { blindIndex, decrypt, deriveKey, encrypt } from "./cipher.ts";
import { loadMasterKey, openKeyStore, type KeyStore, type MasterKey } from "./key-store.ts";
import { mask } from "./mask.ts";
import { normalise, type Normalised } from "./normalise.ts";

/** One clear value to seal; `token` is its blind index (identifiers) or a name of its own (names, addresses). */
export interface ClearValue {
  readonly token: string;
  readonly kind: string;
  readonly value: string;
}

/** A key with a name, for batches and files; destroying the name makes them unreadable. */
export interface NamedKey {
  encrypt(plain: Buffer, context: string): Buffer;
  decrypt(sealed: Buffer, context: string): Buffer;
}

/**
 * The only place that turns personal data into ciphertext and back. Every value has a key of its own (derived from the
 * master key and a salt in the key store); equal identifiers have equal tokens, which is how they are found.
 */
export interface Vault {
  /** The blind index of a value already normalised: 22 characters, base64url. */
  token(kind: string, value: string, namespace?: string): string;
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
  /** Destroys the keys and the ciphertexts of tokens. */
  destroy(tx: Tx, tokens: readonly string[], now: Date): Promise<number>;
  namedKey(name: string): Promise<NamedKey>;
  destroyNamedKey(name: string, now: Date): Promise<void>;
  close(): Promise<void>;
}

const KEY_CACHE = 20_000;
const TOKEN_CACHE = 200_000;

export async function openVault(options: {
  data_dir: string;
  keys_url: string;
  onError: (error: Error) => void;
}): Promise<Vault> {
  const keys = await openKeyStore(options.keys_url, options.onError);
  const master = await loadMasterKey(options.data_dir, await keys.hasAny());
  return makeVault(keys, master);
}

export function makeVault(keys: KeyStore, master: MasterKey): Vault {
  const indexKey = createSecretKey(deriveKey(master.key, Buffer.alloc(0), "huitou blind index 1"));
  const namedKeys = new LRUCache<string, Promise<NamedKey>>({ max: KEY_CACHE });
  // HMAC costs 2 µs and the same few thousand people come again and again.
  const tokens = new LRUCache<string, string>({ max: TOKEN_CACHE });
  const keyOf = (token: string, salt: Buffer) => deriveKey(master.key, salt, `value ${token}`);
  return {
    token: (kind, value, namespace = "") => {
      const purpose = `${kind}|${namespace}`;
      const cacheKey = `${purpose}\0${value}`;
      let token = tokens.get(cacheKey);
      if (token === undefined) {
        token = blindIndex(indexKey, purpose, value);
        tokens.set(cacheKey, token);
      }
      return token;
    },
    normalise,
    seal: async (tx, values) => {
      if (values.length === 0) return;
      const salts = await keys.ensure(values.map((v) => v.token));
      const ciphertexts = values.map((v) =>
        encrypt(keyOf(v.token, saltOf(salts, v.token)), master.version, Buffer.from(v.value), `${v.kind}|${v.token}`),
      );
      await tx.query(
        `insert into vault.sealed (token, kind, ciphertext) select * from unnest($1::text[], $2::text[], $3::bytea[])
         on conflict (token) do nothing`,
        [values.map((v) => v.token), values.map((v) => v.kind), ciphertexts],
      );
    },
    open: async (tx, wanted) => {
      requireAudited();
      return openSealed(tx, keys, keyOf, wanted);
    },
    openMasked: async (tx, wanted, masking = ({ kind, value }) => mask(kind, value)) => {
      const opened = await openSealed(tx, keys, keyOf, wanted);
      return new Map([...opened].map(([token, clear]) => [token, masking(clear)]));
    },
    destroy: async (tx, wanted, now) => {
      await tx.query("delete from vault.sealed where token = any($1)", [wanted]);
      return keys.destroy(wanted, now);
    },
    namedKey: (name) => {
      let made = namedKeys.get(name);
      if (made === undefined) {
        made = makeNamedKey(keys, master, name);
        namedKeys.set(name, made);
        made.catch(() => namedKeys.delete(name));
      }
      return made;
    },
    destroyNamedKey: async (name, now) => {
      namedKeys.delete(name);
      await keys.destroy([`named:${name}`], now);
    },
    close: () => keys.close(),
  };
}

async function openSealed(
  tx: Tx,
  keys: KeyStore,
  keyOf: (token: string, salt: Buffer) => Buffer,
  wanted: readonly string[],
): Promise<Map<string, ClearValue>> {
  const unique = [...new Set(wanted)];
  if (unique.length === 0) return new Map();
  const rows = await tx.query<{ token: string; kind: string; ciphertext: Buffer }>(
    "select token, kind, ciphertext from vault.sealed where token = any($1)",
    [unique],
  );
  const salts = await keys.find(rows.map((row) => row.token));
  const opened = new Map<string, ClearValue>();
  for (const { token, kind, ciphertext } of rows) {
    const salt = salts.get(token);
    if (salt !== undefined)
      opened.set(token, { token, kind, value: openOne(keyOf(token, salt), ciphertext, kind, token) });
  }
  return opened;
}

function saltOf(salts: ReadonlyMap<string, Buffer>, token: string): Buffer {
  const salt = salts.get(token);
  if (salt === undefined) throw new Error(`the key store gave no salt for ${token}`);
  return salt;
}

function openOne(key: Buffer, ciphertext: Buffer, kind: string, token: string): string {
  try {
    return decrypt(key, ciphertext, `${kind}|${token}`).toString("utf8");
  } catch {
    throw problem("vault.unreadable", { token });
  }
}

async function makeNamedKey(keys: KeyStore, master: MasterKey, name: string): Promise<NamedKey> {
  const token = `named:${name}`;
  const salts = await keys.ensure([token]);
  const key = deriveKey(master.key, saltOf(salts, token), token);
  return {
    encrypt: (plain, context) => encrypt(key, master.version, plain, context),
    decrypt: (sealed, context) => {
      requireAudited();
      try {
        return decrypt(key, sealed, context);
      } catch {
        throw problem("vault.unreadable", { token: name });
      }
    },
  };
}
