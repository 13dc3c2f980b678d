import type { Vault } from "../vault/index.ts";
import type { CutValue } from "./cut-value.ts";
import type { ClearIdentity } from "./record.ts";
import { IDENTITY_KIND_INFO, type IdentityKind } from "./vocabulary/identity-kinds.ts";

/** What an identifier becomes behind the edge: a token with its JSON ready, or the reason why it is never a key. */
export type KnownIdentity =
  | {
      readonly kind: IdentityKind;
      readonly token: string;
      readonly root: string;
      readonly json: string;
      readonly cut: CutValue;
    }
  | { readonly never_key: string };

const NAMESPACED = new Map(IDENTITY_KIND_INFO.map((info) => [info.kind, info.namespaced]));

/**
 * Normalising, hashing and writing an identifier costs 8 µs, and the same people come again and again. One map per kind
 * and namespace, so that a look-up hashes the value alone. Two generations: when the young one is full it becomes the
 * old one, and what is asked for again moves back.
 */
export class IdentityCache {
  readonly #vault: Vault;
  readonly #max: number;
  #young = new Generation();
  #old = new Generation();

  constructor(vault: Vault, entries_max: number) {
    this.#vault = vault;
    this.#max = entries_max;
  }

  get({ kind, value, namespace }: ClearIdentity, source_namespace: string): KnownIdentity {
    const within = NAMESPACED.get(kind) === true ? (namespace ?? source_namespace) : "";
    const values = this.#young.values(kind, within);
    let known = values.get(value);
    if (known !== undefined) return known;
    known = this.#old.values(kind, within).get(value) ?? this.#make(kind, value, within);
    if (this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.values(kind, within).set(value, known);
    this.#young.size += 1;
    return known;
  }

  #make(kind: IdentityKind, raw: string, within: string): KnownIdentity {
    const normal = this.#vault.normalise(kind, raw);
    if ("never_key" in normal) return normal;
    const namespace = within === "" ? {} : { namespace: within };
    const { token, root } = this.#vault.tokenAndRoot(kind, normal.value, within === "" ? undefined : within);
    return {
      kind,
      token,
      root,
      json: JSON.stringify({ kind, token }),
      cut: { token, kind, value: normal.value, ...namespace },
    };
  }
}

class Generation {
  size = 0;
  readonly #byKind = new Map<string, Map<string, Map<string, KnownIdentity>>>();

  values(kind: string, within: string): Map<string, KnownIdentity> {
    let namespaces = this.#byKind.get(kind);
    if (namespaces === undefined) {
      namespaces = new Map();
      this.#byKind.set(kind, namespaces);
    }
    let values = namespaces.get(within);
    if (values === undefined) {
      values = new Map();
      namespaces.set(within, values);
    }
    return values;
  }
}
