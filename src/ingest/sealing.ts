import type { Vault } from "../vault/index.ts";
import type { CutValue } from "./cut-value.ts";
import type { IdentityCache } from "./identity-cache.ts";
import { LIMITS } from "./limits.ts";
import { meaningOfName, personalKindOf } from "./personal-pattern.ts";
import type { ClearIdentity } from "./record.ts";
import type { Field } from "./vocabulary/field.ts";
import { IDENTITY_KINDS, type IdentityKind } from "./vocabulary/identity-kinds.ts";
import type { KindInfo } from "./vocabulary/kinds.ts";

export type { CutValue } from "./cut-value.ts";

/** An identifier that cannot tell who somebody is, kept beside the record and out of identity. */
export interface IdentityNote {
  readonly kind: IdentityKind;
  readonly reason: string;
  readonly value: { readonly sealed: string };
}

export interface CutIdentities {
  readonly tokens: readonly string[];
  /** Of the first one: names the texts of the record, whatever index key is in force. */
  readonly owner: string | undefined;
  /** `[{kind, token}, …]`; several of one kind in the order of their roots, so that the first is the same at any time. */
  readonly json: string;
  readonly notes: readonly IdentityNote[];
}

const IDENTITY_KIND_SET: ReadonlySet<string> = new Set(IDENTITY_KINDS);
const NO_NOTES: readonly IdentityNote[] = [];

/** Elements that hold personal texts or may hold unknown fields are looked at one by one; other lists stay as they are. */
const CUT_FIELDS = new WeakMap<readonly Field[], readonly Field[]>();

function cutFields(fields: readonly Field[]): readonly Field[] {
  let wanted = CUT_FIELDS.get(fields);
  if (wanted === undefined) {
    wanted = fields.filter((f) => f.type === "object" || f.type === "list" || f.type === "text" || needsCut(f));
    CUT_FIELDS.set(fields, wanted);
  }
  return wanted;
}

/** Personal texts and dates leave a tag's sight; personal codes and flags (gender, children) stay. */
function needsCut(field: Field): boolean {
  return (field.privacy === "L3" || field.privacy === "L4") && (field.type === "text" || field.type === "date");
}

/** Collects what is cut out of the records of one batch. Texts are named by the person or record they belong to. */
export class Cutter {
  /** Clear values whose tokens nobody has sealed lately. */
  readonly fresh = new Map<string, CutValue>();
  readonly #vault: Vault;
  readonly #identities: IdentityCache;
  readonly #namespace: string;
  readonly #isKnown: (token: string) => boolean;

  constructor(vault: Vault, identities: IdentityCache, namespace: string, isKnown: (token: string) => boolean) {
    this.#vault = vault;
    this.#identities = identities;
    this.#namespace = namespace;
    this.#isKnown = isKnown;
  }

  #keep(cut: CutValue): void {
    if (!this.fresh.has(cut.token) && !this.#isKnown(cut.token)) this.fresh.set(cut.token, cut);
  }

  /** Tokens of the identifiers that can serve as keys, and notes on the others. `owner` names the sealed notes. */
  identities(clear: readonly ClearIdentity[], owner: string): CutIdentities {
    const tokens: string[] = [];
    const kept: Kept[] = [];
    let notes: IdentityNote[] | undefined;
    for (const identity of clear) {
      const known = this.#identities.get(identity, this.#namespace);
      if ("never_key" in known) {
        if (known.never_key === "empty") continue;
        notes ??= [];
        notes.push({
          kind: identity.kind,
          reason: known.never_key,
          value: this.text(identity.kind, identity.value, owner),
        });
      } else if (!tokens.includes(known.token)) {
        tokens.push(known.token);
        kept.push(known);
        this.#keep(known.cut);
      }
    }
    return { tokens, owner: kept[0]?.root, json: jsonOf(kept), notes: notes ?? NO_NOTES };
  }

  /**
   * A text under a token of its own: equal texts of one person share it (a profile sent daily is sealed once), equal
   * texts of two persons do not, so that erasing one leaves the other whole.
   */
  text(kind: string, value: string, owner: string): { sealed: string } {
    const token = this.#vault.token(`text ${kind}`, value, owner);
    this.#keep({ token, kind, value });
    return { sealed: token };
  }

  /** Replaces the personal texts, dates and free objects of a checked body, in place. */
  body(info: KindInfo, body: Record<string, unknown>, owner: string): void {
    this.#fields(info.fields, body, owner);
  }

  #fields(fields: readonly Field[], values: Record<string, unknown>, owner: string): void {
    for (const field of cutFields(fields)) {
      const value = values[field.name];
      if (value === undefined) continue;
      if (field.type === "object") values[field.name] = this.#object(field, value, owner);
      else if (field.type === "list") this.#list(field, value as Record<string, unknown>[], owner);
      else if (needsCut(field)) values[field.name] = this.text(field.name, String(value), owner);
      else {
        const kind = personalKindOf(value as string);
        if (kind !== undefined) values[field.name] = this.text(kind, value as string, owner);
      }
    }
  }

  #list(field: Field, elements: Record<string, unknown>[], owner: string): void {
    if (field.items === undefined) return;
    for (const element of elements) {
      this.#fields(field.items, element, owner);
      if ("extra" in element) element["extra"] = this.free(element["extra"], owner);
    }
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
    const { json, notes } = this.identities(clear, owner);
    return {
      identities: JSON.parse(json) as unknown,
      ...(notes.length > 0 ? { notes } : {}),
      ...(Object.keys(others).length > 0 ? { extra: this.free(others, owner) } : {}),
    };
  }

  /**
   * A value the vocabulary does not know: kept, with everything in it that is or looks personal replaced by tokens. Nine
   * of ten hold nothing personal: looking first and copying only then saves a third of the edge's time.
   */
  free(value: unknown, owner: string): unknown {
    if (isHarmless(value, "", false, { left: LIMITS.object_values_max }, 0)) return value;
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
      const kind = kindOfText(value, name, person);
      return kind === undefined ? value : this.text(kind, value, owner);
    }
    if (typeof value === "number")
      return isPersonalNumber(value, name) ? this.text("text", String(value), owner) : value;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      return value.map((element: unknown) => this.#walk(element, name, owner, budget, depth + 1, person));
    }
    const meaning = meaningOfName(name);
    if (meaning.personal !== undefined) return this.text("text", JSON.stringify(value), owner);
    const kept: Record<string, unknown> = {};
    for (const [key, content] of Object.entries(value)) {
      // A property name can hold personal data as well ({"13812345678": 3}): then its token stands there.
      const shown = meaningOfName(key).is_personal ? `sealed:${this.text("text", key, owner).sealed}` : key;
      kept[shown] = this.#walk(content, key, owner, budget, depth + 1, meaning.is_person);
    }
    return kept;
  }
}

interface Kept {
  readonly kind: IdentityKind;
  readonly root: string;
  readonly json: string;
}

function jsonOf(kept: readonly Kept[]): string {
  const place = (kind: IdentityKind) => kept.findIndex((one) => one.kind === kind);
  const several = kept.length > 1 && kept.some(({ kind }, i) => place(kind) !== i);
  const sorted = several ? kept.toSorted((a, b) => place(a.kind) - place(b.kind) || (a.root < b.root ? -1 : 1)) : kept;
  return `[${sorted.map(({ json }) => json).join(",")}]`;
}

function kindOfText(value: string, name: string, person: boolean): string | undefined {
  if (value === "") return undefined;
  if (person && name === "name") return "name";
  return meaningOfName(name).personal ?? personalKindOf(value);
}

/** Eleven digits that begin like a mobile number, or a number under a personal name. */
function isPersonalNumber(value: number, name: string): boolean {
  return (value >= 13e9 && value < 2e10 && Number.isInteger(value)) || meaningOfName(name).personal !== undefined;
}

function isHarmless(value: unknown, name: string, person: boolean, budget: { left: number }, depth: number): boolean {
  budget.left -= 1;
  if (depth > LIMITS.object_depth_max || budget.left < 0) return false;
  if (typeof value === "string") return kindOfText(value, name, person) === undefined;
  if (typeof value === "number") return !isPersonalNumber(value, name);
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) {
    return value.every((element: unknown) => isHarmless(element, name, person, budget, depth + 1));
  }
  const meaning = meaningOfName(name);
  if (meaning.personal !== undefined) return false;
  for (const key of Object.keys(value)) {
    if (meaningOfName(key).is_personal) return false;
    if (!isHarmless((value as Record<string, unknown>)[key], key, meaning.is_person, budget, depth + 1)) return false;
  }
  return true;
}
