import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from "node:crypto";

/** The words by which WeChat and we know each other at the address where it tells us things. */
export interface PushSecret {
  readonly token: string;
  /** EncodingAESKey: 43 characters. */
  readonly aes_key: string;
}

/** What stands behind the question mark of WeChat's calls. */
export interface PushQuery {
  readonly signature?: string | undefined;
  readonly msg_signature?: string | undefined;
  readonly timestamp: string;
  readonly nonce: string;
}

/** SHA-1 over the parts in their order as texts. */
export const pushSignature = (...parts: readonly string[]): string =>
  createHash("sha1")
    .update([...parts].sort().join(""))
    .digest("hex");

function same(given: string | undefined, right: string): boolean {
  const [a, b] = [Buffer.from(given ?? ""), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether a call that carries no sealed text is signed with our token. */
export const isSigned = ({ token }: PushSecret, { signature, timestamp, nonce }: PushQuery): boolean =>
  same(signature, pushSignature(token, timestamp, nonce));

/** Whether a sealed text is signed with our token. */
export const isSealedSigned = (
  { token }: PushSecret,
  { msg_signature, timestamp, nonce }: PushQuery,
  sealed: string,
): boolean => same(msg_signature, pushSignature(token, timestamp, nonce, sealed));

const BLOCK = 32;
const RANDOM = 16;

const keyOf = (aes_key: string) => Buffer.from(`${aes_key}=`, "base64");

/** @returns undefined where it was sealed with another key or for another app */
export function openPush({ aes_key }: PushSecret, app_id: string, sealed: string): string | undefined {
  try {
    const key = keyOf(aes_key);
    const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
    const plain = Buffer.concat([decipher.update(sealed, "base64"), decipher.final()]);
    const pad = plain.at(-1) ?? 0;
    const whole = plain.subarray(RANDOM, pad >= 1 && pad <= BLOCK ? plain.length - pad : plain.length);
    const length = whole.readUInt32BE(0);
    const text = whole.subarray(4, 4 + length).toString("utf8");
    return whole.subarray(4 + length).toString("utf8") === app_id ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The other way round, as WeChat seals what it tells. @param random 16 bytes */
export function sealPush({ aes_key }: PushSecret, app_id: string, text: string, random: Buffer): string {
  const key = keyOf(aes_key);
  const body = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const plain = Buffer.concat([random, length, body, Buffer.from(app_id)]);
  const pad = BLOCK - (plain.length % BLOCK);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])), cipher.final()]).toString(
    "base64",
  );
}

type Thing = Readonly<Record<string, unknown>>;
const isThing = (value: unknown): value is Thing =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What WeChat tells of subscribe messages. */
export type PushEvent =
  | { readonly kind: "word"; readonly template: string; readonly word: "accepted" | "refused" | "ended" }
  | {
      readonly kind: "sent";
      readonly template: string;
      readonly service_id: string;
      readonly ok: boolean;
      readonly code: string;
    };

export interface Pushed {
  readonly openid: string;
  readonly at: Date;
  readonly events: readonly PushEvent[];
}

const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value).slice(0, 200) : "";

/** Where the list of each event lies: WeChat writes one thing where there is one, and a list of several. */
function listOf(body: Thing, within: string): Thing[] {
  const holder = isThing(body[within]) ? body[within] : body;
  const list = holder["List"];
  return (Array.isArray(list) ? list : [list]).filter(isThing);
}

/** Reads what came as JSON; undefined where it is about something else. */
export function readPush(body: unknown): Pushed | undefined {
  if (!isThing(body) || body["MsgType"] !== "event") return undefined;
  const openid = text(body["FromUserName"]);
  const seconds = Number(body["CreateTime"]);
  if (openid === "" || !Number.isInteger(seconds) || seconds <= 0) return undefined;
  const at = new Date(seconds * 1_000);
  switch (body["Event"]) {
    case "subscribe_msg_popup_event":
      return { openid, at, events: words(listOf(body, "SubscribeMsgPopupEvent"), "refused") };
    case "subscribe_msg_change_event":
      return { openid, at, events: words(listOf(body, "SubscribeMsgChangeEvent"), "ended") };
    case "subscribe_msg_sent_event":
      return { openid, at, events: listOf(body, "SubscribeMsgSentEvent").flatMap(sent) };
    default:
      return undefined;
  }
}

/** @param no what "reject" means: this time not, or (said in the settings) not any more */
function words(list: readonly Thing[], no: "refused" | "ended"): PushEvent[] {
  return list.flatMap((one): PushEvent[] => {
    const template = text(one["TemplateId"]);
    const said = one["SubscribeStatusString"];
    if (template === "" || (said !== "accept" && said !== "reject")) return [];
    // agreed to in the settings is no message more: it only takes the refusal back
    if (said === "accept" && no === "ended") return [];
    return [{ kind: "word", template, word: said === "accept" ? "accepted" : no }];
  });
}

function sent(one: Thing): PushEvent[] {
  const [template, service_id] = [text(one["TemplateId"]), text(one["MsgID"])];
  if (template === "" || service_id === "") return [];
  const code = text(one["ErrorCode"]);
  return [
    {
      kind: "sent",
      template,
      service_id,
      ok: code === "0",
      code: code === "0" ? "0" : `${code} ${text(one["ErrorStatus"])}`.trim(),
    },
  ];
}
