import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { type OwnerSession, signInOwner } from "../../../tests/support/owner.ts";
import { PointsShop } from "../../../tests/support/points-shop.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { emit, SYSTEM_SCOPE } from "../../store/index.ts";
import { ledgerOf, verifyLedger } from "../index.ts";
import { beginBulk, continueBulk } from "./bulk.ts";

const world = withDatabase();
let owner: OwnerSession;
let shop: PointsShop;

interface View {
  readonly bulk_id: number;
  readonly state: string;
  readonly members: number;
  readonly given: number;
  readonly refused: number;
  readonly undone: number;
  readonly taken: number;
  readonly spent: number;
}
interface One {
  readonly bulk: View;
  readonly exceptions: readonly { owner: number; refused: string | null; spent: number; taken: number }[];
}

async function grant(payload: object, key: string) {
  const headers = { cookie: owner.cookie, "idempotency-key": key };
  const answer = await owner.app.inject({ method: "POST", url: "/api/points/grants", payload, headers });
  return { status: answer.statusCode, body: answer.json() as View & { code?: string } };
}
const one = async (bulk_id: number) => (await owner.get(`/api/points/grants/${bulk_id}`)).body as One;
const spend = (number: number, points: number) =>
  ledgerOf(world().ground).submit({
    key: `spend ${number} ${points}`,
    command: { type: "spend", wallet: [number], points, reference: `redeem:${number}` },
  });

beforeAll(async () => {
  owner = await signInOwner(world());
  shop = new PointsShop(world());
  shop.setDay("2026-11-22");
  await shop.staySignedIn();
});
afterAll(() => owner.app.close());

describe("points for many", () => {
  test("are given once for a key, and a wrong grant is taken back with what was spent listed", async () => {
    const [anna, ben, carl] = [await shop.newMember(), await shop.newMember(), await shop.newMember()];
    const wish = { name: "道歉", audience: { member_ids: [anna, ben, carl] }, points: 100, reason: "late parcels" };
    const first = await grant(wish, "sorry");
    expect(first).toMatchObject({ status: 202, body: { members: 3, state: "running" } });
    expect((await grant(wish, "sorry")).body.bulk_id).toBe(first.body.bulk_id);
    await runQueuedJobs(world());
    const { bulk_id } = first.body;
    expect((await one(bulk_id)).bulk).toMatchObject({ state: "done", given: 3, refused: 0 });
    await spend(ben, 60);
    const undo = await owner.post(`/api/points/grants/${bulk_id}/undo`, { spent: "leave", reason: "wrong segment" });
    expect(undo.status).toBe(202);
    await runQueuedJobs(world());
    const after = await one(bulk_id);
    expect(after.bulk).toMatchObject({ state: "undone", undone: 3, taken: 240, spent: 60 });
    expect(after.exceptions).toEqual([expect.objectContaining({ owner: ben, spent: 60, taken: 40 })]);
    for (const number of [anna, ben, carl]) expect(await shop.has(number)).toMatchObject({ active: 0, owed: 0 });
    const again = await owner.post(`/api/points/grants/${bulk_id}/undo`, { spent: "leave", reason: "once more" });
    expect(again).toMatchObject({ status: 409, body: { code: "points.bulk_not_done" } });
    expect((await verifyLedger(world().ground.store)).ok).toBe(true);
  });

  test("whose job is cancelled while it still waits are cancelled with it, and nobody gets anything; taken back, they are over", async () => {
    const [gus, hal] = [await shop.newMember(), await shop.newMember()];
    const wish = { name: "排队", audience: { member_ids: [gus, hal] }, points: 10, reason: "queued" };
    const { bulk_id } = (await grant(wish, "queued")).body;
    const { job_id } = (await one(bulk_id)).bulk as View & { job_id: string };
    expect((await owner.post(`/api/jobs/${job_id}/cancel`, {})).body).toMatchObject({ state: "cancelled" });
    await deliverAll(world());
    await runQueuedJobs(world());
    expect((await one(bulk_id)).bulk).toMatchObject({ state: "cancelled", waiting: 2, given: 0 });
    for (const number of [gus, hal]) expect(await shop.has(number)).toMatchObject({ active: 0 });
    const undo = await owner.post(`/api/points/grants/${bulk_id}/undo`, { spent: "leave", reason: "never mind" });
    expect(undo.status).toBe(202);
    await runQueuedJobs(world());
    expect((await one(bulk_id)).bulk).toMatchObject({ state: "undone", given: 0, undone: 0 });
  });

  test("that were given to the last stay done, should somebody cancel their job too late", async () => {
    const ike = await shop.newMember();
    const wish = { name: "迟", audience: { member_ids: [ike] }, points: 10, reason: "late" };
    const { bulk_id } = (await grant(wish, "too late")).body;
    const { job_id } = (await one(bulk_id)).bulk as View & { job_id: string };
    await runQueuedJobs(world());
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      emit(tx, "jobs.cancelled", [{ job_id, kind: "points.bulk", input: { bulk_id } }]),
    );
    await deliverAll(world());
    expect((await one(bulk_id)).bulk).toMatchObject({ state: "done", given: 1 });
  });

  test("that are spent become a debt where that is asked", async () => {
    const dora = await shop.newMember();
    const { body } = await grant(
      { name: "双倍", audience: { member_ids: [dora] }, points: 100, reason: "by mistake" },
      "twice",
    );
    await runQueuedJobs(world());
    await spend(dora, 70);
    await owner.post(`/api/points/grants/${body.bulk_id}/undo`, { spent: "debt", reason: "fraud" });
    await runQueuedJobs(world());
    expect(await shop.has(dora)).toMatchObject({ active: 0, owed: 70 });
  });

  test("beyond a budget are refused by name, one by one; nobody to give to is said", async () => {
    const [emil, finn] = [await shop.newMember(), await shop.newMember()];
    await owner.post("/api/points/budgets", { budget: "small" });
    const headers = { cookie: owner.cookie, "idempotency-key": "fund small" };
    await owner.app.inject({
      method: "POST",
      url: "/api/points/budgets/small/fund",
      payload: { points: 150 },
      headers,
    });
    const audience = { member_ids: [emil, finn] };
    const { body } = await grant({ name: "小额", audience, points: 100, budget: "small", reason: "trial" }, "small");
    await runQueuedJobs(world());
    const { bulk, exceptions } = await one(body.bulk_id);
    expect(bulk).toMatchObject({ given: 1, refused: 1 });
    expect(exceptions).toEqual([expect.objectContaining({ owner: finn, refused: "points.budget_exhausted" })]);
    const nobody = await grant(
      { name: "空", audience: { member_ids: [987_654] }, points: 1, reason: "nobody" },
      "none",
    );
    expect(nobody).toMatchObject({ status: 422, body: { code: "points.nobody" } });
  });

  test("are counted before anything is given: members, points in all, what the budget has left", async () => {
    const people = [await shop.newMember(), await shop.newMember()];
    await owner.post("/api/points/budgets", { budget: "counted" });
    const ask = (more: object) =>
      owner.post("/api/points/grants/preview", { audience: { member_ids: people }, points: 30, ...more });
    expect(await ask({})).toEqual({
      status: 200,
      body: { members: 2, outside: 0, points: 60, budget_left: null, fits: true },
    });
    expect((await ask({ budget: "counted" })).body).toMatchObject({ budget_left: 0, fits: false });
    expect((await ask({ budget: "nowhere" })).body).toMatchObject({ code: "points.budget_unknown" });
    for (const number of people) expect(await shop.has(number)).toMatchObject({ active: 0 });
  });

  test("go on after being broken off between any two portions, by two workers at once, and nobody gets them twice", async () => {
    const { ground } = world();
    const people: number[] = [];
    for (let i = 0; i < 12; i += 1) people.push(await shop.newMember());
    const { bulk } = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      beginBulk(tx, {
        key: "race",
        name: "race",
        budget: null,
        segment_id: null,
        reason: "race",
        person_id: null,
        now: ground.clock.now(),
        audience: { member_ids: people },
        points: 10,
        last_day: null,
        stores: null,
      }),
    );
    await Promise.all(Array.from({ length: 6 }, () => continueBulk(ground, bulk.bulk_id)));
    await continueBulk(ground, bulk.bulk_id);
    for (const number of people) expect(await shop.has(number)).toMatchObject({ active: 10 });
  });
});
