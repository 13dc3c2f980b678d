import { afterAll, beforeAll, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { closeLake, refreshLake } from "./index.ts";
import { markDirty } from "./manifest-store.ts";

const world = withDatabase();
let owner: OwnerSession;

beforeAll(async () => {
  owner = await signInOwner(world());
});
afterAll(async () => {
  await owner.app.close();
  await closeLake(world().ground);
});

test("the state of the lake before and after its first refresh", async () => {
  const before = await owner.get("/api/engines");
  expect(before.status).toBe(200);
  expect(before.body).toMatchObject({
    items: [
      { engine: "postgresql", state: "up" },
      { engine: "duckdb", state: "empty", lag_seconds: null },
    ],
  });
  await refreshLake(world().ground);
  world().clock.advance({ minutes: 2 });
  expect((await owner.get("/api/engines")).body).toMatchObject({
    items: [{}, { engine: "duckdb", state: "up", lag_seconds: 120 }],
  });
});

test("a cluster that does not answer is shown as down, with the reason", async () => {
  const { config } = world().ground;
  Object.assign(config, { spark_connect_url: "sc://127.0.0.1:9" });
  const { body } = await owner.get("/api/engines");
  Object.assign(config, { spark_connect_url: "" });
  expect(body).toMatchObject({
    items: [
      {},
      {},
      {
        engine: "spark",
        state: "down",
        version: "—",
        detail: { zh: "集群没有应答：no Spark Connect server answers at 127.0.0.1:9" },
      },
    ],
  });
  expect((await owner.get("/api/engines")).body).toMatchObject({ items: [{}, {}] });
});

test("days that wait for a refresh are told by relation", async () => {
  await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
    markDirty(tx, [
      { relation: "orders", business_day: "2026-03-01" },
      { relation: "events", business_day: "2026-03-01" },
    ]),
  );
  const { status, body } = await owner.get("/api/lake/relations");
  expect(status, JSON.stringify(body)).toBe(200);
  const { items } = body as { items: { relation: string }[] };
  expect(items.find((item) => item.relation === "orders")).toMatchObject({
    partition: "business_day",
    pending_days: 1,
    pending_rows: 0,
  });
});

test("a refresh is a job; a second one while it waits is refused", async () => {
  const first = await owner.post("/api/lake/refresh");
  expect(first).toMatchObject({ status: 202, body: { job_id: expect.any(String) } });
  expect(await owner.post("/api/lake/refresh")).toMatchObject({ status: 409, body: { code: "jobs.already_running" } });
});
