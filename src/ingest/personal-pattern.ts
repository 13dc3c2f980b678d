import { IDENTITY_KIND_INFO } from "./vocabulary/identity-kinds.ts";

/** What a free text seems to be or to hold: `phone`, `email` or `id_number` when it is nothing else, `text` when it holds one. */
export type PersonalKind = "phone" | "email" | "id_number" | "text";

const PHONE = /(?<![0-9A-Za-z])(?:\+?86[- ]?|0086[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])/;
const INTERNATIONAL = /(?<![0-9A-Za-z])\+[1-9]\d{0,2}[- ]?(?:\d[- ]?){6,12}(?![0-9A-Za-z])/;
const EMAIL = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}/;
const ID_NUMBER =
  /(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])/;
/** Most values hold neither an @ nor ten digits in a row: this one test spares them the four others (5 × faster). */
const CANDIDATE = /@|\d[\d\- ]{8}/;

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** GB 11643: the last character of an identity card number is its check digit (ISO 7064 MOD 11-2). */
export function idNumberIsValid(text: string): boolean {
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return "10X98765432"[sum % 11] === text[17]?.toUpperCase();
}

/** Whether a free value looks like, or holds, a phone, an e-mail address or an identity card number. */
export function personalKindOf(text: string): PersonalKind | undefined {
  if (text.length < 5 || !CANDIDATE.test(text)) return undefined;
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
    "出生日期 phonenumber mobilephone cellphone identitymobile identityemail ip ipaddress $ip latitude longitude"
  )
    .split(" ")
    .map((name): [string, PersonalKind] => [plain(name), "text"]),
]);

/** Whether the name of an unknown property says that its value is personal (`receiver_name`, `收货地址`, `wx-openid`). */
export function personalKindOfName(name: string): PersonalKind | undefined {
  return PERSONAL_NAMES.get(plain(name));
}
