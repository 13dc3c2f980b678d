import { chinaTime, outId } from "./aliyun-sms.ts";
import type { Delivery } from "./carrier.ts";

type Item = Readonly<Record<string, unknown>>;

/** What a service told by itself. */
export interface Told {
  readonly deliveries: readonly Delivery[];
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

/** Reads what came to the address at which services tell us. */
export function readReports(items: readonly Item[]): Told {
  const deliveries = items.map(aliyunReport).filter((one) => one !== undefined);
  return { deliveries, others: items.length - deliveries.length };
}
