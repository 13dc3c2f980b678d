import type { IdentifiedRecord } from "../ingest/index.ts";
import type { Vault } from "../vault/index.ts";
import { readCity } from "./city.ts";
import { birthdayHint, nameHint } from "./component-store.ts";
import { readName, type Birthday } from "./person-trait.ts";

/** One thing one record said about a party. */
export interface Fact {
  readonly party_id: number;
  readonly field: string;
  readonly record_id: string;
  readonly source_id: number | null;
  readonly person_id: number | null;
  readonly observed_at: Date;
  readonly value: string | null;
  readonly token: string | null;
  readonly hint: string | null;
  /** Kept for itself, because its record may be taken back. */
  readonly undoable: boolean;
}

/** A blind index by which a party can be found, and the sealed value it was made of. */
export interface SearchKey {
  readonly party_id: number;
  readonly kind: SearchKeyKind;
  readonly key: string;
  readonly source_token: string;
}
export type SearchKeyKind = "name" | "surname" | "phone_last4" | "card_no" | "mall_id" | "crm_id" | "openid" | "cookie";

export function nameKey(vault: Vault, whole: string): string {
  return vault.token("search name", whole);
}
export function surnameKey(vault: Vault, surname: string): string {
  return vault.token("search surname", surname);
}
export function phoneLast4Key(vault: Vault, last4: string, store_code: string): string {
  return vault.shortToken("4", "search phone_last4", last4, store_code);
}
/** For identifiers that are unique in a source only: found here whatever the source. */
export function looseKey(vault: Vault, kind: string, value: string): string {
  return vault.token(`search ${kind}`, value.toLowerCase());
}

/** Fields of a member record that are general enough to be kept as they are. */
const PLAIN_FIELDS = [
  "gender",
  "province",
  "children",
  "joined_at",
  "join_channel",
  "home_store_code",
  "associate_code",
] as const;
const BOOLEAN_FIELDS = ["phone_verified", "wechat_bound", "wecom_friend"] as const;

export type OpenSealed = (token: string) => string | undefined;

/** What a member record says, as facts. `open` gives the clear text of a sealed one; unreadable ones are left out. */
export function factsOf(
  record: IdentifiedRecord,
  party_id: number,
  vault: Vault,
  open: OpenSealed,
): { facts: Fact[]; keys: SearchKey[] } {
  const facts: Fact[] = [];
  const keys: SearchKey[] = [];
  const { body } = record;
  const add = (field: string, value: string | null, token: string | null = null, hint: string | null = null) =>
    facts.push({
      party_id,
      field,
      record_id: record.record_id,
      source_id: record.source_id,
      person_id: null,
      observed_at: record.occurred_at,
      value,
      token,
      hint,
      undoable: record.undoable,
    });
  for (const field of PLAIN_FIELDS) {
    const value = body[field];
    if (typeof value === "string") add(field, value);
  }
  for (const field of BOOLEAN_FIELDS) if (typeof body[field] === "boolean") add(field, String(body[field]));
  if (typeof body["city"] === "string") for (const [field, value] of cityFacts(body["city"])) add(field, value);
  if (typeof body["flag"] === "string") add(`is_${body["flag"]}`, "true");
  addSealed(body, vault, open, party_id, add, keys);
  return { facts, keys };
}

/** The city by its name in the list, else as it was written; its tier always beside it, empty where the city is unknown. */
export function cityFacts(text: string): [field: string, value: string | null][] {
  const city = readCity(text);
  return [
    ["city", city?.name ?? text],
    ["city_tier", city?.tier ?? null],
  ];
}

function addSealed(
  body: Readonly<Record<string, unknown>>,
  vault: Vault,
  open: OpenSealed,
  party_id: number,
  add: (field: string, value: string | null, token?: string | null, hint?: string | null) => void,
  keys: SearchKey[],
): void {
  const sealed = (field: string) => {
    const token = sealedToken(body[field]);
    const clear = token === undefined ? undefined : open(token);
    return token === undefined || clear === undefined ? undefined : { token, clear };
  };
  for (const field of ["name", "birthday", "address"]) {
    const value = sealed(field);
    if (value === undefined) continue;
    const said = sealedFact(vault, party_id, { field, ...value, calendar: body["birthday_calendar"] });
    if (field === "birthday" && said.hint === null) continue;
    add(field, null, value.token, said.hint);
    keys.push(...said.keys);
  }
  const occupation = sealed("occupation");
  if (occupation !== undefined) add("occupation", occupation.clear);
}

/** What of a sealed value is kept beside it: a hint that tells people apart without naming them, and its search keys. */
export function sealedFact(
  vault: Vault,
  party_id: number,
  said: { readonly field: string; readonly clear: string; readonly token: string; readonly calendar?: unknown },
): { readonly hint: string | null; readonly keys: SearchKey[] } {
  if (said.field === "birthday") {
    const born = parseBirthday(said.clear, said.calendar);
    return { hint: born === null ? null : birthdayHint(born), keys: [] };
  }
  if (said.field !== "name") return { hint: null, keys: [] };
  const { form, whole, surname } = readName(said.clear);
  const surname_key = surname === null ? null : surnameKey(vault, surname);
  const key = (kind: SearchKeyKind, value: string) => ({ party_id, kind, key: value, source_token: said.token });
  return {
    hint: nameHint({ form, token: nameKey(vault, whole), surname: surname_key }),
    keys: [key("name", nameKey(vault, whole)), ...(surname_key === null ? [] : [key("surname", surname_key)])],
  };
}

export function sealedToken(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const token = (value as { sealed?: unknown }).sealed;
  return typeof token === "string" ? token : undefined;
}

export function parseBirthday(text: string, calendar: unknown): Birthday | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return null;
  const year = Number(match[1]);
  // Forms that ask for month and day only write a year nobody was born in; with 1 January nobody wrote anything.
  const unreal = year <= 1900 || year === 9999;
  if (unreal && text.endsWith("-01-01")) return null;
  return {
    year: unreal ? null : year,
    month: Number(match[2]),
    day: Number(match[3]),
    calendar: calendar === "lunar" ? "lunar" : "solar",
  };
}
