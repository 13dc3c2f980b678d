import type { Vault } from "../vault/index.ts";
import { LIMITS } from "./limits.ts";
import { personalKindOf, personalKindOfName } from "./personal-pattern.ts";
import type { ClearIdentity, TokenIdentity } from "./record.ts";
import type { Field } from "./vocabulary/field.ts";
import { IDENTITY_KIND_INFO, IDENTITY_KINDS, type IdentityKind } from "./vocabulary/identity-kinds.ts";
import type { KindInfo } from "./vocabulary/kinds.ts";

/** A clear value of a batch with the token that stands for it behind the edge. */
export interface CutValue {
  readonly token: string;
  readonly kind: string;
  readonly value: string;
  readonly namespace?: string;
}

/** An identifier that cannot tell who somebody is, kept beside the record and out of identity. */
export interface IdentityNote {
  readonly kind: IdentityKind;
  readonly reason: string;
  readonly value: { readonly sealed: string };
}

const NAMESPACED = new Map(IDENTITY_KIND_INFO.map((info) => [info.kind, info.namespaced]));
const IDENTITY_KIND_SET: ReadonlySet<string> = new Set(IDENTITY_KINDS);

/** Collects what is cut out of the records of one batch. Texts are named by the person or record they belong to. */
export class Cutter {
  readonly values = new Map<string, CutValue>();
  readonly #vault: Vault;
  readonly #namespace: string;

  constructor(vault: Vault, namespace: string) {
    this.#vault = vault;
    this.#namespace = namespace;
  }

  /** Tokens of the identifiers that can serve as keys, and notes on the others. `owner` names the sealed notes. */
  identities(clear: readonly ClearIdentity[], owner: string): { identities: TokenIdentity[]; notes: IdentityNote[] } {
    const identities: TokenIdentity[] = [];
    const notes: IdentityNote[] = [];
    for (const { kind, value, namespace } of clear) {
      const normal = this.#vault.normalise(kind, value);
      if ("never_key" in normal) {
        if (normal.never_key === "empty") continue;
        notes.push({ kind, reason: normal.never_key, value: this.text(kind, value, owner) });
        continue;
      }
      const token = this.#identity(kind, normal.value, namespace);
      if (!identities.some((known) => known.token === token)) identities.push({ kind, token });
    }
    return { identities, notes };
  }

  #identity(kind: IdentityKind, value: string, namespace: string | undefined): string {
    const within = NAMESPACED.get(kind) === true ? (namespace ?? this.#namespace) : undefined;
    const token = this.#vault.token(kind, value, within);
    if (!this.values.has(token)) {
      this.values.set(token, within === undefined ? { token, kind, value } : { token, kind, value, namespace: within });
    }
    return token;
  }

  /**
   * A text under a token of its own: equal texts of one person share it (a profile sent daily is sealed once), equal
   * texts of two persons do not, so that erasing one leaves the other whole.
   */
  text(kind: string, value: string, owner: string): { sealed: string } {
    const token = this.#vault.token(`text ${kind}`, value, owner);
    if (!this.values.has(token)) this.values.set(token, { token, kind, value });
    return { sealed: token };
  }

  /** A checked body with its personal texts, dates and free objects replaced by tokens. */
  body(info: KindInfo, body: Readonly<Record<string, unknown>>, owner: string): Record<string, unknown> {
    return this.#fields(info.fields, body, owner);
  }

  #fields(fields: readonly Field[], values: Readonly<Record<string, unknown>>, owner: string): Record<string, unknown> {
    const cut: Record<string, unknown> = { ...values };
    for (const field of fields) {
      const value = values[field.name];
      if (value === undefined) continue;
      if (field.type === "object") cut[field.name] = this.#object(field, value, owner);
      else if (field.type === "list" && field.items !== undefined) {
        const items = field.items;
        const elements = value as Record<string, unknown>[];
        if (items.some(needsCut) || elements.some((element) => "extra" in element)) {
          cut[field.name] = elements.map((element) => {
            const kept = this.#fields(items, element, owner);
            if ("extra" in kept) kept["extra"] = this.free(kept["extra"], owner);
            return kept;
          });
        }
      } else if (needsCut(field)) cut[field.name] = this.text(field.name, String(value), owner);
      else if (field.type === "text" && typeof value === "string") cut[field.name] = this.#scrub(value, "", owner);
    }
    return cut;
  }

  #object(field: Field, value: unknown, owner: string): unknown {
    if (field.name === "counterpart") return this.#counterpart(value as Record<string, unknown>, owner);
    if (field.privacy === "L3" || field.privacy === "L4") return this.text(field.name, JSON.stringify(value), owner);
    return this.free(value, owner);
  }

  /** Another person's identifiers within a record: `{ identities: [{ kind, token }] }`. */
  #counterpart(value: Readonly<Record<string, unknown>>, owner: string): unknown {
    const clear: ClearIdentity[] = [];
    const others: Record<string, unknown> = {};
    for (const [name, content] of Object.entries(value)) {
      if (IDENTITY_KIND_SET.has(name)) clear.push({ kind: name as IdentityKind, value: String(content) });
      else others[name] = content;
    }
    const { identities, notes } = this.identities(clear, owner);
    return {
      identities,
      ...(notes.length > 0 ? { notes } : {}),
      ...(Object.keys(others).length > 0 ? { extra: this.free(others, owner) } : {}),
    };
  }

  /** A value the vocabulary does not know: kept, with everything in it that is or looks personal replaced by tokens. */
  free(value: unknown, owner: string): unknown {
    return this.#walk(value, "", owner, { left: LIMITS.object_values_max }, 0, false);
  }

  #walk(
    value: unknown,
    name: string,
    owner: string,
    budget: { left: number },
    depth: number,
    person: boolean,
  ): unknown {
    budget.left -= 1;
    if (depth > LIMITS.object_depth_max || budget.left < 0) {
      // Beyond the bounds the rest is kept whole, as one sealed text.
      return this.text("text", JSON.stringify(value) ?? "", owner);
    }
    if (typeof value === "string") {
      if (person && name === "name") return this.text("name", value, owner);
      return this.#scrub(value, name, owner);
    }
    if (typeof value === "number") {
      const personal =
        personalKindOfName(name) !== undefined || (value >= 13e9 && value < 2e10 && Number.isInteger(value));
      return personal ? this.text("text", String(value), owner) : value;
    }
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      return value.map((element: unknown) => this.#walk(element, name, owner, budget, depth + 1, person));
    }
    if (name !== "" && personalKindOfName(name) !== undefined) return this.text("text", JSON.stringify(value), owner);
    const kept: Record<string, unknown> = {};
    const inner = PERSON_OBJECTS.has(name.toLowerCase());
    for (const [key, content] of Object.entries(value)) {
      kept[this.#key(key, owner)] = this.#walk(content, key, owner, budget, depth + 1, inner);
    }
    return kept;
  }

  /** A property name can hold personal data as well ({"13812345678": 3}): then it is replaced by its token. */
  #key(key: string, owner: string): string {
    return personalKindOf(key) === undefined ? key : `sealed:${this.text("text", key, owner).sealed}`;
  }

  #scrub(value: string, name: string, owner: string): string | { sealed: string } {
    if (value === "") return value;
    const kind = (name === "" ? undefined : personalKindOfName(name)) ?? personalKindOf(value);
    return kind === undefined ? value : this.text(kind, value, owner);
  }
}

/** Objects of foreign messages in which `name` is a person's. */
const PERSON_OBJECTS = new Set([
  "traits",
  "customer",
  "user",
  "buyer",
  "receiver",
  "consignee",
  "billing_address",
  "shipping_address",
  "default_address",
  "profile",
]);

/** Personal texts and dates leave a tag's sight; personal codes and flags (gender, children) stay. */
function needsCut(field: Field): boolean {
  return (field.privacy === "L3" || field.privacy === "L4") && (field.type === "text" || field.type === "date");
}
