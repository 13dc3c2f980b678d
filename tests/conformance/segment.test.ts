import { Analytics } from "@segment/analytics-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../support/database.ts";
import { type Collector, type Delivered, replay, startCollector } from "./collector.ts";

const world = withDatabase();
let collector: Collector;
let records: Delivered[];

const TRAITS = {
  name: "张小满",
  phone: "13812345678",
  email: "xiaoman@tea.cn",
  gender: "女",
  birthday: "1990-02-28",
  address: { city: "上海", street: "南京东路1号", postalCode: "200001" },
  plan: "gold",
  visits: 12,
};
const TRAITS_CLEAR = { ...TRAITS, address: JSON.stringify(TRAITS.address) };
const PRODUCT = { product_id: "T-88", sku: "T-88", category: "乌龙", name: "铁观音 100g", price: 88.5, brand: "青岚" };
const ORDER = {
  order_id: "SG-1001",
  total: 195.5,
  revenue: 177,
  shipping: 10,
  discount: 8.5,
  coupon: "SPRING",
  currency: "CNY",
  products: [
    { ...PRODUCT, quantity: 2 },
    { product_id: "T-9", name: "茶漏", price: 18.05, quantity: 1 },
  ],
};
const USER = { userId: "u-1", anonymousId: "anon-1" };
const PLACED = new Date("2026-11-20T08:00:00.123Z");
const CONTEXT = {
  ip: "203.0.113.7",
  userAgent: "Mozilla/5.0",
  campaign: { name: "双11", source: "wechat", medium: "social" },
  page: { path: "/tea", url: "https://tea.cn/tea?phone=13812345678" },
};

beforeAll(async () => {
  collector = await startCollector(world(), "segment", "segment-sdk");
  const analytics = new Analytics({ writeKey: collector.write_key, host: collector.url, flushAt: 4, maxRetries: 0 });
  const failures: unknown[] = [];
  analytics.on("error", (failure) => failures.push(failure));
  analytics.identify({ ...USER, traits: TRAITS, context: CONTEXT });
  analytics.track({ ...USER, event: "Product Viewed", properties: PRODUCT, context: CONTEXT, timestamp: PLACED });
  analytics.track({ ...USER, event: "Products Searched", properties: { query: "铁观音" } });
  analytics.track({ ...USER, event: "Product Added", properties: { ...PRODUCT, quantity: 2, cart_id: "c-1" } });
  analytics.track({ ...USER, event: "Order Completed", properties: ORDER });
  analytics.track({
    ...USER,
    event: "Order Refunded",
    properties: { order_id: "SG-1001", total: 18.05, products: [{ product_id: "T-9", price: 18.05, quantity: 1 }] },
  });
  analytics.track({ ...USER, event: "Signed In", properties: { platform: "mini" } });
  analytics.track({
    userId: "u-1",
    event: "泡茶课报名",
    properties: {
      lesson: "盖碗",
      seats: 2,
      remind: true,
      tags: ["新手", "周末"],
      nested: { a: [1, { b: null }] },
      contact: "13912345678",
    },
  });
  analytics.page({ ...USER, category: "商城", name: "首页", properties: { path: "/", title: "青岚茶" } });
  analytics.screen({ ...USER, name: "会员码", properties: { from: "tab" } });
  analytics.group({ ...USER, groupId: "g-7", traits: { name: "品鉴会", size: 30 } });
  analytics.alias({ userId: "u-1", previousId: "anon-0" });
  await analytics.closeAndFlush();
  expect(failures).toEqual([]);
  records = await collector.delivered();
});
afterAll(() => collector.close());

const extra = (record: Delivered | undefined) => record?.body["extra"] as Record<string, unknown>;
const byEvent = (event: string) => records.find((record) => extra(record)?.["event"] === event);

describe("Segment HTTP API, as @segment/analytics-node speaks it", () => {
  test("all six calls arrive, in batches, and none is refused", async () => {
    expect(await collector.counts()).toEqual({ accepted: 12, duplicates: 0, rejected: 0 });
    expect(collector.captured.every((request) => request.url === "/v1/batch")).toBe(true);
    expect(records.map((record) => record.kind).sort()).toEqual([
      "browse",
      "browse",
      "browse",
      "cart",
      "custom",
      "custom",
      "identity_link",
      "login",
      "member",
      "order",
      "return",
      "search",
    ]);
  });

  test("each message is equal after decoding to what the SDK was told", () => {
    const expected: [string, unknown][] = [
      ["Product Viewed", PRODUCT],
      ["Products Searched", { query: "铁观音" }],
      ["Product Added", { ...PRODUCT, quantity: 2, cart_id: "c-1" }],
      ["Order Completed", ORDER],
      ["Signed In", { platform: "mini" }],
    ];
    for (const [event, properties] of expected)
      expect([event, extra(byEvent(event))["properties"]]).toEqual([event, properties]);
    const custom = records.find((record) => record.body["name"] === "泡茶课报名");
    expect(custom?.body["properties"]).toEqual({
      lesson: "盖碗",
      seats: 2,
      remind: true,
      tags: ["新手", "周末"],
      nested: { a: [1, { b: null }] },
      contact: "13912345678",
    });
    const member = records.find((record) => record.kind === "member");
    expect(extra(member)["traits"]).toEqual(TRAITS_CLEAR);
    const group = records.find((record) => record.body["name"] === "group");
    expect(group?.body["properties"]).toEqual({ group_id: "g-7", traits: { name: "品鉴会", size: 30 } });
    const viewed = (extra(byEvent("Product Viewed"))["message"] as { context: Record<string, unknown> }).context;
    expect(viewed).toMatchObject(CONTEXT);
  });

  test("identifiers become identities and link device, account, phone and mail", () => {
    const member = records.find((record) => record.kind === "member");
    expect(member?.identities).toEqual([
      "cookie=anon-1",
      "email=xiaoman@tea.cn",
      "mall_id=u-1",
      "phone=+8613812345678",
    ]);
    expect(records.find((record) => record.kind === "identity_link")?.identities).toEqual([
      "cookie=anon-0",
      "mall_id=u-1",
    ]);
    expect(byEvent("Signed In")?.identities).toEqual(["cookie=anon-1", "mall_id=u-1"]);
  });

  test("e-commerce events become the vocabulary's records with exact amounts", () => {
    expect(byEvent("Order Completed")?.body).toMatchObject({
      order_no: "SG-1001",
      status: "paid",
      channel: "mall",
      currency: "CNY",
      freight_minor: 1000,
      discount_minor: 850,
      coupon_code: "SPRING",
      lines: [
        { sku: "T-88", product_name: "铁观音 100g", quantity: "2", unit_price: "88.5", net_minor: 17700 },
        { sku: "T-9", quantity: "1", net_minor: 1805 },
      ],
    });
    expect(byEvent("Order Refunded")?.body).toMatchObject({
      original_order_no: "SG-1001",
      refund_minor: 1805,
      lines: [{ sku: "T-9", quantity: "1", refund_minor: 1805 }],
    });
    expect(byEvent("Product Viewed")?.body).toMatchObject({ sku: "T-88", category: "乌龙" });
    expect(records.find((record) => record.kind === "member")?.body).toMatchObject({
      name: "张小满",
      gender: "female",
      birthday: "1990-02-28",
      city: "上海",
    });
  });

  test("the time the caller gave is kept to the millisecond", () => {
    expect(byEvent("Product Viewed")?.occurred_at).toEqual(PLACED);
  });

  test("replays add nothing, also when the SDK stamps a new sending time", async () => {
    await replay(collector);
    const sent = collector.captured.slice();
    for (const { url, headers, body } of sent) {
      const changed = { ...(JSON.parse(body.toString()) as object), sentAt: new Date(Date.now() + 5_000) };
      expect(
        (await fetch(collector.url + url, { method: "POST", headers, body: JSON.stringify(changed) })).status,
      ).toBe(200);
    }
    expect((await collector.counts()).accepted).toBe(12);
  });

  test("single calls, short paths, key in the body and Bearer are taken as well", async () => {
    const before = (await collector.counts()).accepted;
    const message = { userId: "u-2", messageId: "single-1", event: "Product Clicked", properties: { sku: "T-1" } };
    const post = (path: string, headers: Record<string, string>, body: object) =>
      fetch(collector.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    const bearer = { authorization: `Bearer ${collector.write_key}`, "content-type": "application/json" };
    expect((await post("/v1/track", bearer, message)).status).toBe(200);
    expect(
      (
        await post(
          "/v1/t",
          { "content-type": "text/plain" },
          { ...message, messageId: "single-2", writeKey: collector.write_key },
        )
      ).status,
    ).toBe(200);
    expect((await collector.counts()).accepted).toBe(before + 2);
  });

  test("broken JSON, an unknown key and too many events are answered with a sentence and store nothing", async () => {
    const before = (await collector.counts()).accepted;
    const headers = { authorization: `Basic ${Buffer.from(`${collector.write_key}:`).toString("base64")}` };
    const post = (body: string, with_headers: Record<string, string> = headers) =>
      fetch(`${collector.url}/v1/batch`, { method: "POST", headers: with_headers, body });
    const cut = await post('{"batch":[{"type":"track"');
    expect([cut.status, ((await cut.json()) as { code: string }).code]).toEqual([400, "ingest.json_invalid"]);
    const stranger = await post("{}", { authorization: "Bearer hk_nobody" });
    expect([stranger.status, ((await stranger.json()) as { code: string }).code]).toEqual([401, "ingest.key_unknown"]);
    const many = await post(JSON.stringify({ batch: Array.from({ length: 2_501 }, () => ({})) }));
    expect([many.status, ((await many.json()) as { code: string }).code]).toEqual([400, "ingest.batch_too_many"]);
    const large = await post(
      JSON.stringify({
        batch: [{ type: "track", event: "x", userId: "1", properties: { text: "茶".repeat(200_000) } }],
      }),
    );
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([400, "ingest.batch_too_large"]);
    expect((await collector.counts()).accepted).toBe(before);
  });
});
