import type { ClearRecord } from "../record.ts";
import { type Decoded, type DecodeContext, isObject, textOf } from "./decoded.ts";
import { decodeRest } from "./rest.ts";
import { decodeSegment } from "./segment.ts";
import { decodeSensors } from "./sensors.ts";
import { decodeSensorsForm, type SensorsForm } from "./sensors-payload.ts";
import { decodeShopify } from "./shopify.ts";
import { decodeWebhook } from "./webhook.ts";

/** Decodes the sealed original of a reject again, with the source's settings as they are now. */
export function decodeOriginal(protocol: string, original: unknown, context: DecodeContext): Decoded {
  if (isObject(original)) {
    switch (protocol) {
      case "segment":
        return decodeSegment([original["message"]], original["sent_at"], context);
      case "sensors":
        return decodeSensorsOriginal(original, context);
      case "webhook":
        return decodeWebhook(original["payload"], textOf(original["delivery_id"]), context);
      case "shopify":
        return decodeShopify(textOf(original["topic"]) ?? "", original["payload"], context);
      case "rest":
        return decodeRest(
          [original["record"]].map((record) => withKey(record, original["key"])),
          undefined,
        );
      default:
        break;
    }
  }
  return { records: [original as ClearRecord], rejects: [] };
}

function withKey(record: unknown, key: unknown): unknown {
  return isObject(record) && record["key"] === undefined && key !== undefined ? { ...record, key } : record;
}

function decodeSensorsOriginal(original: Record<string, unknown>, context: DecodeContext): Decoded {
  if (!("form" in original)) return decodeSensors([original["message"]], context);
  const payload = decodeSensorsForm(original["form"] as SensorsForm);
  if ("messages" in payload) return decodeSensors(payload.messages, context);
  const params = { place: "data_list", reason: payload.undecodable };
  return { records: [], rejects: [{ place: "data_list", code: "ingest.payload_undecodable", params, original }] };
}
