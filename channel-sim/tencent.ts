import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Fate } from "./aliyun.ts";
import { Rate } from "./rate.ts";

export const TENCENT_SECRET_ID = "sim-tencent-secret-id";
export const TENCENT_SECRET_KEY = "sim-tencent-secret-key";
export const TENCENT_APP_ID = "1400000001";

const ACTIONS = new Set(["SendSms", "PullSmsSendStatusByPhoneNumber"]);
const SKEW_S = 300;
const KEPT_DAYS_S = 7 * 86_400;
const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

interface Taken {
  readonly phone: string;
  readonly serial: string;
  readonly context: string;
  readonly at_ms: number;
  readonly fate: Fate;
}

type Body = Readonly<Record<string, unknown>>;

export interface TencentJudged {
  readonly status: number;
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly taken: boolean;
  readonly answer: Record<string, unknown>;
}

const chinaTime = (at_ms: number) => new Date(at_ms + 8 * 3_600_000).toISOString().replace("T", " ").slice(0, 19);
const sizeOf = (text: string) => (text.length <= 70 ? 1 : Math.ceil(text.length / 67));

/** The SMS side of Tencent Cloud: TC3-HMAC-SHA256, SendSms, PullSmsSendStatusByPhoneNumber, its codes. */
export class TencentSms {
  readonly #taken = new Map<string, Taken[]>();
  readonly #perNumber = new Rate([[30_000, 1]]);
  readonly #fateOf: () => Fate;
  #count = 0;
  /** Real numbers take one message in thirty seconds; tests that send many turn it off. */
  limited = true;
  /** Told of each receipt when it is there: the status callback. */
  onReport: ((items: readonly Record<string, unknown>[], after_ms: number) => void) | undefined;

  constructor(fateOf: () => Fate) {
    this.#fateOf = fateOf;
  }

  matches(request: IncomingMessage): boolean {
    return ACTIONS.has(String(request.headers["x-tc-action"]));
  }

  judge(request: IncomingMessage, body: Buffer, at_ms: number): TencentJudged {
    const action = String(request.headers["x-tc-action"]);
    const asked = bodyOf(body);
    const wrong = this.#wrong(request, asked, body, at_ms);
    if (wrong !== undefined) return refused(asked, wrong);
    return action === "SendSms" ? this.#send(asked, at_ms) : this.#pull(asked, at_ms);
  }

  #wrong({ headers, method }: IncomingMessage, asked: Body, body: Buffer, at_ms: number): string | undefined {
    if (headers["x-tc-version"] !== "2021-01-11") return "UnsupportedProtocol";
    const read =
      /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d\d-\d\d)\/sms\/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
        headers.authorization ?? "",
      );
    if (read === null) return "AuthFailure.SignatureFailure";
    const [, id, day = "", signed = "", signature = ""] = read;
    if (id !== TENCENT_SECRET_ID) return "AuthFailure.SecretIdNotFound";
    const seconds = Number(headers["x-tc-timestamp"]);
    if (!(Math.abs(seconds - at_ms / 1_000) <= SKEW_S)) return "AuthFailure.SignatureExpire";
    if (new Date(seconds * 1_000).toISOString().slice(0, 10) !== day) return "AuthFailure.SignatureFailure";
    const names = signed.split(";");
    if (!names.includes("content-type") || !names.includes("host")) return "AuthFailure.SignatureFailure";
    const lines = names
      .map(
        (name) => `${name}:${name === "x-tc-action" ? String(headers[name]).toLowerCase() : String(headers[name])}\n`,
      )
      .join("");
    const canonical = [method, "/", "", lines, signed, sha256(body)].join("\n");
    const key = hmac(hmac(hmac(`TC3${TENCENT_SECRET_KEY}`, day), "sms"), "tc3_request");
    const expected = hmac(key, `TC3-HMAC-SHA256\n${seconds}\n${day}/sms/tc3_request\n${sha256(canonical)}`);
    if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) return "AuthFailure.SignatureFailure";
    return asked["SmsSdkAppId"] === TENCENT_APP_ID ? undefined : "UnauthorizedOperation.SmsSdkAppIdVerifyFail";
  }

  #send(asked: Body, at_ms: number): TencentJudged {
    const numbers = asked["PhoneNumberSet"] as readonly string[] | undefined;
    const [phone = ""] = numbers ?? [];
    const context = String(asked["SessionContext"] ?? "");
    const values = (asked["TemplateParamSet"] ?? []) as readonly unknown[];
    const text = `【${String(asked["SignName"] ?? "")}】${String(asked["TemplateId"] ?? "")} ${JSON.stringify(values)}`;
    const one = (Code: string, more: object = {}) => ({
      SerialNo: "",
      PhoneNumber: phone,
      Fee: 0,
      SessionContext: context,
      Code,
      Message: Code,
      ...more,
    });
    const no = (code: string): TencentJudged => ({
      status: 200,
      to: phone,
      title: context,
      text: code,
      taken: false,
      answer: { Response: { SendStatusSet: [one(code)], RequestId: sha256(`${at_ms}`).slice(0, 32) } },
    });
    if (numbers?.length !== 1 || !/^\+861[3-9]\d{9}$/.test(phone))
      return no("InvalidParameterValue.IncorrectPhoneNumber");
    if (!/^\d+$/.test(String(asked["TemplateId"]))) return no("FailedOperation.TemplateIncorrectOrUnapproved");
    if (asked["SignName"] === "" || asked["SignName"] === undefined)
      return no("FailedOperation.SignatureIncorrectOrUnapproved");
    if (!values.every((value) => typeof value === "string"))
      return no("InvalidParameterValue.TemplateParameterFormatError");
    if (this.limited && this.#perNumber.exceeded(phone, at_ms)) return no("LimitExceeded.PhoneNumberThirtySecondLimit");
    this.#count += 1;
    const serial = `5000:${at_ms}${this.#count}`;
    const taken = { phone, serial, context, at_ms, fate: this.#fateOf() };
    const before = this.#taken.get(phone);
    if (before === undefined) this.#taken.set(phone, [taken]);
    else before.push(taken);
    if (taken.fate.state !== "silent") this.onReport?.([reportOf(taken)], taken.fate.after_ms);
    const SendStatusSet = [one("Ok", { SerialNo: serial, Fee: sizeOf(text), Message: "send success" })];
    const answer = { Response: { SendStatusSet, RequestId: sha256(serial).slice(0, 32) } };
    return { status: 200, to: phone, title: context, text, taken: true, answer };
  }

  #pull(asked: Body, now_ms: number): TencentJudged {
    const phone = String(asked["PhoneNumber"] ?? "");
    const [from, until] = [Number(asked["BeginTime"]), Number(asked["EndTime"] ?? now_ms / 1_000)];
    const limit = Number(asked["Limit"]);
    if (!(limit >= 1 && limit <= 100) || !(from >= now_ms / 1_000 - KEPT_DAYS_S))
      return refused(asked, "InvalidParameterValue.InvalidStartTime");
    // only what the operators have told of
    const told = (this.#taken.get(phone) ?? []).filter(
      ({ at_ms, fate }) =>
        fate.state !== "silent" && at_ms + fate.after_ms <= now_ms && at_ms / 1_000 >= from && at_ms / 1_000 <= until,
    );
    const offset = Number(asked["Offset"] ?? 0);
    const PullSmsSendStatusSet = told.slice(offset, offset + limit).map(({ serial, context, at_ms, fate }) => ({
      UserReceiveTime: Math.floor((at_ms + fate.after_ms) / 1_000),
      CountryCode: "86",
      SubscriberNumber: phone.slice(3),
      PhoneNumber: phone,
      SerialNo: serial,
      ReportStatus: fate.state === "delivered" ? "SUCCESS" : "FAIL",
      Description: fate.state === "delivered" ? "DELIVRD" : fate.code,
      SessionContext: context,
    }));
    const answer = { Response: { PullSmsSendStatusSet, RequestId: sha256(`${now_ms}`).slice(0, 32) } };
    return { status: 200, to: phone, title: "PullSmsSendStatusByPhoneNumber", text: "", taken: false, answer };
  }
}

function bodyOf(body: Buffer): Body {
  try {
    return JSON.parse(body.toString("utf8")) as Body;
  } catch {
    return {};
  }
}

/** As the status callback tells it. */
function reportOf({ phone, serial, context, at_ms, fate }: Taken): Record<string, unknown> {
  const success = fate.state === "delivered";
  return {
    user_receive_time: chinaTime(at_ms + fate.after_ms),
    nationcode: "86",
    mobile: phone.slice(3),
    report_status: success ? "SUCCESS" : "FAIL",
    errmsg: success ? "DELIVRD" : fate.code,
    description: success ? "用户短信送达成功" : "用户短信接收失败",
    sid: serial,
    ext: context,
  };
}

function refused(asked: Body, Code: string): TencentJudged {
  const to = String((asked["PhoneNumberSet"] as readonly string[] | undefined)?.[0] ?? asked["PhoneNumber"] ?? "");
  const answer = { Response: { Error: { Code, Message: Code }, RequestId: sha256(Code).slice(0, 32) } };
  return { status: 200, to, title: String(asked["SessionContext"] ?? ""), text: Code, taken: false, answer };
}
