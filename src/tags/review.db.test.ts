import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { settleTags } from "./compute.ts";
import { ensureComputed } from "./full.ts";
import { bookOf } from "./registry.ts";
import { drawReview, judge, reviewDetail } from "./review.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
let owner: OwnerSession;

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(NOW);
  await seedWorld(ground, { members: 40, seed: 6, until: NOW });
  await deliverAll(world());
  await ensureComputed(ground);
  await settleTags(ground, bookOf(ground));
  owner = await signInOwner(world());
});
afterAll(async () => {
  await owner.app.close();
});

interface Item {
  readonly place: number;
  readonly value: string;
  readonly why: { readonly zh: string };
  readonly verdict: string | null;
  readonly member_id: number;
}
interface Detail {
  readonly sampled: number;
  readonly judged: number;
  readonly state: string;
  readonly strata: readonly { stratum: string; population: number; sampled: number }[];
  readonly items: readonly Item[];
}
const draw = async (key: string, seed: number) => {
  const { status, body } = await owner.post(`/api/tags/${key}/reviews`, { seed });
  expect(status).toBe(201);
  return (body as { review_id: number }).review_id;
};
const detail = async (id: number) => (await owner.get(`/api/tags/reviews/${id}`)).body as Detail;
const say = (id: number, place: number, verdict: string | null) =>
  owner.put(`/api/tags/reviews/${id}/items/${place}`, { verdict });

describe("a sampling review", () => {
  test("draws the same members for the same seed, from every value that was issued", async () => {
    const { ground } = world();
    const book = bookOf(ground);
    const tag = book.get("join_channel");
    if (tag === undefined) throw new Error("no tag");
    const nobody = { person_id: null, name: null };
    const drawn = (seed: number) =>
      ground.store
        .write(SYSTEM_SCOPE, async (tx) => {
          const id = await drawReview(tx, ground, tag, book, nobody, seed);
          const { items, strata } = await reviewDetail(tx, ground, book, SYSTEM_SCOPE, id);
          throw Object.assign(new Error("undone"), { found: { members: items.map((item) => item.member_id), strata } });
        })
        .catch((error: { found?: { members: number[]; strata: Detail["strata"] } }) => error.found);
    const first = await drawn(7);
    expect(await drawn(7)).toEqual(first);
    expect((await drawn(8))?.members).not.toEqual(first?.members);
    const values = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ value: string }>(
        "select distinct value ->> 'join_channel' as value from tags.current where value ? 'join_channel'",
      ),
    );
    expect(first?.strata.map(({ stratum }) => stratum).sort()).toEqual(values.map(({ value }) => value).sort());
    expect(first?.strata.every(({ sampled }) => sampled > 0)).toBe(true);
  });

  test("keeps values and reasons as they were issued, whatever happens afterwards", async () => {
    const { ground } = world();
    const id = await draw("orders_365d", 3);
    const before = await detail(id);
    expect(before.items[0]?.why.zh).toMatch(/近 365 天/);
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query('update tags.current set value = value || \'{"orders_365d": "99"}\''),
    );
    expect((await detail(id)).items).toEqual(before.items);
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await tx.query("insert into tags.dirty (member_id, since) select member_id, now() from tags.current");
    });
    await settleTags(ground, bookOf(ground));
  });

  test("is judged value by value, taken back, gone on with, and ends with figures; of few values it cannot pass", async () => {
    const id = await draw("tenure_band", 5);
    expect(await owner.post("/api/tags/tenure_band/reviews", {})).toMatchObject({
      status: 409,
      body: { code: "tags.review_open" },
    });
    const { items, sampled } = await detail(id);
    expect((await say(id, 1, "wrong")).body).toMatchObject({ judged: 1, right: 0, right_bp: 0 });
    expect((await say(id, 1, null)).body).toMatchObject({ judged: 0, right_bp: null });
    for (const { place } of items) await say(id, place, place === 2 ? "unknown" : "right");
    const done = await detail(id);
    expect(done).toMatchObject({ judged: sampled, right: sampled - 1, state: "too_few" });
    const { body } = await owner.get("/api/tags/reviews");
    expect(body).toMatchObject({
      passed: 0,
      items: expect.arrayContaining([expect.objectContaining({ key: "tenure_band", review_id: id, state: "too_few" })]),
    });
    expect((await owner.post("/api/tags/tenure_band/reviews", {})).status).toBe(201);
  });

  test("shows a person only members of their stores, and nobody changes another's word", async () => {
    const { ground } = world();
    const id = await draw("join_channel", 1);
    const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ member_id: number; store: string }>(
        "select member_id, home_store_code as store from catalogue.members where home_store_code is not null",
      ),
    );
    const all = await detail(id);
    const mine = all.items.find((item) => rows.some((row) => row.member_id === item.member_id));
    const store = rows.find((row) => row.member_id === mine?.member_id)?.store ?? "";
    const own = new Set(rows.filter((row) => row.store === store).map((row) => row.member_id));
    const scope = { ...SYSTEM_SCOPE, stores: [store] };
    const seen = await ground.store.read(scope, (tx) => reviewDetail(tx, ground, bookOf(ground), scope, id));
    expect(seen.items.map((item) => item.place)).toEqual(
      all.items.filter((item) => own.has(item.member_id)).map((item) => item.place),
    );
    expect(JSON.stringify(seen.items)).not.toMatch(/1[3-9]\d{9}/);
    const foreign = all.items.find((item) => !own.has(item.member_id))?.place ?? 0;
    const clerk = { person_id: 999, name: "店员" };
    const as = (place: number) =>
      ground.store.write(scope, (tx) => judge(tx, ground, scope, id, place, "right", clerk));
    await expect(as(foreign)).rejects.toMatchObject({ code: "tags.no_review_item" });
    await as(mine?.place ?? 0);
    expect(await say(id, mine?.place ?? 0, "wrong")).toMatchObject({
      status: 409,
      body: { code: "tags.judged_by_other" },
    });
  });
});
