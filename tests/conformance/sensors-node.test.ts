import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../support/database.ts";
import { type Collector, type Delivered, replay, startCollector, until } from "./collector.ts";

const world = withDatabase();
let collector: Collector;
let records: Delivered[];

/** What the test uses of the SDK, which ships no types. */
interface SensorsNode {
  disableReNameOption(): void;
  submitTo(options: { url: string; gzip: boolean }): void;
  track(id: string, event: string, properties: object): void;
  trackSignup(id: string, original: string, properties: object): void;
  profileSet(id: string, properties: object): void;
  profileSetOnce(id: string, properties: object): void;
  profileIncrement(id: string, properties: object): void;
  profileAppend(id: string, properties: object): void;
  profileUnset(id: string, keys: string[]): void;
  itemSet(type: string, id: string, properties: object): void;
  itemDelete(type: string, id: string): void;
}

const BOUGHT = { sku: "T-88", price: 88.5, gift: true, tags: ["新茶", "礼盒"], note: "请打13912345678" };
const PROFILE = { name: "张小满", phone: "13812345678", gender: "女", city: "上海", level: 3 };

beforeAll(async () => {
  collector = await startCollector(world(), "sensors", "sensors-node");
  const SensorsAnalytics = createRequire(import.meta.url)("sa-sdk-node") as new () => SensorsNode;
  const sa = new SensorsAnalytics();
  sa.disableReNameOption();
  sa.submitTo({ url: `${collector.url}/sa?project=default&token=${collector.write_key}`, gzip: true });
  sa.trackSignup("u-9", "9771C579-71F0-4650-8EE8-8999FA717761", { channel: "store" });
  sa.track("u-9", "BuyTea", { ...BOUGHT, $time: new Date("2026-11-20T08:00:00.123Z") });
  sa.track("u-9", "$pageview", { $url_path: "/tea/88", $title: "铁观音" });
  sa.profileSet("u-9", PROFILE);
  sa.profileSetOnce("u-9", { first_channel: "store" });
  sa.profileIncrement("u-9", { visits: 2 });
  sa.profileAppend("u-9", { tastes: ["乌龙"] });
  sa.profileUnset("u-9", ["level"]);
  sa.itemSet("product", "T-88", { name: "铁观音 100g", category: "乌龙", price: 88.5 });
  sa.itemDelete("article", "A-1");
  await until(async () => (await collector.counts()).accepted === 10);
  records = await collector.delivered();
});
afterAll(() => collector.close());

const extra = (record: Delivered | undefined) => record?.body["extra"] as Record<string, unknown>;
const typeOf = (record: Delivered) => (extra(record)["message"] as { type: string }).type;
const byType = (type: string, nth = 0) => records.filter((record) => typeOf(record) === type)[nth];

describe("Sensors protocol, as sa-sdk-node speaks it", () => {
  test("all of its message types arrive gzipped as data_list, and none is refused", async () => {
    expect(await collector.counts()).toEqual({ accepted: 10, duplicates: 0, rejected: 0 });
    expect(collector.captured.every((request) => request.body.toString().includes("gzip=1"))).toBe(true);
    expect(records.map((record) => `${typeOf(record)} ${record.kind}`).sort()).toEqual([
      "item_delete item",
      "item_set product",
      "profile_append member",
      "profile_increment member",
      "profile_set member",
      "profile_set_once member",
      "profile_unset member",
      "track browse",
      "track custom",
      "track_signup identity_link",
    ]);
  });

  test("each message is equal after decoding to what the SDK was told", () => {
    expect(byType("track")?.body).toMatchObject({ name: "BuyTea", properties: BOUGHT });
    expect(byType("track")?.occurred_at).toEqual(new Date("2026-11-20T08:00:00.123Z"));
    expect(byType("track", 1)?.body).toMatchObject({ page: "/tea/88", extra: { properties: { $title: "铁观音" } } });
    const traits: [string, unknown][] = [
      ["profile_set", PROFILE],
      ["profile_set_once", { first_channel: "store" }],
      ["profile_increment", { visits: 2 }],
      ["profile_append", { tastes: ["乌龙"] }],
      ["profile_unset", { level: true }],
    ];
    for (const [type, expected] of traits)
      expect([type, extra(byType(type))]).toMatchObject([type, { operation: type, traits: expected }]);
    expect(byType("profile_set")?.body).toMatchObject({ name: "张小满", gender: "female", city: "上海" });
    expect(byType("item_set")?.body).toMatchObject({
      sku: "T-88",
      name: "铁观音 100g",
      category_1: "乌龙",
      list_price_minor: 8850,
    });
    expect(byType("item_delete")?.body).toMatchObject({ item_type: "article", item_id: "A-1", name: "item_delete" });
    expect(byType("track_signup")?.body).toMatchObject({
      via: "track_signup",
      extra: { properties: { channel: "store" } },
    });
  });

  test("a sign-up links device and account; a profile's phone is an identity", () => {
    expect(byType("track_signup")?.identities).toEqual(["cookie=9771C579-71F0-4650-8EE8-8999FA717761", "mall_id=u-9"]);
    expect(byType("profile_set")?.identities).toEqual(["mall_id=u-9", "phone=+8613812345678"]);
    expect(byType("track")?.identities).toEqual(["mall_id=u-9"]);
  });

  test("replays add nothing", async () => {
    await replay(collector);
    expect((await collector.counts()).accepted).toBe(10);
  });
});
