import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Rate } from "./rate.ts";

export const ALIYUN_KEY_ID = "sim-access-key-id";
export const ALIYUN_SECRET = "sim-access-key-secret";

const ACTIONS = new Set(["SendSms", "QuerySendDetails"]);
const SKEW_MS = 15 * 60_000;
const PER_MINUTE_AND_NUMBER = 1;
const KEPT_MAX = 200_000;
const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");

/** What becomes of messages that are taken from now on, and how long the operators need to say so. */
export interface Fate {
  readonly state: "delivered" | "failed" | "silent";
  /** The operators' word for a failure. */
  readonly code: string;
  readonly after_ms: number;
}
export const CALM_FATE: Fate = { state: "delivered", code: "", after_ms: 0 };

interface Taken {
  readonly phone: string;
  readonly out_id: string;
  readonly biz_id: string;
  readonly template: string;
  readonly content: string;
  readonly at_ms: number;
  readonly fate: Fate;
}

/** "2026-11-30 09:00:00" as the service writes it. */
const chinaTime = (at_ms: number) => new Date(at_ms + 8 * 3_600_000).toISOString().replace("T", " ").slice(0, 19);
/** Pieces by which operators bill a text. */
const sizeOf = (text: string) => (text.length <= 70 ? 1 : Math.ceil(text.length / 67));

export interface AliyunJudged {
  readonly status: number;
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly taken: boolean;
  readonly answer: Record<string, unknown>;
}

/** The SMS side of Alibaba Cloud: signature version 3, SendSms, QuerySendDetails, its codes. */
export class AliyunSms {
  readonly #taken = new Map<string, Taken[]>();
  #count = 0;
  #replies = 0;
  fate: Fate = CALM_FATE;
  /** Told of each receipt when it is there: SmsReport. */
  onReport: ((items: readonly Record<string, unknown>[], after_ms: number) => void) | undefined;
  readonly #nonces = new Set<string>();
  readonly #perNumber = new Rate([[60_000, PER_MINUTE_AND_NUMBER]]);
  /** Real numbers take one message of a kind a minute; tests that send thousands turn it off. */
  limited = true;

  matches(request: IncomingMessage): boolean {
    return ACTIONS.has(String(request.headers["x-acs-action"]));
  }

  judge(request: IncomingMessage, url: URL, body: Buffer, at_ms: number): AliyunJudged {
    const action = String(request.headers["x-acs-action"]);
    const asked = Object.fromEntries(url.searchParams);
    const wrong = this.#wrong(request, url, body, at_ms);
    if (wrong !== undefined) return refused(action, asked, wrong, 400);
    return action === "SendSms" ? this.#send(asked, at_ms) : this.#details(asked, at_ms);
  }

  /** As SmsUp tells it. */
  reply(phone: string, content: string, at_ms: number): Record<string, unknown> {
    this.#replies += 1;
    const sign_name = /^【(.+?)】/.exec(this.#taken.get(phone)?.at(-1)?.content ?? "")?.[1] ?? "";
    const sequence_id = at_ms * 1_000 + this.#replies;
    return { phone_number: phone, send_time: chinaTime(at_ms), content, sign_name, dest_code: "8500", sequence_id };
  }

  #wrong(request: IncomingMessage, url: URL, body: Buffer, at_ms: number): string | undefined {
    const { headers } = request;
    if (headers["x-acs-version"] !== "2017-05-25") return "InvalidVersion";
    const read = /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    );
    if (read === null) return "MissingAuthorization";
    const [, credential, signed = "", signature = ""] = read;
    if (credential !== ALIYUN_KEY_ID) return "InvalidAccessKeyId.NotFound";
    const sent_ms = Date.parse(String(headers["x-acs-date"]));
    if (!(Math.abs(sent_ms - at_ms) <= SKEW_MS)) return "InvalidTimeStamp.Expired";
    if (headers["x-acs-content-sha256"] !== sha256(body)) return "SignatureDoesNotMatch";
    const nonce = String(headers["x-acs-signature-nonce"]);
    if (this.#nonces.has(nonce)) return "SignatureNonceUsed";
    this.#nonces.add(nonce);
    const names = signed.split(";");
    if (!["host", "x-acs-action", "x-acs-date", "x-acs-version"].every((name) => names.includes(name)))
      return "SignatureDoesNotMatch";
    // as it stands on the wire: whoever encodes otherwise than the service has another signature
    const query = url.search.slice(1).split("&").sort().join("&");
    const lines = names.map((name) => `${name}:${String(headers[name]).trim()}\n`).join("");
    const canonical = [request.method, url.pathname, query, lines, signed, sha256(body)].join("\n");
    const expected = createHmac("sha256", ALIYUN_SECRET)
      .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
      .digest();
    return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? undefined : "SignatureDoesNotMatch";
  }

  #send(asked: Readonly<Record<string, string>>, at_ms: number): AliyunJudged {
    const { PhoneNumbers = "", SignName = "", TemplateCode = "", TemplateParam = "{}", OutId = "" } = asked;
    const no = (code: string) => refused("SendSms", asked, code, 200);
    if (!/^1[3-9]\d{9}$/.test(PhoneNumbers)) return no("isv.MOBILE_NUMBER_ILLEGAL");
    if (SignName === "") return no("isv.SMS_SIGNATURE_ILLEGAL");
    if (!TemplateCode.startsWith("SMS_")) return no("isv.SMS_TEMPLATE_ILLEGAL");
    let parameters: Record<string, unknown>;
    try {
      parameters = JSON.parse(TemplateParam) as Record<string, unknown>;
    } catch {
      return no("isv.INVALID_JSON_PARAM");
    }
    if (Object.values(parameters).some((value) => typeof value !== "string")) return no("isv.INVALID_JSON_PARAM");
    if (this.limited && this.#perNumber.exceeded(`${PhoneNumbers} ${TemplateCode}`, at_ms))
      return no("isv.BUSINESS_LIMIT_CONTROL");
    const text = `【${SignName}】${TemplateCode} ${TemplateParam}`;
    this.#count += 1;
    if (this.#count % KEPT_MAX === 0) this.#taken.clear();
    const BizId = `${at_ms}^${this.#count}`;
    const { fate } = this;
    const taken = {
      phone: PhoneNumbers,
      out_id: OutId,
      biz_id: BizId,
      template: TemplateCode,
      content: text,
      at_ms,
      fate,
    };
    const before = this.#taken.get(PhoneNumbers);
    if (before === undefined) this.#taken.set(PhoneNumbers, [taken]);
    else before.push(taken);
    if (fate.state !== "silent") this.onReport?.([reportOf(taken)], fate.after_ms);
    const answer = { RequestId: sha256(BizId).slice(0, 32), Message: "OK", BizId, Code: "OK" };
    return { status: 200, to: PhoneNumbers, title: OutId, text, taken: true, answer };
  }

  #details(asked: Readonly<Record<string, string>>, now_ms: number): AliyunJudged {
    const { PhoneNumber = "", SendDate = "" } = asked;
    const size = Number(asked["PageSize"]);
    if (!/^\d{8}$/.test(SendDate) || !(size >= 1 && size <= 50) || !(Number(asked["CurrentPage"]) >= 1))
      return refused("QuerySendDetails", asked, "isv.INVALID_PARAMETERS", 200);
    const day = (at_ms: number) => new Date(at_ms + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll("-", "");
    const found = (this.#taken.get(PhoneNumber) ?? []).filter((one) => day(one.at_ms) === SendDate);
    const skipped = (Number(asked["CurrentPage"]) - 1) * size;
    const SmsSendDetailDTO = found.slice(skipped, skipped + size).map((one) => ({
      PhoneNum: one.phone,
      OutId: one.out_id,
      TemplateCode: one.template,
      Content: one.content,
      SendDate: chinaTime(one.at_ms),
      ...standing(one, now_ms),
    }));
    const answer = {
      Code: "OK",
      Message: "OK",
      TotalCount: String(found.length),
      SmsSendDetailDTOs: { SmsSendDetailDTO },
    };
    return { status: 200, to: PhoneNumber, title: "QuerySendDetails", text: "", taken: false, answer };
  }
}

/** As QuerySendDetails tells it: waiting, failed or delivered. */
function standing({ fate, at_ms }: Taken, now_ms: number): Record<string, unknown> {
  const told_ms = at_ms + fate.after_ms;
  if (fate.state === "silent" || told_ms > now_ms) return { SendStatus: 1 };
  const ReceiveDate = chinaTime(told_ms);
  return fate.state === "delivered"
    ? { SendStatus: 3, ErrCode: "DELIVERED", ReceiveDate }
    : { SendStatus: 2, ErrCode: fate.code, ReceiveDate };
}

/** As SmsReport tells it. */
function reportOf({ phone, out_id, biz_id, content, at_ms, fate }: Taken): Record<string, unknown> {
  const success = fate.state === "delivered";
  return {
    phone_number: phone,
    send_time: chinaTime(at_ms),
    report_time: chinaTime(at_ms + fate.after_ms),
    success,
    err_code: success ? "DELIVERED" : fate.code,
    err_msg: success ? "用户接收成功" : "发送失败",
    sms_size: String(sizeOf(content)),
    biz_id,
    out_id,
  };
}

function refused(action: string, asked: Readonly<Record<string, string>>, code: string, status: number): AliyunJudged {
  const to = asked["PhoneNumbers"] ?? asked["PhoneNumber"] ?? "";
  return {
    status,
    to,
    title: asked["OutId"] ?? action,
    text: code,
    taken: false,
    answer: { Code: code, Message: code },
  };
}
