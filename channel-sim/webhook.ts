import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** The secret of the receiver, in the form that Standard Webhooks writes. */
export const WEBHOOK_SECRET = `whsec_${Buffer.from("channel-sim-webhook-secret").toString("base64")}`;
const SKEW_S = 300;

export interface WebhookJudged {
  readonly status: number;
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly taken: boolean;
  readonly answer: unknown;
}

/** A receiver of Standard Webhooks: `POST /hooks/<name>`, signed over id, seconds and body, five minutes of skew. */
export class WebhookReceiver {
  matches(pathname: string): boolean {
    return /^\/hooks\/[\w-]{1,60}$/.test(pathname);
  }

  judge(pathname: string, headers: IncomingHttpHeaders, body: Buffer, at_ms: number): WebhookJudged {
    const id = String(headers["webhook-id"] ?? "");
    const stamp = String(headers["webhook-timestamp"] ?? "");
    const base = { to: pathname.slice("/hooks/".length), title: id, text: body.toString("utf8") };
    const no = (why: string): WebhookJudged => ({ ...base, status: 401, taken: false, answer: { error: why } });
    if (id === "" || !/^\d{1,12}$/.test(stamp)) return no("no id or timestamp");
    if (Math.abs(Number(stamp) - at_ms / 1000) > SKEW_S) return no("timestamp too far away");
    const key = Buffer.from(WEBHOOK_SECRET.slice("whsec_".length), "base64");
    const expected = createHmac("sha256", key).update(`${id}.${stamp}.`).update(body).digest();
    const signed = String(headers["webhook-signature"] ?? "")
      .split(" ")
      .some((one) => {
        const given = Buffer.from(one.startsWith("v1,") ? one.slice(3) : "", "base64");
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
    return signed ? { ...base, status: 200, taken: true, answer: { ok: true } } : no("signature does not match");
  }
}
