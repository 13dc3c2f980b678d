import type { Receipt } from "./carrier.ts";

/** The member does not agree, or agreed to no message more. */
export const NO_SUBSCRIPTION = "43101";

/** Codes with which the very message can never go out: openid, template, fields, words, page. */
const REFUSED = new Set(["40003", "40037", "41030", "43101", "43116", "45168", "47003"]);
/** The token is not, or no longer, the right one. */
export const TOKEN_CODES: ReadonlySet<string> = new Set(["40001", "40014", "42001"]);
/** The quota of the day, of the minute, and too many at once to one member. */
const WAIT_S: Readonly<Record<string, number>> = { "45009": 3_600, "45011": 60, "43108": 60 };

/** What an answer to subscribeMessage.send means. */
export function wechatReceipt(message_id: number, status: number, body: Readonly<Record<string, unknown>>): Receipt {
  const code = String(body["errcode"] ?? (status === 200 ? "no_errcode" : `http_${status}`));
  if (code === "0") {
    const service_id = body["msgid"];
    return { message_id, kind: "accepted", service_id: service_id === undefined ? null : String(service_id), code };
  }
  if (REFUSED.has(code)) return { message_id, kind: "refused", code };
  const wait_s = WAIT_S[code];
  if (wait_s !== undefined) return { message_id, kind: "later", code, wait_s };
  // busy inside (-1) says nothing about what it had done by then
  if (status >= 500 || code === "-1" || code === "no_errcode") return { message_id, kind: "unknown", code };
  return { message_id, kind: "later", code };
}
