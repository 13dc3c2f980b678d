import { createHmac, timingSafeEqual } from "node:crypto";
import { parseInstant } from "../instant.ts";
import type { ClearRecord } from "../record.ts";
import type { Decoded, DecodeContext } from "./decoded.ts";
import { textOf } from "./decoded.ts";
import { mappedFields, mappedIdentities, mappedValue, type RecordMapping, valueAt } from "./field-mapping.ts";

/** How far a signature's time may be from ours (Standard Webhooks). */
export const SIGNATURE_SECONDS_MAX = 300;

export type SignatureCheck = "right" | "wrong" | "stale";

/**
 * Standard Webhooks: base64 of HMAC-SHA-256 over "id.timestamp.body" with the bytes after `whsec_`. Several signatures
 * may stand side by side, so that a sender can rotate its secret.
 */
export function checkStandardWebhook(
  secret: string,
  headers: { readonly id: string; readonly timestamp: string; readonly signature: string },
  body: Buffer,
  now: Date,
): SignatureCheck {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = Buffer.concat([Buffer.from(`${headers.id}.${headers.timestamp}.`), body]);
  const expected = createHmac("sha256", key).update(signed).digest();
  const fits = headers.signature.split(" ").some((one) => {
    const [version, value = ""] = one.split(",");
    const given = Buffer.from(value, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!fits) return "wrong";
  const seconds = Number(headers.timestamp);
  return Math.abs(now.getTime() / 1000 - seconds) <= SIGNATURE_SECONDS_MAX ? "right" : "stale";
}

/** X-Shopify-Hmac-Sha256: base64 of HMAC-SHA-256 of the raw body with the app's secret. */
export function checkShopifySignature(secret: string, signature: string, body: Buffer): boolean {
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Makes records of a payload by the source's mappings. @param delivery_id the sender's id of this delivery, if it has one. */
export function decodeWebhook(payload: unknown, delivery_id: string | undefined, context: DecodeContext): Decoded {
  const decoded: Decoded = { records: [], rejects: [] };
  const mappings = context.settings.mappings ?? [];
  const original = { payload, delivery_id };
  if (mappings.length === 0) {
    const params = { place: "settings", field: "mappings", path: "—" };
    decoded.rejects.push({ place: "payload", code: "ingest.mapping_failed", params, original });
  }
  for (const [m, mapping] of mappings.entries()) {
    const each = mapping.each === undefined ? [payload] : valueAt(payload, mapping.each);
    const prefix = mapping.each ?? "payload";
    if (!Array.isArray(each)) {
      const params = { place: "payload", field: mapping.kind, path: prefix };
      decoded.rejects.push({ place: prefix, code: "ingest.mapping_failed", params, original });
      continue;
    }
    for (const [i, element] of (each as unknown[]).entries()) {
      const place = mapping.each === undefined ? "payload" : `${prefix}[${i}]`;
      decoded.records.push(mappedRecord(mapping, element, { place, original, delivery_id, nth: `${m}.${i}` }, context));
    }
  }
  return decoded;
}

function mappedRecord(
  mapping: RecordMapping,
  element: unknown,
  at: { place: string; original: unknown; delivery_id: string | undefined; nth: string },
  context: DecodeContext,
): ClearRecord {
  const own = mapping.key === undefined ? undefined : textOf(mappedValue(mapping.key, element, context));
  const key =
    own === undefined
      ? at.delivery_id === undefined
        ? undefined
        : `${at.delivery_id}#${at.nth}`
      : `${mapping.kind}:${own}`;
  const time =
    mapping.occurred_at === undefined ? undefined : textOf(mappedValue(mapping.occurred_at, element, context));
  const readable = time !== undefined && parseInstant(time) !== undefined;
  return {
    kind: mapping.kind,
    ...(key === undefined ? {} : { key }),
    // A time that is mapped but unreadable goes on as it is, so that the edge says what is wrong with it.
    occurred_at: readable ? time : (time ?? context.received_at.toISOString()),
    identities: mappedIdentities(mapping, element, context),
    body: mappedFields(mapping.fields, element, context),
    place: at.place,
    original: at.original,
  };
}
