import { parsePhoneNumberFromString } from "libphonenumber-js/max";

/** Kinds of values the vault knows how to normalise; anything else is kept as trimmed text. */
export type SealedKind = string;

export type Normalised = { readonly value: string } | { readonly never_key: NeverKeyReason };

/** Why a value cannot tell who somebody is (requirements 11.2). */
export type NeverKeyReason = "empty" | "masked" | "extension" | "placeholder" | "malformed";

const PLACEHOLDER_PHONES = new Set([
  "+8613800000000",
  "+8613800138000",
  "+8613000000000",
  "+8618888888888",
  "+8613888888888",
  "+8613333333333",
]);
const PLACEHOLDER_TEXT = new Set([
  "",
  "null",
  "none",
  "undefined",
  "nan",
  "n/a",
  "na",
  "-",
  "--",
  "0",
  "无",
  "未知",
  "unknown",
  "test",
]);

/**
 * The one spelling under which an identifier is compared.
 * Phones become E.164 with +86 assumed; full-width digits, blanks and dashes go. A masked number, a privacy number with
 * an extension, a placeholder or an impossible number is never a key.
 */
export function normalise(kind: SealedKind, raw: string): Normalised {
  const text = raw.normalize("NFKC").trim();
  if (PLACEHOLDER_TEXT.has(text.toLowerCase())) return { never_key: "empty" };
  if (kind === "phone") return normalisePhone(text);
  if (kind === "email") return normaliseEmail(text);
  if (kind === "id_number") return normaliseIdNumber(text);
  if (text.includes("*")) return { never_key: "masked" };
  return { value: text };
}

function normalisePhone(text: string): Normalised {
  if (/[*xX•●]{2,}|\*/.test(text)) return { never_key: "masked" };
  if (/(转|ext|,|;|#|分机|-\d{1,6}$)/i.test(text) && /^\+?\d[\d\s]{9,14}(转|ext|,|;|#|分机|-)/i.test(text)) {
    return { never_key: "extension" };
  }
  const compact = text.replace(/[\s().·-]/g, "").replace(/^0086/, "+86");
  // 13 digits with the country code but no plus, as many tills write it
  const international = /^86(1\d{10})$/.exec(compact);
  const parsed = parsePhoneNumberFromString(international === null ? compact : `+${compact}`, "CN");
  if (parsed === undefined || !parsed.isPossible()) return { never_key: "malformed" };
  const value = parsed.number;
  if (PLACEHOLDER_PHONES.has(value) || /(\d)\1{7}$/.test(value)) return { never_key: "placeholder" };
  if (value.startsWith("+86") && !/^\+86(1[3-9]\d{9}|\d{10,11})$/.test(value)) return { never_key: "malformed" };
  return { value };
}

function normaliseEmail(text: string): Normalised {
  const lower = text.toLowerCase();
  if (lower.includes("*")) return { never_key: "masked" };
  if (!/^[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}$/.test(lower)) return { never_key: "malformed" };
  if (/@(example\.(com|org|net)|test\.com)$/.test(lower) && /^(test|none|no|null)@/.test(lower))
    return { never_key: "placeholder" };
  return { value: lower };
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Resident identity card number, 18 digits with the check digit of GB 11643-1999. */
function normaliseIdNumber(text: string): Normalised {
  const upper = text.toUpperCase().replace(/\s/g, "");
  if (upper.includes("*")) return { never_key: "masked" };
  if (!/^\d{17}[\dX]$/.test(upper)) return { never_key: "malformed" };
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(upper[i]), 0);
  return "10X98765432"[sum % 11] === upper[17] ? { value: upper } : { never_key: "malformed" };
}
