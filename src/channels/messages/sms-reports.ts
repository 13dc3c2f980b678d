import { chinaTime, outId } from "./aliyun-sms.ts";
import type { Delivery } from "./carrier.ts";
import type { Reply } from "./replies.ts";

type Item = Readonly<Record<string, unknown>>;

/** What a service told by itself. */
export interface Told {
  readonly deliveries: readonly Delivery[];
  readonly replies: readonly Reply[];
  /** Items that are none of ours, or that nobody could read. */
  readonly others: number;
}

const OWN = new RegExp(`^${outId(0).slice(0, -1)}(\\d{1,15})$`);

/** Our number in the text that a service carries along; undefined for a message that is not ours. */
export function messageOf(text: unknown): number | undefined {
  const read = OWN.exec(String(text ?? ""));
  return read === null ? undefined : Number(read[1]);
}

/** SmsReport of Aliyun: whether one arrived, with the pieces that were billed. */
function aliyunReport(item: Item): Delivery | undefined {
  const message_id = messageOf(item["out_id"]);
  const at = chinaTime(item["report_time"]);
  if (message_id === undefined || at === undefined || typeof item["success"] !== "boolean") return undefined;
  const parts = Number(item["sms_size"]);
  return {
    message_id,
    state: item["success"] ? "delivered" : "failed",
    code: String(item["err_code"] ?? ""),
    at,
    parts: Number.isInteger(parts) && parts >= 1 && parts <= 20 ? parts : null,
  };
}

/** SmsUp of Aliyun: what somebody answered. */
function aliyunReply(item: Item): Reply | undefined {
  const at = chinaTime(item["send_time"]);
  const { content, phone_number, sequence_id } = item;
  if (typeof content !== "string" || typeof phone_number !== "string" || at === undefined) return undefined;
  if (typeof sequence_id !== "number" && typeof sequence_id !== "string") return undefined;
  return { reply_key: `aliyun ${String(sequence_id).slice(0, 100)}`, phone: phone_number, text: content, at };
}

/** A status callback of Tencent: whether one arrived. */
function tencentReport(item: Item): Delivery | undefined {
  const message_id = messageOf(item["ext"]);
  const at = chinaTime(item["user_receive_time"]);
  const { report_status } = item;
  if (message_id === undefined || at === undefined || (report_status !== "SUCCESS" && report_status !== "FAIL"))
    return undefined;
  const state = report_status === "SUCCESS" ? "delivered" : "failed";
  return { message_id, state, code: String(item["errmsg"] ?? ""), at, parts: null };
}

/** A reply callback of Tencent, which has no number of its own. */
function tencentReply(item: Item): Reply | undefined {
  const { mobile, nationcode, text, time } = item;
  if (typeof mobile !== "string" || typeof text !== "string" || typeof time !== "number") return undefined;
  const phone = nationcode === "86" || nationcode === undefined ? mobile : `+${String(nationcode)}${mobile}`;
  return { reply_key: null, phone, text, at: new Date(time * 1_000) };
}

/** Reads what came to the address at which services tell us. */
export function readReports(items: readonly Item[]): Told {
  const deliveries = items.map((item) => aliyunReport(item) ?? tencentReport(item)).filter((one) => one !== undefined);
  const replies = items.map((item) => aliyunReply(item) ?? tencentReply(item)).filter((one) => one !== undefined);
  return { deliveries, replies, others: items.length - deliveries.length - replies.length };
}
