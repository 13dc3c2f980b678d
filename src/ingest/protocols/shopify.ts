import type { ClearIdentity, ClearRecord } from "../record.ts";
import {
  addIdentity,
  compact,
  type Decoded,
  type DecodeContext,
  firstText,
  isObject,
  minorOf,
  type PlainObject,
  textOf,
} from "./decoded.ts";

const ORDER_TOPICS = new Set([
  "orders/create",
  "orders/updated",
  "orders/paid",
  "orders/cancelled",
  "orders/fulfilled",
  "orders/edited",
]);
const CUSTOMER_TOPICS = new Set(["customers/create", "customers/update", "customers/enable", "customers/disable"]);

/** The topics that become records; others are kept as rejects. */
export const SHOPIFY_TOPICS: readonly string[] = [...ORDER_TOPICS, "refunds/create", ...CUSTOMER_TOPICS];

/** Makes records of one Shopify-shaped delivery. @param topic X-Shopify-Topic. */
export function decodeShopify(topic: string, payload: unknown, context: DecodeContext): Decoded {
  const original = { topic, payload };
  const reject = (code: string, params: Record<string, string>): Decoded => ({
    records: [],
    rejects: [{ place: topic, code, params: { place: topic, ...params }, original }],
  });
  if (!isObject(payload)) return reject("ingest.body_invalid", {});
  if (ORDER_TOPICS.has(topic)) return { records: [orderRecord(topic, payload, original, context)], rejects: [] };
  if (topic === "refunds/create") return { records: [refundRecord(payload, original, context)], rejects: [] };
  if (CUSTOMER_TOPICS.has(topic)) return { records: [customerRecord(topic, payload, original, context)], rejects: [] };
  return reject("ingest.type_unknown", { type: topic.slice(0, 60) });
}

function identitiesOf(customer: PlainObject, order: PlainObject): ClearIdentity[] {
  const identities: ClearIdentity[] = [];
  addIdentity(identities, "mall_id", customer["id"]);
  addIdentity(identities, "phone", customer["phone"] ?? order["phone"]);
  addIdentity(identities, "email", customer["email"] ?? order["email"] ?? order["contact_email"]);
  return identities;
}

const object = (value: unknown): PlainObject => (isObject(value) ? value : {});
const objects = (value: unknown): PlainObject[] => (Array.isArray(value) ? (value as unknown[]).filter(isObject) : []);

function addressText(address: PlainObject): string | undefined {
  const parts = ["province", "city", "address1", "address2", "zip"].map((name) => textOf(address[name]));
  const text = parts.filter((part) => part !== undefined).join(" ");
  return text === "" ? undefined : text;
}

const personName = (value: PlainObject): string | undefined => {
  const whole = [firstText(value, "last_name"), firstText(value, "first_name")].filter((part) => part !== undefined);
  return firstText(value, "name") ?? (whole.length === 0 ? undefined : whole.join(""));
};

function orderRecord(topic: string, order: PlainObject, original: unknown, context: DecodeContext): ClearRecord {
  const id = firstText(order, "id", "order_number") ?? "";
  const created = firstText(order, "processed_at", "created_at") ?? context.received_at.toISOString();
  const updated = firstText(order, "updated_at") ?? created;
  const receiver = object(order["shipping_address"]);
  const cancelled =
    topic === "orders/cancelled" || (order["cancelled_at"] !== undefined && order["cancelled_at"] !== null);
  const paid = ["paid", "partially_refunded", "refunded"].includes(textOf(order["financial_status"]) ?? "paid");
  const coupon = objects(order["discount_codes"])[0];
  return {
    kind: "order",
    key: `order:${id}:${updated}:${topic}`,
    occurred_at: created,
    identities: identitiesOf(object(order["customer"]), order),
    place: topic,
    original,
    body: compact({
      order_no: firstText(order, "name", "order_number", "id"),
      status: cancelled ? "cancelled" : paid ? "paid" : "placed",
      channel: "mall",
      currency: textOf(order["currency"]) ?? context.currency,
      freight_minor: freightOf(order),
      coupon_code: coupon === undefined ? undefined : textOf(coupon["code"]),
      receiver_name: personName(receiver),
      receiver_address: addressText(receiver),
      remark: textOf(order["note"]),
      updated_at: updated,
      lines: objects(order["line_items"]).map(orderLine),
      source_order_id: textOf(order["id"]),
    }),
  };
}

function freightOf(order: PlainObject): number | undefined {
  const set = object(object(order["total_shipping_price_set"])["shop_money"]);
  const lines = objects(order["shipping_lines"]);
  const sum = lines.reduce((total, line) => total + (minorOf(line["discounted_price"] ?? line["price"]) ?? 0), 0);
  return minorOf(set["amount"]) ?? (lines.length === 0 ? undefined : sum);
}

function orderLine(line: PlainObject): PlainObject {
  const quantity = Number(line["quantity"] ?? 1);
  const gross = minorOf(line["price"]);
  // Discounts of the whole order arrive spread over the lines here; `total_discount` holds only the line's own.
  const spread = objects(line["discount_allocations"]).reduce((total, one) => total + (minorOf(one["amount"]) ?? 0), 0);
  const discount = Math.max(spread, minorOf(line["total_discount"]) ?? 0);
  return compact({
    line_no: textOf(line["id"]),
    sku: firstText(line, "sku", "variant_id", "product_id", "id"),
    product_name: firstText(line, "title", "name"),
    quantity: line["quantity"] ?? 1,
    unit_price: line["price"],
    discount_minor: discount,
    net_minor: gross === undefined ? undefined : Math.round(gross * quantity) - discount,
  });
}

function refundRecord(refund: PlainObject, original: unknown, context: DecodeContext): ClearRecord {
  const id = textOf(refund["id"]) ?? "";
  const lines = objects(refund["refund_line_items"]).map((line) => {
    const item = object(line["line_item"]);
    return compact({
      line_no: textOf(line["id"]),
      original_line_no: firstText(line, "line_item_id"),
      sku: firstText(item, "sku", "variant_id", "product_id", "id") ?? textOf(line["line_item_id"]),
      quantity: line["quantity"] ?? 1,
      refund_minor: (minorOf(line["subtotal"]) ?? 0) + (minorOf(line["total_tax"]) ?? 0),
    });
  });
  const money = objects(refund["transactions"]).filter(
    (one) => one["kind"] === "refund" && one["status"] !== "failure",
  );
  const total = money.reduce((sum, one) => sum + (minorOf(one["amount"]) ?? 0), 0);
  const order = object(refund["order"]);
  return {
    kind: "return",
    key: `refund:${id}`,
    occurred_at: firstText(refund, "processed_at", "created_at") ?? context.received_at.toISOString(),
    identities: identitiesOf(object(refund["customer"]), order),
    place: "refunds/create",
    original,
    body: compact({
      return_no: `refund-${id}`,
      original_order_no: firstText(order, "name") ?? firstText(refund, "order_name", "order_number", "order_id"),
      channel: "mall",
      currency: textOf(order["currency"]) ?? textOf(object(money[0])["currency"]) ?? context.currency,
      reason: textOf(refund["note"]),
      refund_minor: money.length === 0 ? undefined : total,
      lines: lines.length === 0 ? undefined : lines,
      source_order_id: textOf(refund["order_id"]),
    }),
  };
}

function customerRecord(topic: string, customer: PlainObject, original: unknown, context: DecodeContext): ClearRecord {
  const address = object(customer["default_address"]);
  const created = textOf(customer["created_at"]);
  const updated = textOf(customer["updated_at"]) ?? created ?? context.received_at.toISOString();
  const consent = object(customer["sms_marketing_consent"]);
  const granted = textOf(consent["state"]) === "subscribed";
  return {
    kind: "member",
    key: `customer:${textOf(customer["id"]) ?? ""}:${updated}:${topic}`,
    occurred_at: updated,
    identities: identitiesOf(customer, {}),
    place: topic,
    original,
    body: compact({
      name: personName(customer),
      address: addressText(address),
      city: textOf(address["city"]),
      province: textOf(address["province"]),
      joined_at: created,
      join_channel: "mall",
      consents:
        consent["state"] === undefined
          ? undefined
          : [
              compact({
                purpose: "marketing",
                channel: "sms",
                granted,
                at: textOf(consent["consent_updated_at"]),
                via: textOf(consent["consent_collected_from"]),
              }),
            ],
      tags: textOf(customer["tags"]),
    }),
  };
}
