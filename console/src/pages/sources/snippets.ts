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

function webhook(base: string, key: string, name: string): Snippet[] {
  return [
    {
      title: "curl",
      code: `curl ${base}/hooks/${name} -H 'x-api-key: ${key}' \\
  -H 'idempotency-key: pos-0001' -H 'content-type: application/json' -d '{
  "order": { "no": "SO20261122-0001", "paid_at": "2026-11-22 09:12:33", "mobile": "13800138021" }
}'`,
    },
  ];
}

function shopify(base: string, _key: string, name: string): Snippet[] {
  return [
    {
      title: "Shopify · Settings → Notifications → Webhooks",
      code: `Event:   Order creation, Order update, Refund creation
Format:  JSON
URL:     ${base}/shopify/${name}`,
    },
  ];
}

function rest(base: string, key: string): Snippet[] {
  return [
    {
      title: "curl",
      code: `curl ${base}/api/records -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '{
  "records": [
    { "kind": "browse", "key": "b-1", "occurred_at": "2026-11-22T01:12:33Z",
      "identities": { "mall_id": "10086", "phone": "13800138021" },
      "body": { "sku": "T-0412", "channel": "mini_program" } }
  ]
}'`,
    },
  ];
}

const SNIPPETS: Readonly<Record<GuidedKind, (base: string, key: string, name: string) => Snippet[]>> = {
  sensors,
  segment,
  webhook,
  shopify,
  rest,
};

/** Copyable code for one way in, with this server's address, the source's code and its write key. */
export function snippetsFor(kind: GuidedKind, key: string, name: string): readonly Snippet[] {
  return SNIPPETS[kind](location.origin, key, name);
}
