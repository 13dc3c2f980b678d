import type { Vault } from "../vault/index.ts";
import { readName } from "./person-trait.ts";
import { looseKey, nameKey, phoneLast4Key, surnameKey } from "./profile-fact.ts";

/** How a search was read. Nothing is searched by part: what is sealed can only be found whole. */
export type UnderstoodAs =
  | "phone"
  | "phone_last4"
  | "card_no"
  | "mall_id"
  | "crm_id"
  | "openid"
  | "email"
  | "name"
  | "surname"
  | "member_id";

export interface SearchTerm {
  readonly as: UnderstoodAs;
  /** Identifier tokens (exact, in members.holding) or search keys. */
  readonly tokens: readonly string[];
  readonly keys: readonly string[];
  readonly member_id: number | null;
  /** For a truncated index: what an opened value must end with to be a true match. */
  readonly ends_with: string | null;
}

export const SEARCH_CHARACTERS_MAX = 80;

/**
 * Reads what a person typed, the likeliest meaning first: an e-mail address, a whole phone number in any spelling, its
 * last four digits, a card, mall or CRM number, a member number, a whole name or a surname.
 * @param store_codes the stores whose members may be found by something as common as four digits.
 */
export function understand(text: string, vault: Vault, store_codes: readonly string[]): SearchTerm[] {
  const typed = text.normalize("NFKC").trim().slice(0, SEARCH_CHARACTERS_MAX);
  if (typed === "") return [];
  const terms: SearchTerm[] = [];
  const term = (as: UnderstoodAs, more: Partial<SearchTerm>) =>
    terms.push({ as, tokens: [], keys: [], member_id: null, ends_with: null, ...more });
  const email = typed.includes("@") ? vault.normalise("email", typed) : undefined;
  if (email !== undefined && "value" in email) term("email", { tokens: [vault.token("email", email.value)] });
  if (/^[+\d][\d\s().-]{6,}$/.test(typed)) {
    const phone = vault.normalise("phone", typed);
    if ("value" in phone) term("phone", { tokens: [vault.token("phone", phone.value)] });
  }
  if (/^\d{4}$/.test(typed)) {
    const keys = ["", ...store_codes].map((store_code) => phoneLast4Key(vault, typed, store_code));
    term("phone_last4", { keys: [...new Set(keys)], ends_with: typed });
  }
  if (/^[\w.:@/-]{3,64}$/.test(typed)) {
    for (const kind of ["card_no", "mall_id", "crm_id", "openid"] as const)
      term(kind, { keys: [looseKey(vault, kind, typed)] });
  }
  const member = /^(?:#|会员\s*#?)?(\d{1,15})$/.exec(typed);
  if (member !== null) term("member_id", { member_id: Number(member[1]) });
  if (!/\d/.test(typed)) addNames(typed, vault, term);
  return terms;
}

function addNames(typed: string, vault: Vault, term: (as: UnderstoodAs, more: Partial<SearchTerm>) => void): void {
  const { whole, surname, form } = readName(typed);
  if (/^\p{Script=Han}$/u.test(typed)) {
    term("surname", { keys: [surnameKey(vault, typed)] });
    return;
  }
  term("name", { keys: [nameKey(vault, whole)] });
  // 王女士, 王先生: the surname is what can be found. Two characters can be a surname of two (欧阳).
  if (form === "titled" && surname !== null) term("surname", { keys: [surnameKey(vault, surname)] });
  else if (/^\p{Script=Han}{2}$/u.test(typed) || /^\p{Script=Latin}+$/u.test(typed))
    term("surname", { keys: [surnameKey(vault, whole)] });
}
