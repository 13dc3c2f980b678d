import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSensorsForm, parseSensorsForm } from "../../src/ingest/protocols/sensors-payload.ts";
import { withDatabase } from "../support/database.ts";
import { type Collector, type Delivered, isSameTime, replay, startCollector, until } from "./collector.ts";
import { installWx, type WxRequest } from "./wx-stub.ts";

const APP_ID = "wx0123456789abcdef";
const OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M";
const world = withDatabase();
const require = createRequire(import.meta.url);
const SDK = require.resolve("sa-sdk-miniprogram/dist/wechat/sensorsdata.cjs.js");
let wx: ReturnType<typeof installWx>;
let collector: Collector;
let records: Delivered[];

/** What the test uses of the SDK, which ships no types for this build. */
interface SensorsMini {
  setPara(para: object): void;
  init(): void;
  registerApp(properties: object): void;
  track(event: string, properties?: object): void;
  login(id: string): void;
  bind(key: string, value: string): void;
  unbind(key: string, value: string): void;
  bindOpenid(id: string): void;
  bindUnionid(id: string): void;
  setProfile(properties: object): void;
  setOnceProfile(properties: object): void;
  incrementProfile(properties: object): void;
  appendProfile(properties: object): void;
}

function startSdk(batch_send: boolean | object): SensorsMini {
  delete require.cache[SDK];
  const sa = require(SDK) as SensorsMini;
  const server_url = `${collector.url}/sa?project=default&token=${collector.write_key}`;
  sa.setPara({
    name: "sensors",
    server_url,
    show_log: false,
    batch_send,
    autoTrack: { appLaunch: false, appShow: false, appHide: false, pageShow: false, pageShare: false },
  });
  sa.init();
  return sa;
}

const BOUGHT = { sku: "T-88", price: 88.5, gift: true, tags: ["新茶", "礼盒"], note: "请打13912345678" };
const PROFILE = { name: "张小满", phone: "13812345678", gender: "女" };

/** The messages as the SDK put them on the wire, by a decoder that is not the server's own path. */
function sent(requests: readonly WxRequest[]): Record<string, unknown>[] {
  return requests.flatMap(({ method, url, data }) => {
    const payload = decodeSensorsForm(parseSensorsForm(method === "POST" ? data : (url.split("?")[1] ?? "")));
    return "messages" in payload ? (payload.messages as Record<string, unknown>[]) : [];
  });
}

beforeAll(async () => {
  collector = await startCollector(world(), "sensors", "sensors-mini");
  wx = installWx(APP_ID);
  const sa = startSdk({ max_length: 2 });
  sa.registerApp({ shop: "线上" });
  sa.track("BuyTea", BOUGHT);
  sa.login("u-9");
  sa.bind("$identity_mobile", "13812345678");
  sa.bindOpenid(OPENID);
  sa.bindUnionid("oUnion-1");
  sa.unbind("$identity_mobile", "13812345678");
  sa.setProfile(PROFILE);
  sa.setOnceProfile({ first_channel: "mini" });
  sa.incrementProfile({ visits: 2 });
  sa.appendProfile({ tastes: ["乌龙"] });
  sa.track("$MPViewScreen", { $url_path: "pages/tea" });
  sa.track("$MPShare", { $share_method: "转发消息卡片", $url_path: "pages/tea" });
  await until(
    async () =>
      sent(wx.requests).some((message) => message["event"] === "$MPShare") &&
      (await collector.counts()).accepted === 13,
  );
  startSdk(false).track("OneByOne", { step: 1 });
  await until(async () => sent(wx.requests).some((message) => message["event"] === "OneByOne"));
  const all = new Set(sent(wx.requests).map((message) => JSON.stringify({ ...message, _flush_time: 0 }))).size;
  await until(async () => (await collector.counts()).accepted === all);
  records = await collector.delivered();
});
afterAll(async () => {
  wx.uninstall();
  await collector.close();
});

const extra = (record: Delivered | undefined) => record?.body["extra"] as Record<string, unknown>;
const typeOf = (record: Delivered) => (extra(record)["message"] as { type: string }).type;
const byType = (type: string) => records.filter((record) => typeOf(record) === type);

describe("Sensors protocol, as sa-sdk-miniprogram speaks it", () => {
  test("batches go as text/plain POST, single messages as GET, and none is refused", async () => {
    expect(new Set(wx.requests.map((request) => request.method))).toEqual(new Set(["POST", "GET"]));
    expect((await collector.counts()).rejected).toBe(0);
    expect(records).toHaveLength(sent(wx.requests).length);
    expect(new Set(records.map(typeOf))).toEqual(
      new Set([
        "track",
        "track_signup",
        "track_id_bind",
        "track_id_unbind",
        "profile_set",
        "profile_set_once",
        "profile_increment",
        "profile_append",
      ]),
    );
  });

  test("every message on the wire is equal to its record after decoding, properties and time", () => {
    for (const message of sent(wx.requests)) {
      const at = message["time"] as number;
      const own = records.filter((record) => typeOf(record) === message["type"] && isSameTime(record, at));
      const properties = own.map(
        (record) => record.body["properties"] ?? extra(record)["properties"] ?? extra(record)["traits"],
      );
      expect(properties, `${String(message["type"])} ${String(message["event"])}`).toContainEqual(
        message["properties"],
      );
      const kept = own.map((record) => (extra(record)["message"] as Record<string, unknown>)["lib"]);
      expect(kept).toContainEqual(message["lib"]);
    }
  });

  test("what the program told the SDK is what the record says", () => {
    expect(records.find((record) => record.body["name"] === "BuyTea")?.body["properties"]).toMatchObject({
      ...BOUGHT,
      shop: "线上",
    });
    expect(byType("profile_set")[0]?.body).toMatchObject({
      name: "张小满",
      gender: "female",
      extra: { traits: PROFILE },
    });
    expect(records.find((record) => record.kind === "browse")?.body).toMatchObject({ page: "pages/tea" });
    expect(records.find((record) => record.kind === "share")?.body).toMatchObject({ target: "转发消息卡片" });
  });

  test("log-in and binds name each identity; an unbind names what is unbound and from whom", () => {
    expect(byType("track_signup")[0]).toMatchObject({
      kind: "identity_link",
      identities: [expect.stringMatching(/^cookie=/), "mall_id=u-9"],
    });
    const last = byType("track_id_bind").at(-1);
    expect(last?.identities).toEqual([
      expect.stringMatching(/^cookie=/),
      "mall_id=u-9",
      `openid=${OPENID}`,
      "phone=+8613812345678",
      "unionid=oUnion-1",
    ]);
    expect(byType("track_id_unbind")[0]).toMatchObject({
      kind: "identity_unlink",
      identities: ["mall_id=u-9", "phone=+8613812345678"],
    });
  });

  test("replays add nothing", async () => {
    const before = (await collector.counts()).accepted;
    await replay(collector);
    expect((await collector.counts()).accepted).toBe(before);
  });
});
