import { parseInstant } from "../instant.ts";
import { compact, type DecodeContext, firstText, isObject, minorOf, type PlainObject, textOf } from "./decoded.ts";

/** An event of a foreign vocabulary as one of ours. */
export interface MappedEvent {
  readonly kind: string;
  readonly body: PlainObject;
}

type Mapper = (properties: PlainObject, message_id: string, context: DecodeContext) => MappedEvent;

const skuOf = (p: PlainObject) => firstText(p, "sku", "product_id", "productId", "id");

const browse: Mapper = (p) => ({
  kind: "browse",
  body: compact({ sku: skuOf(p), category: textOf(p["category"]), page: textOf(p["url"]) }),
});
const list: Mapper = (p) => ({
  kind: "browse",
  body: compact({ category: firstText(p, "category", "list_id"), page: textOf(p["list_id"]) }),
});
const cart =
  (action: "add" | "remove"): Mapper =>
  (p) => ({
    kind: "cart",
    body: compact({ sku: skuOf(p), category: textOf(p["category"]), action, quantity: p["quantity"] }),
  });

function orderLines(p: PlainObject): PlainObject[] {
  const products = Array.isArray(p["products"]) ? (p["products"] as unknown[]) : [];
  return products.filter(isObject).map((product) => {
    const quantity = Number(product["quantity"] ?? 1);
    const price = minorOf(product["price"]);
    return compact({
      sku: skuOf(product),
      product_name: textOf(product["name"]),
      quantity: product["quantity"] ?? 1,
      unit_price: product["price"],
      net_minor: price === undefined || !Number.isFinite(quantity) ? undefined : Math.round(price * quantity),
    });
  });
}

const order =
  (status: "placed" | "paid" | "cancelled"): Mapper =>
  (p, _id, context) => ({
    kind: "order",
    body: compact({
      order_no: firstText(p, "order_id", "orderId", "checkout_id"),
      status,
      channel: "mall",
      currency: textOf(p["currency"]) ?? context.currency,
      freight_minor: minorOf(p["shipping"]),
      discount_minor: minorOf(p["discount"]),
      coupon_code: textOf(p["coupon"]),
      store_code: textOf(p["store_code"]),
      lines: orderLines(p),
    }),
  });

const refund: Mapper = (p, message_id, context) => {
  const lines = orderLines(p).map((line) =>
    compact({ sku: line["sku"], quantity: line["quantity"], refund_minor: line["net_minor"] }),
  );
  return {
    kind: "return",
    body: compact({
      return_no: textOf(p["refund_id"]) ?? `${firstText(p, "order_id", "orderId") ?? ""}#${message_id}`,
      original_order_no: firstText(p, "order_id", "orderId"),
      channel: "mall",
      currency: textOf(p["currency"]) ?? context.currency,
      refund_minor: minorOf(p["total"] ?? p["revenue"] ?? p["value"]),
      // Segment's spec: an Order Refunded without products gives the whole order back.
      whole_order: lines.length === 0 ? true : undefined,
      lines: lines.length === 0 ? undefined : lines,
    }),
  };
};

const message =
  (medium: "email" | "app", stage: string): Mapper =>
  (p) => ({
    kind: "message",
    body: compact({
      medium,
      stage,
      message_id: firstText(p, "email_id", "message_id", "push_id"),
      campaign_code: firstText(p, "campaign_id", "campaign_name"),
      template: textOf(p["template_id"]),
    }),
  });

const share: Mapper = (p) => ({
  kind: "share",
  body: compact({ sku: skuOf(p), target: textOf(p["share_via"]), share_id: textOf(p["share_id"]) }),
});
const coupon =
  (stage: "issued" | "used" | "returned"): Mapper =>
  (p) => ({
    kind: "coupon_use",
    body: compact({
      coupon_code: firstText(p, "coupon_id", "coupon_name"),
      order_no: textOf(p["order_id"]),
      stage,
      amount_minor: minorOf(p["discount"]),
    }),
  });

/** The event names of Segment's e-commerce, email and B2B specs, lower case; everything else is `custom`. */
const EVENTS: Readonly<Record<string, Mapper>> = {
  "products searched": (p) => ({
    kind: "search",
    body: compact({ keyword: textOf(p["query"]), category: textOf(p["category"]), result_count: p["result_count"] }),
  }),
  "product list viewed": list,
  "product list filtered": list,
  "product viewed": browse,
  "product clicked": browse,
  "product added": cart("add"),
  "product removed": cart("remove"),
  "cart viewed": () => ({ kind: "browse", body: { page: "cart" } }),
  "order placed": order("placed"),
  "order completed": order("paid"),
  "order updated": order("placed"),
  "order cancelled": order("cancelled"),
  "order canceled": order("cancelled"),
  "order refunded": refund,
  "coupon redeemed": coupon("used"),
  "product shared": share,
  "cart shared": share,
  "product reviewed": (p) => ({
    kind: "review",
    body: compact({
      review_id: textOf(p["review_id"]),
      sku: skuOf(p),
      order_no: textOf(p["order_id"]),
      rating: typeof p["rating"] === "string" ? Number.parseInt(p["rating"], 10) : p["rating"],
      text: textOf(p["review_body"]),
    }),
  }),
  "signed in": (p) => ({ kind: "login", body: compact({ platform: textOf(p["platform"]) }) }),
  "invite sent": (p) => ({
    kind: "referral",
    body: compact({ role: "inviter", stage: "invited", referral_id: firstText(p, "invite_id", "referral_id") }),
  }),
  "article viewed": (p) => ({
    kind: "content_read",
    body: compact({ content_id: firstText(p, "article_id", "content_id"), topic: textOf(p["topic"]) }),
  }),
  "email sent": message("email", "sent"),
  "email delivered": message("email", "delivered"),
  "email opened": message("email", "opened"),
  "email link clicked": message("email", "clicked"),
  "email bounced": message("email", "failed"),
  unsubscribed: message("email", "unsubscribed"),
  "push notification received": message("app", "delivered"),
  "push notification tapped": message("app", "clicked"),
};

/** The names above, for the reference. */
export const SEGMENT_EVENT_NAMES: readonly string[] = Object.keys(EVENTS);

/** A track call by its event name; the properties stay with it whole, so that a later mapping can read them again. */
export function segmentEvent(
  name: string,
  properties: PlainObject,
  message_id: string,
  context: DecodeContext,
): MappedEvent {
  const mapper = EVENTS[name.trim().toLowerCase()];
  if (mapper === undefined) return { kind: "custom", body: { name, properties } };
  const mapped = mapper(properties, message_id, context);
  const updated = mapped.kind === "order" ? textOf(properties["updated_at"]) : undefined;
  if (updated !== undefined && parseInstant(updated) !== undefined) mapped.body["updated_at"] = updated;
  mapped.body["properties"] = properties;
  return mapped;
}
