import { createHash, createHmac, randomUUID } from "node:crypto";
import type { Ground } from "../../ground.ts";
import { OutgoingFailed, OutgoingRefused, sendOutgoing } from "../../platform/alerts/outgoing.ts";
import { addDays, type BusinessDay, businessDay } from "../../platform/index.ts";
import { type Asked, type ConnectionTried, type Delivery, type Letter, NOT_TAKEN, type Receipt } from "./carrier.ts";
import type { AliyunSettings } from "./carrier-settings.ts";
import type { SmsService } from "./sms.ts";

const HOST = "dysmsapi.aliyuncs.com";
const VERSION = "2017-05-25";
const TIMEOUT_MS = 10_000;

/** RFC 3986, as the signature wants it. */
const encoded = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

export interface SignedCall {
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signature version 3 of the service's RPC calls: everything in the query, an empty body. */
export function signCall(
  settings: Pick<AliyunSettings, "access_key_id" | "access_key_secret">,
  action: string,
  parameters: Readonly<Record<string, string>>,
  { now, nonce, host }: { readonly now: Date; readonly nonce: string; readonly host: string },
): SignedCall {
  const query = Object.entries(parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join("&");
  const headers: Record<string, string> = {
    host,
    "x-acs-action": action,
    "x-acs-content-sha256": sha256(""),
    "x-acs-date": now.toISOString().replace(/\.\d{3}Z$/, "Z"),
    "x-acs-signature-nonce": nonce,
    "x-acs-version": VERSION,
  };
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const canonical = ["POST", "/", query, lines, names.join(";"), sha256("")].join("\n");
  const signature = createHmac("sha256", settings.access_key_secret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest("hex");
  const authorization = `ACS3-HMAC-SHA256 Credential=${settings.access_key_id},SignedHeaders=${names.join(";")},Signature=${signature}`;
  return { query, headers: { ...headers, authorization } };
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function call(
  ground: Ground,
  settings: AliyunSettings,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> {
  const origin = settings.origin ?? `https://${HOST}`;
  const { query, headers } = signCall(settings, action, parameters, {
    now: ground.wall.now(),
    nonce: randomUUID(),
    host: new URL(origin).host,
  });
  const open = settings.origin === null ? [] : [settings.origin];
  const answer = await sendOutgoing(
    `${origin}/?${query}`,
    { method: "POST", headers: { ...headers, "content-length": 0 } },
    { rule: { hosts: [HOST], open }, timeout_ms: TIMEOUT_MS },
  );
  return { status: answer.status, body: JSON.parse(answer.text) as Record<string, unknown> };
}

/** Codes with which the very message can never go out. */
const REFUSED = new Set([
  "isv.MOBILE_NUMBER_ILLEGAL",
  "isv.BLACK_KEY_CONTROL_LIMIT",
  "isv.MOBILE_COUNT_OVER_LIMIT",
  "isv.TEMPLATE_MISSING_PARAMETERS",
  "isv.TEMPLATE_PARAMS_ILLEGAL",
  "isv.INVALID_PARAMETERS",
  "isv.INVALID_JSON_PARAM",
  "isv.PARAM_LENGTH_LIMIT",
  "isv.PARAM_NOT_SUPPORT_URL",
  "isv.SMS_TEMPLATE_ILLEGAL",
  "isv.SMS_SIGNATURE_ILLEGAL",
  "isv.SMS_SIGN_ILLEGAL",
  "isv.SMS_CONTENT_ILLEGAL",
]);
/** The service's own limit for a number: a minute, an hour or a day. */
const LIMITED_WAIT_S = 3_600;

/** What an answer to SendSms means. */
export function smsReceipt(message_id: number, { status, body }: Answer): Receipt {
  const code = String(body["Code"] ?? `http_${status}`);
  if (code === "OK") return { message_id, kind: "accepted", service_id: String(body["BizId"] ?? ""), code };
  if (REFUSED.has(code)) return { message_id, kind: "refused", code };
  if (code === "isv.BUSINESS_LIMIT_CONTROL") return { message_id, kind: "later", code, wait_s: LIMITED_WAIT_S };
  // a fault inside of the service says nothing about what it had done by then
  if (status >= 500 || code === "isp.SYSTEM_ERROR") return { message_id, kind: "unknown", code };
  return { message_id, kind: "later", code };
}

async function sendOne(ground: Ground, settings: AliyunSettings, letter: Letter): Promise<Receipt> {
  const { message_id, address, content, rendered } = letter;
  if (content.kind !== "sms") return { message_id, kind: "refused", code: "not_an_sms" };
  try {
    const answer = await call(ground, settings, "SendSms", {
      PhoneNumbers: address.replace(/^\+86/, ""),
      SignName: content.sign_name,
      TemplateCode: content.service_template,
      TemplateParam: JSON.stringify(rendered.parameters),
      OutId: outId(message_id),
    });
    return smsReceipt(message_id, answer);
  } catch (error) {
    if (error instanceof OutgoingRefused) return { message_id, kind: "later", code: `refused_${error.reason}` };
    const sent = !(error instanceof OutgoingFailed) || error.sent;
    return { message_id, kind: sent ? "unknown" : "later", code: sent ? "no_answer" : "not_sent" };
  }
}

/** By this the service's receipts name our message. */
export const outId = (message_id: number) => `ht${message_id}`;

const PAGE = 50;
/** A number gets far fewer in a day. */
const PAGES_MAX = 20;
const ZONE = "Asia/Shanghai";
/** What is handed over at the end of a day may be counted for the next one. */
const LATE_MS = 10 * 60_000;

/** A message as QuerySendDetails tells of it. */
type Detail = Readonly<Record<string, unknown>>;

/** Days under which the service may have filed what was handed over then. */
function daysOf(handed_at: Date): BusinessDay[] {
  const day = businessDay(handed_at, ZONE);
  const late = businessDay(new Date(handed_at.getTime() + LATE_MS), ZONE);
  return day === late ? [day] : [day, addDays(day, 1)];
}

/**
 * The service keeps no key of ours: what it took has to be looked for among what that number got that day, page by page.
 * @returns undefined when it does not know the message; a text when it gave no whole answer
 */
async function findDetail(
  ground: Ground,
  settings: AliyunSettings,
  { message_id, address, handed_at }: Asked,
): Promise<Detail | string | undefined> {
  const own = outId(message_id);
  for (const day of daysOf(handed_at))
    for (let page = 1; ; page += 1) {
      if (page > PAGES_MAX) return "too_many_pages";
      const { status, body } = await call(ground, settings, "QuerySendDetails", {
        PhoneNumber: address.replace(/^\+86/, ""),
        SendDate: day.replaceAll("-", ""),
        PageSize: String(PAGE),
        CurrentPage: String(page),
      });
      if (status !== 200 || body["Code"] !== "OK") return String(body["Code"] ?? `http_${status}`);
      const list = (body["SmsSendDetailDTOs"] as { SmsSendDetailDTO?: readonly Detail[] } | undefined)
        ?.SmsSendDetailDTO;
      const found = list?.find((one) => one["OutId"] === own);
      if (found !== undefined) return found;
      if ((list?.length ?? 0) < PAGE) break;
    }
  return undefined;
}

/** What the service does not know it never took. */
async function askOne(ground: Ground, settings: AliyunSettings, asked: Asked): Promise<Receipt> {
  const { message_id } = asked;
  const found = await findDetail(ground, settings, asked).catch(() => "no_answer");
  if (typeof found === "string") return { message_id, kind: "unknown", code: found };
  if (found === undefined) return { message_id, kind: "later", code: NOT_TAKEN, wait_s: 0 };
  return { message_id, kind: "accepted", service_id: null, code: "OK" };
}

const STATES: Readonly<Record<string, Delivery["state"]>> = { "2": "failed", "3": "delivered" };

async function receiptOf(ground: Ground, settings: AliyunSettings, asked: Asked): Promise<Delivery | undefined> {
  const found = await findDetail(ground, settings, asked).catch(() => "no_answer");
  if (found === undefined || typeof found === "string") return undefined;
  const state = STATES[String(found["SendStatus"])];
  if (state === undefined) return undefined;
  const at = chinaTime(found["ReceiveDate"]) ?? ground.wall.now();
  return { message_id: asked.message_id, state, code: String(found["ErrCode"] ?? ""), at, parts: null };
}

/** "2026-11-30 09:00:00" of the service's own clock. */
export function chinaTime(text: unknown): Date | undefined {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return undefined;
  const at = new Date(`${text.replace(" ", "T")}+08:00`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** A number that no operator gives out: asked for, never sent to. */
const NOBODYS_NUMBER = "13000000000";

/** Asks the service for what a number that nobody has got today: it answers when the key is good, and sends nothing. */
async function tryAliyun(ground: Ground, settings: AliyunSettings): Promise<ConnectionTried> {
  try {
    const { status, body } = await call(ground, settings, "QuerySendDetails", {
      PhoneNumber: NOBODYS_NUMBER,
      SendDate: businessDay(ground.wall.now(), "Asia/Shanghai").replaceAll("-", ""),
      PageSize: "1",
      CurrentPage: "1",
    });
    const code = String(body["Code"] ?? `http_${status}`);
    // a word about the number comes after the key was checked
    return {
      ok: code === "OK" || code.startsWith("isv.MOBILE"),
      code,
      text: String(body["Message"] ?? "").slice(0, 200),
    };
  } catch (error) {
    if (error instanceof OutgoingRefused) return { ok: false, code: `refused_${error.reason}`, text: "" };
    return { ok: false, code: "no_answer", text: error instanceof OutgoingFailed ? error.message.slice(0, 200) : "" };
  }
}

export const aliyun = (settings: AliyunSettings): SmsService => ({
  per_second: 5_000,
  sendOne: (ground, letter) => sendOne(ground, settings, letter),
  askOne: (ground, asked) => askOne(ground, settings, asked),
  receiptOf: (ground, asked) => receiptOf(ground, settings, asked),
  tryIt: (ground) => tryAliyun(ground, settings),
});
