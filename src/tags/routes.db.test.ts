import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TAG_DEFINITIONS } from "../../definitions/tags/index.ts";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { TagBook } from "./book.ts";
import { settleTags } from "./compute.ts";
import { computeAll, ensureComputed } from "./full.ts";
import { bookOf } from "./registry.ts";

const world = withDatabase();
const quiet = { signal: new AbortController().signal, progress: async () => {} };
const occupied = { node: "is_known", value: { node: "tag", key: "occupation" } };
const NOW = new Date("2026-11-22T08:00:00Z");
let owner: OwnerSession;

interface Spread {
  readonly value: string;
  readonly count: number;
  readonly condition: unknown;
}
interface TagItem {
  readonly key: string;
  readonly enabled: boolean;
  readonly coverage: number;
  readonly members_with_value: number;
  readonly stale: boolean;
  readonly distribution: readonly Spread[];
}

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(NOW);
  await seedWorld(ground, { members: 60, seed: 6, until: NOW });
  await deliverAll(world());
  await ensureComputed(ground);
  await settleTags(ground, bookOf(ground));
  owner = await signInOwner(world());
});

afterAll(async () => {
  await owner.app.close();
});

describe("the catalogue of tags over HTTP", () => {
  test("lists every tag with coverage and spread", async () => {
    const { status, body } = await owner.get("/api/tags");
    expect(status).toBe(200);
    const { items } = body as { items: TagItem[] };
    const book = bookOf(world().ground);
    expect(items.filter((item) => item.enabled).map((item) => item.key)).toEqual([...book.tags.keys()]);
    expect(items.filter((item) => !item.enabled).map((item) => item.key)).toEqual(["occupation", "household"]);
    const orders = items.find((item) => item.key === "orders_365d");
    expect(orders).toMatchObject({ coverage: 1, stale: false, difference: 0 });
    expect(items.every((item) => item.coverage >= 0 && item.coverage <= 1)).toBe(true);
  });

  test("the members behind each bar are as many as the bar says", async () => {
    for (const key of [
      "city_tier",
      "spend_365d",
      "average_order_value",
      "first_purchase_date",
      "days_since_last_purchase",
    ]) {
      const { body } = await owner.get(`/api/tags/${key}`);
      const { distribution } = body as TagItem;
      expect(distribution.length, key).toBeGreaterThan(0);
      for (const bar of distribution) {
        const counted = await owner.post("/api/segments/count", { condition: bar.condition });
        expect([key, bar.value, (counted.body as { count: number }).count]).toEqual([key, bar.value, bar.count]);
      }
    }
  });

  test("one tag shows its definition and its statements", async () => {
    const { body } = await owner.get("/api/tags/favourite_category");
    expect(body).toMatchObject({
      sql: {
        postgresql: expect.stringContaining("$1::bigint[]"),
        duckdb: expect.stringContaining("first(value order by"),
      },
      expression: { node: "mode" },
      example: { value: "绿茶" },
    });
    expect((await owner.get("/api/tags/nothing")).status).toBe(404);
  });

  test("a member's tags carry their reasons", async () => {
    const { ground } = world();
    const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ member_id: number }>("select member_id from tags.current order by length(value::text) desc limit 1"),
    );
    const { status, body } = await owner.get(`/api/members/${rows[0]?.member_id}/tags`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          key: "orders_365d",
          why: { zh: expect.stringContaining("近 365 天有"), en: expect.any(String) },
        }),
      ]),
    });
  });

  test("tags of private life have no values until a person switches them on, and lose them again", async () => {
    const { ground } = world();
    const stated = () =>
      ground.store.read(SYSTEM_SCOPE, (tx) =>
        tx.one<{ said: number; kept: number }>(
          `select count(m.occupation) as said, count(c.value ->> 'occupation') as kept
           from catalogue.members m left join tags.current c using (member_id)`,
        ),
      );
    const { said } = (await stated()) ?? { said: 0 };
    expect(said).toBeGreaterThan(0);
    expect(await stated()).toMatchObject({ kept: 0 });
    expect((await owner.post("/api/segments/count", { condition: occupied })).status).toBe(422);

    const on = await owner.put("/api/tags/occupation/enabled", { enabled: true });
    expect(on).toMatchObject({ status: 200, body: { job_id: expect.any(String) } });
    await computeAll(ground, bookOf(ground), quiet);
    expect(await stated()).toMatchObject({ kept: said });
    expect((await owner.post("/api/segments/count", { condition: occupied })).body).toMatchObject({ count: said });
    expect((await owner.get("/api/tags/household")).body).toMatchObject({
      enabled: false,
      optional: true,
      coverage: 0,
      distribution: [],
    });

    await owner.put("/api/tags/occupation/enabled", { enabled: false });
    await computeAll(ground, bookOf(ground), quiet);
    expect(await stated()).toMatchObject({ kept: 0 });
  });

  test("another process follows what was switched here with its next round", async () => {
    const { ground } = world();
    const elsewhere = new TagBook(TAG_DEFINITIONS, ground.catalogue);
    expect(elsewhere.off.has("household")).toBe(true);
    await owner.put("/api/tags/household/enabled", { enabled: true });
    await settleTags(ground, elsewhere);
    expect(elsewhere.get("household")).toBeDefined();
    await owner.put("/api/tags/household/enabled", { enabled: false });
  });

  test("tags that everyone relies on cannot be switched off", async () => {
    expect(await owner.put("/api/tags/gender/enabled", { enabled: false })).toMatchObject({
      status: 409,
      body: { code: "tags.always_on" },
    });
    expect((await owner.put("/api/tags/nothing/enabled", { enabled: true })).status).toBe(404);
  });

  test("nobody reads them without signing in", async () => {
    for (const url of [
      "/api/tags",
      "/api/tags/gender",
      "/api/members/1/tags",
      "/api/segments",
      "/api/segments/vocabulary",
    ]) {
      expect((await owner.app.inject({ url })).statusCode, url).toBe(401);
    }
  });
});
