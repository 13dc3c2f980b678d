import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { setUp } from "../access/index.ts";
import { makeServer } from "../server.ts";
import { drainPipeline } from "./index.ts";

const world = withDatabase();
const password = "oolong-tea-2026-spring";
let app: FastifyInstance;
let cookie = "";
beforeAll(async () => {
  app = await makeServer(world().composition, { ready: true });
  await app.listen({ port: 0, host: "127.0.0.1" });
  await setUp(world().ground, { brand_name: "青岚", name: "An", email: "an@tea.cn", password }, undefined);
  const signed = await app.inject({ method: "POST", url: "/api/session", payload: { email: "an@tea.cn", password } });
  cookie = String(signed.headers["set-cookie"]).split(";")[0] ?? "";
});
afterAll(() => app.close());

const call = async (method: "GET" | "POST" | "PATCH", url: string, payload?: object) => {
  const answer = await app.inject({ method, url, headers: { cookie }, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, json: answer.json() as unknown };
};

describe("the data page", () => {
  let write_key = "";
  let source_id = 0;
  const send = (records: object[]) =>
    app.inject({
      method: "POST",
      url: "/api/records",
      headers: { authorization: `Bearer ${write_key}` },
      payload: { records },
    });
  const login = (n: number, body: object = {}) => ({
    kind: "login",
    key: `l-${n}`,
    occurred_at: "2026-11-22T01:00:00Z",
    identities: { phone: "13812345678" },
    body,
  });

  test("a source is made with a key shown once; the list says how it does", async () => {
    const made = await call("POST", "/api/sources", {
      name: "收银",
      key: "till",
      kind: "rest",
      expected_every_seconds: 3600,
    });
    expect(made.status).toBe(201);
    ({ write_key } = made.json as { write_key: string });
    ({ source_id } = (made.json as { source: { source_id: number } }).source);
    expect((await call("POST", "/api/sources", { name: "x", key: "till", kind: "rest" })).json).toMatchObject({
      code: "ingest.source_key_taken",
    });
    expect(
      (
        await send([
          login(1, { platform: "pos" }),
          login(2),
          login(1, { platform: "pos" }),
          login(3, { channel: "moon" }),
        ])
      ).statusCode,
    ).toBe(200);
    const { json } = await call("GET", "/api/sources");
    expect((json as { items: unknown[] }).items).toEqual([
      expect.objectContaining({
        key: "till",
        kind: "rest",
        state: "live",
        received_24h: 4,
        duplicates_24h: 1,
        rejected_24h: 1,
        rejects_open: 1,
        pending: 2,
        freshness: "fresh",
        completeness: expect.arrayContaining([
          { field: "login#phone", filled_ratio: 1 },
          { field: "login.platform", filled_ratio: 0.5 },
        ]),
        keys: [expect.objectContaining({ prefix: write_key.slice(0, 9), expires_at: null })],
      }),
    ]);
    expect(JSON.stringify(json)).not.toContain(write_key);
  });

  test("volume per business day, days without anything included", async () => {
    const { json } = await call("GET", `/api/sources/${source_id}/volume?days=3`);
    expect(json).toEqual({
      days: [
        { day: "2026-11-20", accepted: 0, duplicate: 0, rejected: 0 },
        { day: "2026-11-21", accepted: 0, duplicate: 0, rejected: 0 },
        { day: "2026-11-22", accepted: 2, duplicate: 1, rejected: 1 },
      ],
    });
  });

  test("rejects are listed with sentences and a masked preview, and can be dismissed", async () => {
    const { json } = await call("GET", `/api/rejects?source_id=${source_id}`);
    const [reject] = (json as { items: Record<string, unknown>[] }).items;
    expect(reject).toMatchObject({
      code: "ingest.field_value",
      kind: "login",
      place: "records[3]",
      state: "open",
      sentence_zh: expect.stringContaining("channel"),
    });
    expect(String(reject?.["preview"])).toContain("moon");
    expect(String(reject?.["preview"])).not.toContain("13812345678");
    expect(await call("GET", "/api/rejects/summary")).toMatchObject({
      json: { items: [{ source_id, code: "ingest.field_value", count: 1 }] },
    });
    expect((await call("POST", "/api/rejects/dismiss", { reject_ids: [reject?.["reject_id"]] })).json).toEqual({
      dismissed: 1,
    });
    expect((await call("GET", "/api/rejects?state=open")).json).toEqual({ items: [], next_cursor: null });
  });

  test("settings that make no sense are refused with their place", async () => {
    const answer = await call("PATCH", `/api/sources/${source_id}`, {
      settings: { events: { Buy: { kind: "purchase" } } },
    });
    expect(answer.json).toMatchObject({
      status: 400,
      code: "ingest.source_invalid",
      params: { place: "settings.events.Buy.kind" },
    });
  });

  test("the live feed tells what was applied, in counts, and nothing else", async () => {
    const { port } = app.server.address() as AddressInfo;
    const stream = await fetch(`http://127.0.0.1:${port}/api/live`, { headers: { cookie } });
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    const reader = stream.body?.getReader();
    let heard = "";
    await send([login(9)]);
    await drainPipeline(world().ground);
    while (!heard.includes("event: applied")) heard += new TextDecoder().decode((await reader?.read())?.value);
    expect(JSON.parse(/data: (\{.*\})/.exec(heard)?.[1] ?? "")).toMatchObject({
      kinds: { login: expect.any(Number) },
      sources: { till: expect.any(Number) },
    });
    expect(heard).not.toContain("13812345678");
    await reader?.cancel();
  });

  test("without a session there is nothing to see", async () => {
    for (const url of ["/api/sources", "/api/rejects", "/api/live"])
      expect((await app.inject({ method: "GET", url })).statusCode).toBe(401);
  });
});
