import { IDENTITY_KIND_INFO } from "./vocabulary/identity-kinds.ts";

/** What a free text seems to be or to hold: `phone`, `email` or `id_number` when it is nothing else, `text` when it holds one. */
export type PersonalKind = "phone" | "email" | "id_number" | "text";

const PHONE = /(?<![0-9A-Za-z])(?:\+?86[- ]?|0086[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])/;
const INTERNATIONAL = /(?<![0-9A-Za-z])\+[1-9]\d{0,2}[- ]?(?:\d[- ]?){6,12}(?![0-9A-Za-z])/;
const EMAIL = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}/;
const ID_NUMBER =
  /(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])/;
/** Most values hold no ten digits in a row and no address sign between letters: two tests spare them the four others. */
const DIGITS = /\d[\d\- ]{8}/;
const WORD = /[A-Za-z0-9._%+-]/;

function mayHoldEmail(text: string): boolean {
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    if (at > 0 && WORD.test(text.charAt(at - 1))) return true;
  }
  return false;
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** GB 11643: the last character of an identity card number is its check digit (ISO 7064 MOD 11-2). */
export function idNumberIsValid(text: string): boolean {
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return "10X98765432"[sum % 11] === text[17]?.toUpperCase();
}

/** Whether a free value looks like, or holds, a phone, an e-mail address or an identity card number. */
export function personalKindOf(text: string): PersonalKind | undefined {
  if (text.length < 5 || !(DIGITS.test(text) || mayHoldEmail(text))) return undefined;
  const trimmed = text.trim();
  const id = ID_NUMBER.exec(trimmed);
  if (id !== null && idNumberIsValid(id[0])) return id[0] === trimmed ? "id_number" : "text";
  const phone = PHONE.exec(trimmed) ?? INTERNATIONAL.exec(trimmed);
  if (phone !== null) return phone[0] === trimmed ? "phone" : "text";
  const email = EMAIL.exec(trimmed);
  if (email !== null) return email[0] === trimmed ? "email" : "text";
  return undefined;
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_$-]/g, "");

/** Names so broad that they also name goods and pages: their values are judged by what they look like only. */
const BROAD = new Set([
  "card",
  "mail",
  "tel",
  "userid",
  "customerid",
  "memberid",
  "buyerid",
  "householdid",
  "customerno",
]);

const PERSONAL_NAMES = new Map<string, PersonalKind>([
  ...IDENTITY_KIND_INFO.filter((info) => info.privacy !== "L2").flatMap((info) =>
    info.aliases
      .filter((alias) => !BROAD.has(alias))
      .map((alias): [string, PersonalKind] => [
        alias,
        info.kind === "phone" || info.kind === "email" || info.kind === "id_number" ? info.kind : "text",
      ]),
  ),
  ...(
    "realname fullname firstname lastname username nickname receiver receivername consignee contactname 姓名 真实姓名 " +
    "收货人 联系人 address receiveraddress street address1 address2 地址 收货地址 详细地址 birthday birthdate dob 生日 " +
    "出生日期 note notes remark remarks memo customernote buyermessage 备注 留言 附言 phonenumber mobilephone cellphone identitymobile identityemail ip ipaddress $ip latitude longitude"
  )
    .split(" ")
    .map((name): [string, PersonalKind] => [plain(name), "text"]),
]);

/** What the name of a property says about its value. */
export interface NameMeaning {
  /** Its value is personal (`receiver_name`, `收货地址`, `wx-openid`). */
  readonly personal: PersonalKind | undefined;
  /** The name itself is or holds a phone, e-mail or identity number. */
  readonly is_personal: boolean;
  /** Its value is an object about a person, in which `name` is that person's. */
  readonly is_person: boolean;
}

const PERSON_OBJECTS = new Set(
  "traits customer user buyer receiver consignee billing_address shipping_address default_address profile".split(" "),
);
const meanings = new Map<string, NameMeaning>();
const MEANINGS_MAX = 20_000;

/** Judged once per name: sources send the same few hundred names again and again. */
export function meaningOfName(name: string): NameMeaning {
  let meaning = meanings.get(name);
  if (meaning === undefined) {
    meaning = {
      personal: PERSONAL_NAMES.get(plain(name)),
      is_personal: personalKindOf(name) !== undefined,
      is_person: PERSON_OBJECTS.has(name.toLowerCase()),
    };
    if (meanings.size >= MEANINGS_MAX) meanings.clear();
    meanings.set(name, meaning);
  }
  return meaning;
}

/** Whether the name of an unknown property says that its value is personal. */
export function personalKindOfName(name: string): PersonalKind | undefined {
  return meaningOfName(name).personal;
}
