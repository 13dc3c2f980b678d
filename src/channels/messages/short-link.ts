import type { Ground } from "../../ground.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const MAC_DIGITS = 8;
const MAC_BYTES = 8;
export const LINKS_MAX = 10;
export const LINK_DAYS = 90;
export const LINK_DAYS_MAX = 365;

function base62(value: bigint): string {
  let text = "";
  let rest = value;
  do {
    text = `${DIGITS[Number(rest % 62n)]}${text}`;
    rest /= 62n;
  } while (rest > 0n);
  return text;
}

function numberOf(text: string): number | undefined {
  let value = 0n;
  for (const letter of text) {
    const digit = DIGITS.indexOf(letter);
    if (digit < 0) return undefined;
    value = value * 62n + BigInt(digit);
  }
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

function macOf({ vault }: Pick<Ground, "vault">, message_id: number, place: number): string {
  const mac = Buffer.from(vault.contentToken("channels.link", `${message_id}.${place}`), "base64url");
  return base62(mac.readBigUInt64BE(mac.length - MAC_BYTES))
    .padStart(MAC_DIGITS, "0")
    .slice(-MAC_DIGITS);
}

/** A link's code: which of a message's links it is, and a signature, so that nobody guesses one of another member. */
export function linkCode(ground: Pick<Ground, "vault">, message_id: number, place: number): string {
  return `${base62(BigInt(message_id))}${place}${macOf(ground, message_id, place)}`;
}

/** What a code names; undefined for one that this installation did not sign. */
export function readCode(
  ground: Pick<Ground, "vault">,
  code: string,
): { readonly message_id: number; readonly place: number } | undefined {
  const read = /^([0-9A-Za-z]{1,9})(\d)([0-9A-Za-z]{8})$/.exec(code);
  if (read === null) return undefined;
  const [, number = "", digit = "", mac = ""] = read;
  const message_id = numberOf(number);
  const place = Number(digit);
  // the code itself opens nothing more than where a message leads: no time is measured by it
  if (message_id === undefined || base62(BigInt(message_id)) !== number) return undefined;
  return macOf(ground, message_id, place) === mac ? { message_id, place } : undefined;
}

/** Hosts that stand in a template's own words: its links lead to these and nowhere else. */
export function hostsOf(words: string): ReadonlySet<string> {
  const found = words.matchAll(/https:\/\/([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)(?=[/?#"'\s|]|$)/g);
  return new Set([...found].map(([, host = ""]) => host.toLowerCase()));
}

export interface ShortLink {
  readonly place: number;
  readonly target: string;
  readonly days: number;
}

/** Makes the short links of one text, in the order in which they stand in it. */
export class LinkMaker {
  readonly base: string;
  readonly links: ShortLink[] = [];
  readonly #hosts: ReadonlySet<string>;
  readonly #codeOf: (place: number) => string;

  constructor(base: string, hosts: ReadonlySet<string>, codeOf: (place: number) => string) {
    this.base = base;
    this.#hosts = hosts;
    this.#codeOf = codeOf;
  }

  /** @throws when the address is none that the template's own words name */
  codeFor(target: unknown, days: unknown): string {
    if (typeof target !== "string" || target.length > 2_000 || !URL.canParse(target))
      throw new Error("short_link wants an https address");
    const url = new URL(target);
    if (url.protocol !== "https:" || url.username !== "" || url.password !== "" || url.port !== "")
      throw new Error("short_link wants an https address");
    if (!this.#hosts.has(url.hostname)) throw new Error(`no link to ${url.hostname}: the template does not name it`);
    const lasts = days === undefined ? LINK_DAYS : Number(days);
    if (!Number.isInteger(lasts) || lasts < 1 || lasts > LINK_DAYS_MAX)
      throw new Error(`a short link lasts 1 to ${LINK_DAYS_MAX} days`);
    const place = this.links.length;
    if (place >= LINKS_MAX) throw new Error(`more than ${LINKS_MAX} short links`);
    this.links.push({ place, target: url.href, days: lasts });
    return this.#codeOf(place);
  }
}

/** As long as a real one of a brand with many messages: what a preview reads and counts. */
export const PREVIEW_CODE = "4c92zZ0zzzzzzzz";
