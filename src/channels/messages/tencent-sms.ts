import { createHash, createHmac } from "node:crypto";
import type { Ground } from "../../ground.ts";
import { OutgoingFailed, OutgoingRefused, sendOutgoing } from "../../platform/alerts/outgoing.ts";
import type { Asked, ConnectionTried, Delivery, Letter, Receipt } from "./carrier.ts";
import type { TencentSettings } from "./carrier-settings.ts";
import { chinaTime, outId } from "./aliyun-sms.ts";
import type { SmsService } from "./sms.ts";
import { filedNames } from "./template.ts";

const HOST = "sms.tencentcloudapi.com";
const VERSION = "2021-01-11";
const REGION = "ap-guangzhou";
const TIMEOUT_MS = 10_000;
const TYPE = "application/json; charset=utf-8";
const SIGNED = "content-type;host;x-tc-action";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** Signature TC3-HMAC-SHA256 over the body and the headers that say what is asked. */
export function signTencent(
  settings: Pick<TencentSettings, "secret_id" | "secret_key">,
  {
    action,
    body,
    host,
    now,
  }: { readonly action: string; readonly body: string; readonly host: string; readonly now: Date },
): Readonly<Record<string, string>> {
  const seconds = Math.floor(now.getTime() / 1_000);
  const day = now.toISOString().slice(0, 10);
  const lines = `content-type:${TYPE}\nhost:${host}\nx-tc-action:${action.toLowerCase()}\n`;
  const canonical = ["POST", "/", "", lines, SIGNED, sha256(body)].join("\n");
  const scope = `${day}/sms/tc3_request`;
  const key = hmac(hmac(hmac(`TC3${settings.secret_key}`, day), "sms"), "tc3_request");
  const signature = hmac(key, `TC3-HMAC-SHA256\n${seconds}\n${scope}\n${sha256(canonical)}`).toString("hex");
  return {
    host,
    "content-type": TYPE,
    "x-tc-action": action,
    "x-tc-version": VERSION,
    "x-tc-region": REGION,
    "x-tc-timestamp": String(seconds),
    authorization: `TC3-HMAC-SHA256 Credential=${settings.secret_id}/${scope}, SignedHeaders=${SIGNED}, Signature=${signature}`,
  };
}

type Body = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly response: Body;
}

async function call(ground: Ground, settings: TencentSettings, action: string, asked: Body): Promise<Answer> {
  const origin = settings.origin ?? `https://${HOST}`;
  const body = JSON.stringify(asked);
  const headers = signTencent(settings, { action, body, host: new URL(origin).host, now: ground.wall.now() });
  const content = Buffer.from(body);
  const open = settings.origin === null ? [] : [settings.origin];
  const answer = await sendOutgoing(
    `${origin}/`,
    { method: "POST", headers: { ...headers, "content-length": content.length }, content },
    { rule: { hosts: [HOST], open }, timeout_ms: TIMEOUT_MS },
  );
  const read = JSON.parse(answer.text) as { readonly Response?: Body };
  return { status: answer.status, response: read.Response ?? {} };
}

/** The code of a call that was refused as a whole; undefined where it was not. */
const errorOf = ({ response }: Answer): string | undefined => {
  const error = response["Error"] as { readonly Code?: unknown } | undefined;
  return error === undefined ? undefined : String(error.Code ?? "");
};

/** Codes with which the very message can never go out. */
const REFUSED = new Set([
  "FailedOperation.ContainSensitiveWord",
  "FailedOperation.MarketingSendTimeConstraint",
  "FailedOperation.MissingTemplateToModify",
  "FailedOperation.PhoneNumberInBlacklist",
  "FailedOperation.SignatureIncorrectOrUnapproved",
  "FailedOperation.TemplateIncorrectOrUnapproved",
  "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
  "FailedOperation.TemplateUnapprovedOrNotExist",
  "InvalidParameterValue.ContentLengthLimit",
  "InvalidParameterValue.IncorrectPhoneNumber",
  "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
  "InvalidParameterValue.TemplateParameterFormatError",
  "InvalidParameterValue.TemplateParameterLengthLimit",
  "LimitExceeded.PhoneNumberCountLimit",
]);
const WAITS_S: Readonly<Record<string, number>> = {
  "LimitExceeded.PhoneNumberThirtySecondLimit": 30,
  "LimitExceeded.PhoneNumberOneHourLimit": 3_600,
  "LimitExceeded.PhoneNumberDailyLimit": 6 * 3_600,
  "LimitExceeded.PhoneNumberSameContentDailyLimit": 6 * 3_600,
  "LimitExceeded.DeliveryFrequencyLimit": 60,
  RequestLimitExceeded: 2,
};

function failed(message_id: number, code: string, status: number): Receipt {
  if (REFUSED.has(code)) return { message_id, kind: "refused", code };
  // a fault inside of the service says nothing about what it had done by then
  if (status >= 500 || code.startsWith("InternalError")) return { message_id, kind: "unknown", code };
  const wait_s = WAITS_S[code];
  return { message_id, kind: "later", code, ...(wait_s === undefined ? {} : { wait_s }) };
}

/** What an answer to SendSms means. */
function sentReceipt(message_id: number, answer: Answer): Receipt {
  const wrong = errorOf(answer);
  if (wrong !== undefined) return failed(message_id, wrong, answer.status);
  const [one] = (answer.response["SendStatusSet"] as readonly Body[] | undefined) ?? [];
  if (one === undefined) return { message_id, kind: "unknown", code: `http_${answer.status}` };
  const code = String(one["Code"]);
  if (code !== "Ok") return failed(message_id, code, answer.status);
  const fee = Number(one["Fee"]);
  const parts = Number.isInteger(fee) && fee >= 1 ? { parts: fee } : {};
  return { message_id, kind: "accepted", service_id: String(one["SerialNo"] ?? ""), code: "OK", ...parts };
}

async function sendOne(ground: Ground, settings: TencentSettings, letter: Letter): Promise<Receipt> {
  const { message_id, address, content, rendered } = letter;
  if (content.kind !== "sms") return { message_id, kind: "refused", code: "not_an_sms" };
  try {
    const answer = await call(ground, settings, "SendSms", {
      PhoneNumberSet: [address],
      SmsSdkAppId: settings.sdk_app_id,
      TemplateId: content.service_template,
      SignName: content.sign_name,
      // {1}, {2} … of the filed text, in the order in which our names stand in it
      TemplateParamSet: filedNames(content.text).map((name) => rendered.parameters[name] ?? ""),
      SessionContext: outId(message_id),
    });
    return sentReceipt(message_id, answer);
  } catch (error) {
    if (error instanceof OutgoingRefused) return { message_id, kind: "later", code: `refused_${error.reason}` };
    const sent = !(error instanceof OutgoingFailed) || error.sent;
    return { message_id, kind: sent ? "unknown" : "later", code: sent ? "no_answer" : "not_sent" };
  }
}

const PAGE = 100;
const PAGES_MAX = 10;
/** Clocks of both sides differ a little. */
const SKEW_S = 120;

/** Receipts that a number got since then, looked through for ours. A text: there was no whole answer. */
async function findReceipt(
  ground: Ground,
  settings: TencentSettings,
  { message_id, address, handed_at }: Asked,
): Promise<Body | string | undefined> {
  const own = outId(message_id);
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await call(ground, settings, "PullSmsSendStatusByPhoneNumber", {
      BeginTime: Math.floor(handed_at.getTime() / 1_000) - SKEW_S,
      EndTime: Math.floor(ground.wall.now().getTime() / 1_000) + SKEW_S,
      Offset: page * PAGE,
      Limit: PAGE,
      PhoneNumber: address,
      SmsSdkAppId: settings.sdk_app_id,
    });
    const wrong = errorOf(answer) ?? (answer.status === 200 ? undefined : `http_${answer.status}`);
    if (wrong !== undefined) return wrong;
    const list = (answer.response["PullSmsSendStatusSet"] as readonly Body[] | undefined) ?? [];
    const found = list.find((one) => one["SessionContext"] === own);
    if (found !== undefined) return found;
    if (list.length < PAGE) return undefined;
  }
  return "too_many_pages";
}

/** The service tells of messages only once the operators did: that it tells nothing is no word, and nothing is repeated on it. */
async function askOne(ground: Ground, settings: TencentSettings, asked: Asked): Promise<Receipt> {
  const { message_id } = asked;
  const found = await findReceipt(ground, settings, asked).catch(() => "no_answer");
  if (typeof found === "string") return { message_id, kind: "unknown", code: found };
  if (found === undefined) return { message_id, kind: "unknown", code: "no_receipt" };
  return { message_id, kind: "accepted", service_id: String(found["SerialNo"] ?? ""), code: "OK" };
}

async function receiptOf(ground: Ground, settings: TencentSettings, asked: Asked): Promise<Delivery | undefined> {
  const found = await findReceipt(ground, settings, asked).catch(() => "no_answer");
  if (found === undefined || typeof found === "string") return undefined;
  const seconds = Number(found["UserReceiveTime"]);
  return {
    message_id: asked.message_id,
    state: found["ReportStatus"] === "SUCCESS" ? "delivered" : "failed",
    code: String(found["Description"] ?? ""),
    at: seconds > 0 ? new Date(seconds * 1_000) : (chinaTime(found["UserReceiveTime"]) ?? ground.wall.now()),
    parts: null,
  };
}

/** A number that no operator gives out: asked for, never sent to. */
const NOBODYS_NUMBER = "+8613000000000";

async function tryIt(ground: Ground, settings: TencentSettings): Promise<ConnectionTried> {
  try {
    const seconds = Math.floor(ground.wall.now().getTime() / 1_000);
    const answer = await call(ground, settings, "PullSmsSendStatusByPhoneNumber", {
      BeginTime: seconds - SKEW_S,
      EndTime: seconds,
      Offset: 0,
      Limit: 1,
      PhoneNumber: NOBODYS_NUMBER,
      SmsSdkAppId: settings.sdk_app_id,
    });
    const wrong = errorOf(answer);
    const error = answer.response["Error"] as { readonly Message?: unknown } | undefined;
    return { ok: wrong === undefined, code: wrong ?? "OK", text: String(error?.Message ?? "").slice(0, 200) };
  } catch (error) {
    if (error instanceof OutgoingRefused) return { ok: false, code: `refused_${error.reason}`, text: "" };
    return { ok: false, code: "no_answer", text: error instanceof OutgoingFailed ? error.message.slice(0, 200) : "" };
  }
}

export const tencent = (settings: TencentSettings): SmsService => ({
  per_second: 3_000,
  sendOne: (ground, letter) => sendOne(ground, settings, letter),
  askOne: (ground, asked) => askOne(ground, settings, asked),
  receiptOf: (ground, asked) => receiptOf(ground, settings, asked),
  tryIt: (ground) => tryIt(ground, settings),
});
