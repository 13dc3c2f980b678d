import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSensorsForm, parseSensorsForm } from "../../src/ingest/protocols/sensors-payload.ts";
import { launchBrowser } from "../support/browser.ts";
import { withDatabase } from "../support/database.ts";
import {
  type Captured,
  type Collector,
  type Delivered,
  isSameTime,
  replay,
  startCollector,
  until,
} from "./collector.ts";

const world = withDatabase();
let collector: Collector;
let browser: Browser;
let shop: Server;
let shop_url: string;
let records: Delivered[];

const SDK = readFileSync(createRequire(import.meta.url).resolve("sa-sdk-javascript/dist/web/sensorsdata.js"), "utf8");
const BOUGHT = { sku: "T-88", price: 88.5, gift: true, tags: ["新茶", "礼盒"], note: "请打13912345678" };
const PROFILE = { name: "张小满", phone: "13812345678", gender: "女" };

/** Runs in the page: every call the SDK offers that sends something. */
function speak(given: { bought: object; profile: object }): void {
  const sa = (globalThis as unknown as { sensors: Record<string, (...given: unknown[]) => void> }).sensors;
  sa["quick"]?.("autoTrack");
  sa["track"]?.("BuyTea", given.bought);
  sa["login"]?.("u-9");
  sa["bind"]?.("$identity_mobile", "13812345678");
  sa["unbind"]?.("$identity_mobile", "13812345678");
  sa["setProfile"]?.(given.profile);
  sa["setOnceProfile"]?.({ first_channel: "web" });
  sa["incrementProfile"]?.({ visits: 2 });
  sa["appendProfile"]?.({ tastes: ["乌龙"] });
  sa["unsetProfile"]?.(["level"]);
  sa["setItem"]?.("product", "T-88", { name: "铁观音 100g" });
  sa["deleteItem"]?.("article", "A-1");
  sa["deleteProfile"]?.();
}

/** One visit of the shop with the SDK in a given sending mode. */
async function visit(mode: object): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${shop_url}/tea/88?utm_source=wechat`);
  await page.addScriptTag({ content: SDK });
  const para = {
    server_url: `${collector.url}/sa?project=default&token=${collector.write_key}`,
    is_track_single_page: false,
    show_log: false,
    ...mode,
  };
  const before = messages().length;
  await page.evaluate((given) => {
    const loaded = globalThis as unknown as {
      sensorsDataAnalytic201505?: unknown;
      sensors: { init(para: object): void };
    };
    loaded.sensors ??= loaded.sensorsDataAnalytic201505 as { init(para: object): void };
    loaded.sensors.init(given);
  }, para);
  await page.evaluate(speak, { bought: BOUGHT, profile: PROFILE });
  // the first-visit profile, $pageview and the twelve calls above; requests of their own arrive in any order
  const arrived = () =>
    new Set(
      messages()
        .slice(before)
        .flatMap(({ type, event }) => [type, event]),
    );
  await until(() => ["$pageview", "BuyTea", "track_signup", "profile_delete"].every((one) => arrived().has(one)));
  await context.close();
}

function decode({ method, url, body }: Captured): Record<string, unknown>[] {
  const payload = decodeSensorsForm(
    parseSensorsForm(method === "POST" ? body.toString("utf8") : (url.split("?")[1] ?? "")),
  );
  return "messages" in payload ? (payload.messages as Record<string, unknown>[]) : [];
}
const messages = () => collector.captured.flatMap(decode);

beforeAll(async () => {
  collector = await startCollector(world(), "sensors", "sensors-web");
  shop = createServer((_request, response) => {
    response
      .setHeader("content-type", "text/html; charset=utf-8")
      .end("<!doctype html><title>铁观音</title><h1>铁观音</h1>");
  });
  await new Promise<void>((resolve) => {
    shop.listen(0, "127.0.0.1", resolve);
  });
  shop_url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  browser = await launchBrowser();
  for (const mode of [
    { send_type: "image" },
    { send_type: "ajax" },
    { send_type: "beacon" },
    { batch_send: { send_interval: 500 } },
  ])
    await visit(mode);
  const all = new Set(messages().map((message) => JSON.stringify({ ...message, _flush_time: 0 }))).size;
  await until(async () => (await collector.counts()).accepted === all);
  records = await collector.delivered();
});
afterAll(async () => {
  await browser?.close();
  shop?.close();
  await collector.close();
});

const extra = (record: Delivered | undefined) => record?.body["extra"] as Record<string, unknown>;
const typeOf = (record: Delivered) => (extra(record)["message"] as { type: string }).type;

describe("Sensors protocol, as sa-sdk-javascript speaks it in a browser", () => {
  test("images, requests, beacons and batches arrive across origins, and none is refused", async () => {
    const forms = collector.captured.map(
      ({ method, body }) => `${method} ${/^data(_list)?=/.exec(body.toString())?.[0] ?? ""}`,
    );
    expect(new Set(forms)).toEqual(new Set(["GET ", "POST data=", "POST data_list="]));
    expect((await collector.counts()).rejected).toBe(0);
    expect([...new Set(records.map(typeOf))].sort()).toEqual([
      "item_delete",
      "item_set",
      "profile_append",
      "profile_delete",
      "profile_increment",
      "profile_set",
      "profile_set_once",
      "profile_unset",
      "track",
      "track_id_bind",
      "track_id_unbind",
      "track_signup",
    ]);
  });

  test("the checksum of every single message fits", () => {
    const single = collector.captured.map(({ method, url, body }) =>
      parseSensorsForm(method === "POST" ? body.toString() : (url.split("?")[1] ?? "")),
    );
    const checked = single.filter((form) => form.data !== undefined).map((form) => decodeSensorsForm(form));
    expect(checked.length).toBeGreaterThan(0);
    expect(
      checked.map((payload) => ("crc" in payload ? payload.crc : "undecodable")).filter((crc) => crc !== "right"),
    ).toEqual([]);
  });

  test("every message on the wire is equal to its record after decoding, properties and time", () => {
    for (const message of messages()) {
      const at = message["time"] as number;
      const own = records.filter((record) => typeOf(record) === message["type"] && isSameTime(record, at));
      const properties = own.map(
        (record) => record.body["properties"] ?? extra(record)["properties"] ?? extra(record)["traits"],
      );
      expect(properties, `${String(message["type"])} ${String(message["event"])}`).toContainEqual(
        message["properties"] ?? {},
      );
    }
  });

  test("what the page told the SDK is what the record says", () => {
    expect(records.find((record) => record.body["name"] === "BuyTea")?.body["properties"]).toMatchObject(BOUGHT);
    expect(records.find((record) => typeOf(record) === "profile_set")?.body).toMatchObject({
      name: "张小满",
      gender: "female",
    });
    expect(records.find((record) => record.kind === "browse")?.body).toMatchObject({ page: "/tea/88" });
    const signup = records.find((record) => typeOf(record) === "track_signup");
    expect(signup).toMatchObject({
      kind: "identity_link",
      identities: [expect.stringMatching(/^cookie=/), "mall_id=u-9"],
    });
    const bind = records.find((record) => typeOf(record) === "track_id_bind");
    expect(bind?.identities).toContain("phone=+8613812345678");
    expect(records.find((record) => typeOf(record) === "track_id_unbind")?.kind).toBe("identity_unlink");
  });

  test("replays add nothing", async () => {
    const before = (await collector.counts()).accepted;
    await replay(collector);
    expect((await collector.counts()).accepted).toBe(before);
  });
});
