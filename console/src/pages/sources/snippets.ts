import type { SourceKind } from "../../api/sources.ts";

export interface Snippet {
  readonly title: string;
  readonly code: string;
}

export const GUIDED_KINDS = [
  "sensors",
  "segment",
  "webhook",
  "shopify",
  "rest",
] as const satisfies readonly SourceKind[];
export type GuidedKind = (typeof GUIDED_KINDS)[number];

export function isGuided(kind: string): kind is GuidedKind {
  return (GUIDED_KINDS as readonly string[]).includes(kind);
}

function sensors(base: string, key: string): Snippet[] {
  return [
    {
      title: "Web · sa-sdk-javascript",
      code: `import sensors from "sa-sdk-javascript";

sensors.init({
  server_url: "${base}/sa?token=${key}",
  send_type: "beacon",
});
sensors.login("mall-10086");
sensors.track("BrowseProduct", { sku: "T-0412", category: "乌龙茶" });`,
    },
    {
      title: "小程序 · sa-sdk-miniprogram",
      code: `const sensors = require("./sensorsdata.min.js");

sensors.setPara({ server_url: "${base}/sa?token=${key}" });
sensors.setOpenid(openid);
sensors.init();`,
    },
    {
      title: "Node.js · sa-sdk-node",
      code: `import SensorsAnalytics from "sa-sdk-node";

const sensors = new SensorsAnalytics();
sensors.submitTo("${base}/sa?token=${key}");
sensors.track("mall-10086", "Order", { order_no: "SO1", net: 168 });`,
    },
  ];
}

function segment(base: string, key: string): Snippet[] {
  return [
    {
      title: "Node.js · @segment/analytics-node",
      code: `import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${key}", host: "${base}" });

analytics.identify({ userId: "mall-10086", traits: { phone: "13800138021" } });
analytics.track({
  userId: "mall-10086",
  event: "Product Viewed",
  properties: { sku: "T-0412", category: "乌龙茶" },
});`,
    },
    {
      title: "curl",
      code: `curl ${base}/v1/track -u ${key}: -H 'content-type: application/json' -d '{
  "userId": "mall-10086", "event": "Product Viewed",
  "properties": { "sku": "T-0412" }, "messageId": "m-1"
}'`,
    },
  ];
}

function webhook(base: string, key: string): Snippet[] {
  return [
    {
      title: "curl",
      code: `curl ${base}/v1/webhooks/${key} -H 'content-type: application/json' -d '{
  "kind": "order", "key": "SO20261122-0001",
  "occurred_at": "2026-11-22T09:12:33+08:00",
  "identities": [{ "kind": "phone", "value": "13800138021" }],
  "body": { "order_no": "SO20261122-0001", "store_code": "HZ001",
    "lines": [{ "sku": "T-0412", "quantity": 1, "unit_price": "168.00" }] }
}'`,
    },
  ];
}

function shopify(base: string, key: string): Snippet[] {
  return [
    {
      title: "Shopify · Settings → Notifications → Webhooks",
      code: `Event:   Order creation, Order update, Refund creation
Format:  JSON
URL:     ${base}/v1/shopify/${key}`,
    },
  ];
}

function rest(base: string, key: string): Snippet[] {
  return [
    {
      title: "curl",
      code: `curl ${base}/v1/records -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '{
  "records": [
    { "kind": "browse", "key": "b-1", "occurred_at": "2026-11-22T01:12:33Z",
      "identities": [{ "kind": "mall_id", "value": "10086" }],
      "body": { "sku": "T-0412", "channel": "mini_program" } }
  ]
}'`,
    },
  ];
}

const SNIPPETS: Readonly<Record<GuidedKind, (base: string, key: string) => Snippet[]>> = {
  sensors,
  segment,
  webhook,
  shopify,
  rest,
};

/** Copyable code for one way in, with this server's address and the given key. */
export function snippetsFor(kind: GuidedKind, key: string): readonly Snippet[] {
  return SNIPPETS[kind](location.origin, key);
}
