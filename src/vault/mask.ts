/**
 * The one mask function: what of a value a person without a special right may see. Applied on the server, everywhere.
 * Phone 3 + 4 digits, name first character, e-mail first character and domain, card last 4, openid 4 + 4, address to
 * its district, birthday to its month.
 */
export function mask(kind: string, value: string): string {
  switch (kind) {
    case "phone": {
      const digits = value.replace(/^\+86/, "");
      return digits.length >= 8 ? `${digits.slice(0, 3)}****${digits.slice(-4)}` : `****${digits.slice(-2)}`;
    }
    case "name": {
      const points = [...value];
      return points.length <= 1 ? `${points[0] ?? ""}*` : `${points[0]}${"*".repeat(Math.min(points.length - 1, 3))}`;
    }
    case "email": {
      const [user = "", domain = ""] = value.split("@");
      return `${user.slice(0, 1)}***@${domain}`;
    }
    case "card_no":
    case "mall_id":
    case "crm_id":
      return value.length <= 4 ? `*${value.slice(-2)}` : `****${value.slice(-4)}`;
    case "id_number":
      return `${value.slice(0, 1)}****************${value.slice(-1)}`;
    case "address": {
      const district = /^(.*?(?:省|自治区)?.*?市.*?[区县])/.exec(value);
      return district?.[1] === undefined ? `${[...value].slice(0, 3).join("")}***` : `${district[1]}***`;
    }
    case "birthday":
      return value.length >= 7 ? `${value.slice(0, 7)}-**` : "**";
    case "openid":
    case "unionid":
    case "external_userid":
    case "cookie":
      return value.length <= 8 ? `${value.slice(0, 2)}***` : `${value.slice(0, 4)}…${value.slice(-4)}`;
    default:
      return value.length === 0 ? "" : `${[...value].slice(0, 1).join("")}***`;
  }
}

const PHONE_IN_TEXT = /(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)/g;
const EMAIL_IN_TEXT = /[\w.+-]+@[\w-]+\.[\w.]{2,}/g;
const ID_IN_TEXT = /(?<!\d)\d{17}[\dXx](?!\d)/g;

/** By what values that tell who somebody is are known in free text: for a page that is to be covered before it is shown. */
export const PERSONAL_IN_TEXT: readonly RegExp[] = [ID_IN_TEXT, PHONE_IN_TEXT, EMAIL_IN_TEXT];

/** Whether free text holds something that looks like a phone, an e-mail or an identity card number. */
export function holdsPersonalData(text: string): boolean {
  return text.search(ID_IN_TEXT) >= 0 || text.search(PHONE_IN_TEXT) >= 0 || text.search(EMAIL_IN_TEXT) >= 0;
}

/** Free text with such values masked, for previews and messages. */
export function maskText(text: string): string {
  return text
    .replace(ID_IN_TEXT, (found) => mask("id_number", found))
    .replace(PHONE_IN_TEXT, (found) => mask("phone", found.replace(/\D/g, "").slice(-11)))
    .replace(EMAIL_IN_TEXT, (found) => mask("email", found));
}
