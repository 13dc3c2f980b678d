import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { makeServer } from "../server.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { SECRETS_KEY, secretContext } from "./gate.ts";
import { replayRejects } from "./replay.ts";
import type { SourceKind, SourceSettings } from "./source.ts";
import { changeSource, createSource, rotateKey, setSourceSecret } from "./source-store.ts";

const world = withDatabase();
let app: FastifyInstance;
beforeAll(async () => {
  app = await makeServer(world().composition, { ready: true });
  await app.ready();
});
afterAll(() => app.close());

async function makeSource(kind: SourceKind, key: string, settings: SourceSettings = {}, secret?: string) {
  const { ground } = world();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const source = await createSource(tx, { key, name: key, kind, settings }, ground.clock.now());
    if (secret !== undefined) {
      const sealed = (await ground.vault.namedKey(SECRETS_KEY)).encrypt(
        Buffer.from(secret),
        secretContext(source.source_id),
      );
      await setSourceSecret(tx, source.source_id, sealed);
    }
    return { source, write_key: await rotateKey(tx, source.source_id, ground.clock.now(), 0) };
  });
}

async function records(source_id: number) {
  const { rows } = await world().ground.store.pool.query(
    "select r.kind, r.body, r.occurred_at, jsonb_path_query_array(r.identities, '$[*].kind') as kinds from ingest.record r join ingest.inbox i using (inbox_id) where i.source_id = $1 order by r.inbox_id, r.ordinal",
    [source_id],
  );
  return rows as { kind: string; body: Record<string, unknown>; occurred_at: Date; kinds: string[] }[];
}

async function post(url: string, headers: Record<string, string>, payload: unknown) {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  return app.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/json", ...headers },
    payload: body,
  });
}

describe("generic webhook", () => {
  const settings: SourceSettings = {
    mappings: [
      {
        kind: "order",
        each: "data.trades",
        key: "tid",
        occurred_at: { path: "created", as: "local_time" },
        identities: { phone: "buyer.mobile", mall_id: "buyer.nick" },
        fields: {
          order_no: "tid",
          status: { path: "state", map: { TRADE_FINISHED: "paid", "*": "placed" } },
          channel: { value: "marketplace" },
          lines: {
            each: "orders",
            fields: { sku: "outer_id", quantity: "num", net_minor: { path: "payment", as: "minor" } },
          },
        },
      },
    ],
  };
  const trade = {
    tid: "TB-1",
    created: "2026-11-20 10:00:00",
    state: "TRADE_FINISHED",
    buyer: { mobile: "13812345678", nick: "茶友" },
    orders: [{ outer_id: "T-1", num: 2, payment: "19.90" }],
  };

  test("a declarative mapping makes records; the same delivery twice is stored once", async () => {
    const { source, write_key } = await makeSource("webhook", "hook-map", settings);
    const auth = { authorization: `Bearer ${write_key}` };
    for (const duplicates of [0, 1]) {
      const answer = await post("/hooks/hook-map", auth, { data: { trades: [trade] } });
      expect([answer.statusCode, answer.json()]).toEqual([
        200,
        expect.objectContaining({ accepted: 1 - duplicates, duplicates }),
      ]);
    }
    expect(await records(source.source_id)).toEqual([
      {
        kind: "order",
        kinds: ["phone", "mall_id"],
        occurred_at: new Date("2026-11-20T02:00:00Z"),
        body: {
          order_no: "TB-1",
          status: "paid",
          channel: "marketplace",
          lines: [{ sku: "T-1", quantity: "2", net_minor: 1990 }],
        },
      },
    ]);
  });

  test("Standard Webhooks signatures: the published vector passes, another body or an old time does not", async () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const { source } = await makeSource("webhook", "hook-sign", { ...settings, signed: true }, secret);
    const headers = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature":
        "v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const before = world().clock.now();
    world().clock.set(new Date(1_614_265_330_000));
    const right = await post("/hooks/hook-sign", headers, '{"test": 2432232314}');
    const wrong = await post("/hooks/hook-sign", headers, '{"test": 2432232315}');
    world().clock.advance({ minutes: 6 });
    const stale = await post("/hooks/hook-sign", headers, '{"test": 2432232314}');
    world().clock.set(before);
    expect([right, wrong, stale].map((answer) => answer.statusCode)).toEqual([200, 401, 401]);
    expect(stale.json()).toMatchObject({ code: "ingest.signature_stale" });
    expect(right.json()).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await records(source.source_id)).toEqual([]);
  });

  test("what the mapping cannot read is kept, and replayed once the mapping is mended, adding nothing twice", async () => {
    const { ground } = world();
    const broken = { mappings: [{ ...settings.mappings?.[0], kind: "order", fields: { order_no: "number" } }] };
    const { source, write_key } = await makeSource("webhook", "hook-mend", broken);
    await post(
      "/hooks/hook-mend",
      { authorization: `Bearer ${write_key}` },
      { data: { trades: [trade, { ...trade, tid: "TB-2" }] } },
    );
    expect(await records(source.source_id)).toEqual([]);
    const filter = { source_id: source.source_id };
    expect(await replayRejects(ground, filter, null, async () => {})).toEqual({ replayed: 0, refused: 2 });
    await ground.store.write(SYSTEM_SCOPE, (tx) => changeSource(tx, source.source_id, { settings }));
    expect(await replayRejects(ground, filter, null, async () => {})).toEqual({ replayed: 2, refused: 0 });
    expect(await replayRejects(ground, filter, null, async () => {})).toEqual({ replayed: 0, refused: 0 });
    expect((await records(source.source_id)).map((record) => record.body["order_no"])).toEqual(["TB-1", "TB-2"]);
  });
});

describe("Shopify-shaped webhook", () => {
  const order = {
    id: 450789469,
    name: "#1001",
    created_at: "2026-11-20T09:00:00+08:00",
    updated_at: "2026-11-20T09:05:00+08:00",
    currency: "CNY",
    financial_status: "paid",
    customer: { id: 207119551, email: "bob@tea.cn", phone: "+8613812345678", first_name: "小满", last_name: "张" },
    shipping_address: { name: "张小满", address1: "南京东路1号", city: "上海" },
    discount_codes: [{ code: "SPRING", amount: "8.50" }],
    total_shipping_price_set: { shop_money: { amount: "10.00" } },
    line_items: [
      { id: 1, sku: "T-88", title: "铁观音", quantity: 2, price: "88.50", discount_allocations: [{ amount: "8.50" }] },
    ],
  };
  const secret = "shpss_0123456789abcdef";
  const send = (topic: string, payload: unknown, key = secret) => {
    const body = JSON.stringify(payload);
    const signature = createHmac("sha256", key).update(body).digest("base64");
    return post("/shopify/shop", { "x-shopify-topic": topic, "x-shopify-hmac-sha256": signature }, body);
  };

  test("orders, refunds and customers become records; a wrong signature is refused; an unknown topic is kept", async () => {
    const { source } = await makeSource("shopify", "shop", {}, secret);
    expect((await send("orders/create", order, "another")).statusCode).toBe(401);
    for (const [topic, payload] of [
      ["orders/create", order],
      ["orders/create", order],
      [
        "refunds/create",
        {
          id: 9,
          order_id: 450789469,
          created_at: "2026-11-21T09:00:00+08:00",
          refund_line_items: [{ id: 5, line_item_id: 1, quantity: 1, subtotal: 84.25, line_item: { sku: "T-88" } }],
          transactions: [{ kind: "refund", status: "success", amount: "84.25" }],
        },
      ],
      ["customers/update", { ...order.customer, updated_at: "2026-11-21T09:00:00+08:00" }],
      ["carts/update", { id: 1 }],
    ] as const) {
      expect([topic, (await send(topic, payload)).statusCode]).toEqual([topic, 200]);
    }
    const stored = await records(source.source_id);
    expect(stored.map((record) => [record.kind, record.kinds])).toEqual([
      ["order", ["mall_id", "phone", "email"]],
      ["return", []],
      ["member", ["mall_id", "phone", "email"]],
    ]);
    expect(stored[0]?.body).toMatchObject({
      order_no: "#1001",
      status: "paid",
      coupon_code: "SPRING",
      freight_minor: 1000,
      receiver_name: { sealed: expect.any(String) },
      lines: [{ line_no: "1", sku: "T-88", quantity: "2", unit_price: "88.50", discount_minor: 850, net_minor: 16850 }],
    });
    expect(stored[1]?.body).toMatchObject({
      return_no: "refund-9",
      refund_minor: 8425,
      lines: [{ sku: "T-88", quantity: "1", refund_minor: 8425 }],
    });
  });
});

describe("REST", () => {
  test("vocabulary records in batches, a sentence for each problem, an Idempotency-Key numbers those without a key", async () => {
    const { source, write_key } = await makeSource("rest", "rest");
    const headers = { authorization: `Bearer ${write_key}`, "idempotency-key": "night-1" };
    const batch = {
      records: [
        {
          kind: "login",
          occurred_at: "2026-11-20T08:00:00Z",
          identities: { phone: "13812345678" },
          body: { platform: "app" },
        },
        {
          kind: "points_movement",
          occurred_at: "2026-11-20T08:00:00Z",
          identities: [{ kind: "card_no", value: "C-1" }],
          body: { points: "many" },
        },
        { kind: "login", occurred_at: "1899-12-30T00:00:00Z", identities: { phone: "13812345678" }, body: {} },
        { kind: "login", occurred_at: "2026-11-20T08:00:00Z", identities: { fingerprint: "x" }, body: {} },
      ],
    };
    const first = await post("/api/records", headers, batch);
    expect(first.json()).toMatchObject({ accepted: 1, duplicates: 0, rejected: 3 });
    expect((first.json() as { outcomes: { detail?: string }[] }).outcomes.map((outcome) => outcome.detail)).toEqual([
      undefined,
      "records[1]: points should be a whole number, but is many.",
      expect.stringContaining("records[2]: occurred_at is 1899-12-30T00:00:00Z"),
    ]);
    expect((await post("/api/records", headers, batch)).json()).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await records(source.source_id)).toHaveLength(1);
  });

  test("a key is refused after its overlap, in another protocol, and while the source is paused; the rate says when to come again", async () => {
    const { ground, clock } = world();
    const { source, write_key } = await makeSource("rest", "rest-keys");
    const send = (key: string, url = "/api/records", records_sent: unknown[] = []) =>
      post(url, { authorization: `Bearer ${key}` }, { records: records_sent });
    const second = await ground.store.write(SYSTEM_SCOPE, (tx) => rotateKey(tx, source.source_id, clock.now(), 24));
    expect([(await send(write_key)).statusCode, (await send(second)).statusCode]).toEqual([200, 200]);
    expect((await send(second, "/v1/batch")).json()).toMatchObject({ code: "ingest.source_kind_differs" });
    const before = clock.now();
    clock.advance({ hours: 25 });
    // The gate reads keys again at the change's notice; until then the expiry it already knows counts.
    expect([(await send(write_key)).statusCode, (await send(second)).statusCode]).toEqual([401, 200]);
    clock.set(before);
    await ground.store.write(SYSTEM_SCOPE, (tx) => changeSource(tx, source.source_id, { rate_per_second_max: 2 }));
    const events = Array.from({ length: 10 }, (_, n) => ({
      kind: "login",
      key: `r${n}`,
      occurred_at: "2026-11-20T08:00:00Z",
      identities: { phone: "13812345678" },
    }));
    let answer = await send(second, "/api/records", events);
    while (answer.statusCode === 200) answer = await send(second, "/api/records", events);
    expect([answer.statusCode, answer.headers["retry-after"], answer.json()]).toEqual([
      429,
      expect.stringMatching(/^\d+$/),
      expect.objectContaining({ code: "ingest.rate_exceeded" }),
    ]);
    await ground.store.write(SYSTEM_SCOPE, (tx) => changeSource(tx, source.source_id, { state: "paused" }));
    while ((answer = await send(second)).json().code === "ingest.rate_exceeded" || answer.statusCode === 200)
      clock.advance({ seconds: 10 });
    expect(answer.json()).toMatchObject({ code: "ingest.source_paused" });
  });
});

test("a request in gzip is taken as it is; half a gzip is refused with a sentence", async () => {
  const { write_key } = await makeSource("segment", "gzipped");
  const body = gzipSync(
    JSON.stringify({ type: "track", messageId: "z1", userId: "u", event: "x", properties: { pad: "茶".repeat(500) } }),
  );
  const send = (payload: Buffer) =>
    app.inject({
      method: "POST",
      url: "/v1/track",
      headers: { authorization: `Bearer ${write_key}`, "content-type": "application/json", "content-encoding": "gzip" },
      payload,
    });
  expect((await send(body)).statusCode).toBe(200);
  const half = await send(body.subarray(0, body.length - 20));
  expect([half.statusCode, String(half.json().code)]).toEqual([400, expect.stringMatching(/^(ingest|platform)\./)]);
});

describe("Sensors", () => {
  const encode = (value: unknown) => encodeURIComponent(Buffer.from(JSON.stringify(value)).toString("base64"));
  const message = {
    type: "track",
    event: "Visit",
    distinct_id: "u-1",
    time: Date.UTC(2026, 10, 22, 1),
    properties: {},
    _track_id: 1,
  };

  test("what cannot be decoded or is of no known type is kept with its reason and answered all the same", async () => {
    const { source, write_key } = await makeSource("sensors", "sensors-odd", {});
    const send = (body: string) =>
      app.inject({
        method: "POST",
        url: `/sa?token=${write_key}`,
        headers: { "content-type": "text/plain" },
        payload: body,
      });
    const bodies = [
      `data_list=${encode([{ ...message, type: "trance" }])}`,
      `data_list=${encode([{ ...message, identities: { $identity_vip: "8" } }])}`,
      `data_list=${encodeURIComponent(Buffer.from([0x1f, 0x8b, 1, 2]).toString("base64"))}&gzip=1`,
      `payload=abc&key_id=1`,
    ];
    for (const body of bodies) expect((await send(body)).statusCode).toBe(200);
    const { rows } = await world().ground.store.pool.query(
      "select code from ingest.reject where source_id = $1 order by reject_id",
      [source.source_id],
    );
    expect(rows.map((row: { code: string }) => row.code)).toEqual([
      "ingest.type_unknown",
      "ingest.identity_kind_unknown",
      "ingest.payload_undecodable",
      "ingest.payload_undecodable",
    ]);
  });

  test("a clock in 2099 or 1899 is replaced by the time of receipt and flagged; the original time is kept", async () => {
    const { source, write_key } = await makeSource("sensors", "sensors-clock");
    const times = [Date.UTC(2099, 0, 1), Date.UTC(1969, 0, 1)];
    for (const [i, time] of times.entries()) {
      await app.inject({
        method: "GET",
        url: `/sa.gif?token=${write_key}&data=${encode({ ...message, time, _track_id: 10 + i })}`,
      });
    }
    const { rows } = await world().ground.store.pool.query(
      "select r.occurred_at, r.times from ingest.record r join ingest.inbox i using (inbox_id) where source_id = $1 order by r.inbox_id",
      [source.source_id],
    );
    expect(rows).toEqual([
      { occurred_at: world().clock.now(), times: { flag: "clock_ahead", original_at: "2099-01-01T00:00:00.000Z" } },
      { occurred_at: world().clock.now(), times: { flag: "clock_past", original_at: "1969-01-01T00:00:00.000Z" } },
    ]);
  });

  test("a device five hours off whose SDK says when it sent is put right", async () => {
    const { source, write_key } = await makeSource("sensors", "sensors-skew");
    const wrong = world().clock.now().getTime() + 5 * 3_600_000;
    const sent = { ...message, time: wrong - 60_000, _flush_time: wrong };
    await app.inject({ method: "GET", url: `/sa?token=${write_key}&data_list=${encode([sent])}` });
    expect((await records(source.source_id)).map((record) => record.occurred_at)).toEqual([
      new Date(world().clock.now().getTime() - 60_000),
    ]);
  });

  test("debug mode says what would become of a message and stores nothing on a dry run", async () => {
    const { source, write_key } = await makeSource("sensors", "sensors-debug");
    const answer = await app.inject({
      method: "POST",
      url: `/debug?token=${write_key}`,
      headers: { "content-type": "application/x-www-form-urlencoded", "dry-run": "true" },
      payload: `data_list=${encode([message, { ...message, type: "trance" }])}`,
    });
    expect(answer.json()).toMatchObject({
      dry_run: true,
      outcomes: [{ status: "accepted" }, { status: "rejected", code: "ingest.type_unknown" }],
    });
    expect(await records(source.source_id)).toEqual([]);
  });
});
