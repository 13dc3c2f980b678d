import type { IdentifiedRecord } from "../ingest/index.ts";
import type { EventRow } from "./event-store.ts";

/** Kinds that state or change something instead of telling what happened, or that trade puts on the timeline. */
const WITHOUT_EVENT: ReadonlySet<string> = new Set([
  "member",
  "order",
  "return",
  "identity_link",
  "identity_unlink",
  "product",
  "store",
  "staff",
]);

/** What an event is about, by kind: the code that names the share, the ticket, the coupon … */
const SUBJECT_FIELDS = [
  "content_id",
  "share_id",
  "review_id",
  "target_id",
  "referral_id",
  "group_id",
  "coupon_code",
  "message_id",
  "ticket_id",
  "campaign_code",
  "name",
] as const;
const COLUMN_FIELDS: ReadonlySet<string> = new Set([
  "store_code",
  "channel",
  "sku",
  "category",
  "amount_minor",
  "quantity",
]);

export function isTimelineKind(kind: string): boolean {
  return !WITHOUT_EVENT.has(kind);
}

/** A record as a row of the timeline. `counterpart_party_id` is the other person of a referral, where known. */
export function timelineEvent(
  record: IdentifiedRecord,
  party_id: number,
  counterpart_party_id: number | null,
): EventRow {
  const { body } = record;
  const subjectField = SUBJECT_FIELDS.find((field) => typeof body[field] === "string");
  const properties: Record<string, unknown> = {};
  let any = false;
  for (const [field, value] of Object.entries(body)) {
    if (COLUMN_FIELDS.has(field) || field === "counterpart" || value === null || value === undefined) continue;
    properties[field] = value;
    any = true;
  }
  if (counterpart_party_id !== null) {
    properties["counterpart_party_id"] = counterpart_party_id;
    any = true;
  }
  return {
    party_id,
    occurred_at: record.occurred_at,
    kind: record.kind,
    record_id: record.record_id,
    source_id: record.source_id,
    received_at: record.received_at,
    store_code: text(body["store_code"]),
    channel: text(body["channel"]),
    sku: text(body["sku"]),
    category: text(body["category"]),
    subject: subjectField === undefined ? null : text(body[subjectField]),
    amount_minor: typeof body["amount_minor"] === "number" ? body["amount_minor"] : null,
    quantity: text(body["quantity"]),
    properties: any ? properties : null,
  };
}

function text(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : null;
}
