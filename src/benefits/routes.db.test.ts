import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basketOf, type Basketful } from "../../tests/support/basket-examples.ts";
import { CouponShop, yuanOff } from "../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { type PersonSession, type Staff, staffOf } from "../../tests/support/people.ts";
import { runQueuedJobs } from "../../tests/support/queued-jobs.ts";

const world = withDatabase();
let staff: Staff;
let owner: PersonSession;
let clerk: PersonSession;
let shop: CouponShop;

beforeAll(async () => {
  shop = new CouponShop(world());
  staff = await staffOf(world());
  ({ owner } = staff);
  clerk = await staff.add("clerk", ["S1"]);
  for (const number of [1, 2, 3]) await shop.member(number);
  await shop.query("update members.profile set home_store_code = case member_id when 1 then 'S1' else 'S2' end");
});
afterAll(() => staff.app.close());

const basket = (lines: Basketful, store_code: string | null = "S1") => ({ ...basketOf(lines), store_code });

/** With a key of its own, as a till sends it. */
async function keyed(who: PersonSession, url: string, payload: object, key = shop.key().replace(" ", "-")) {
  const answer = await staff.app.inject({
    method: "POST",
    url,
    payload,
    headers: { cookie: who.cookie, "idempotency-key": key },
  });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}

async function published(key: string, more: object = {}): Promise<number> {
  const definition = yuanOff(1_000, { key, ...more });
  expect((await owner.call("PUT", `/api/coupons/${key}/draft`, definition)).status).toBe(200);
  expect((await owner.call("POST", `/api/coupons/${key}/publish`, { last_day: null })).status).toBe(200);
  const made = await owner.call("POST", `/api/coupons/${key}/batches`, {
    name: "测试批次",
    number: 100,
    budget_minor: 50_000,
  });
  expect(made.status).toBe(201);
  return Number(made.body["batch_id"]);
}

const issue = (who: PersonSession, batch_id: number, audience: object, more: object = {}) =>
  who.call("POST", `/api/coupons/batches/${batch_id}/issuances`, { audience, reason: "测试发放", ...more });

describe("from a draft to a redemption", () => {
  it("a draft says what is wrong, is published when it is sound, and shows its use", async () => {
    const wrong = yuanOff(5_000, { key: "welcome", conditions: { minimum_minor: 500 } });
    const saved = await owner.call("PUT", "/api/coupons/welcome/draft", wrong);
    expect(saved.body["problems"]).toMatchObject([{ code: "amount_above_minimum", path: "/conditions/minimum_minor" }]);
    const refused = await owner.call("POST", "/api/coupons/welcome/publish", { last_day: null });
    expect(refused.body).toMatchObject({ status: 422, code: "benefits.bad_coupon" });
    const batch_id = await published("welcome", { conditions: { minimum_minor: 5_000 } });
    const begun = await issue(owner, batch_id, { kind: "members", member_ids: [1] });
    expect(begun).toMatchObject({ status: 202, body: { state: "done", made: 1, job_id: null } });
    const { items } = (await owner.call("GET", "/api/members/1/coupons")).body as {
      items: { issued_id: number; zh: string }[];
    };
    expect(items).toMatchObject([{ state: "issued", zh: "减 ¥10.00，满 ¥50.00。", coupon: "welcome" }]);
    const issued_id = items[0]?.issued_id;
    const evaluated = await clerk.call("POST", "/api/coupons/evaluate", {
      basket: basket([4_000]),
      coupons: [{ issued_id }],
      member_id: 1,
    });
    expect(evaluated.body).toMatchObject({
      discount_minor: 0,
      coupons: [{ outcome: "rejected", reason: { code: "minimum_not_reached", zh: "还差 ¥10.00（满 ¥50.00 可用）" } }],
    });
    const redeemed = await keyed(clerk, "/api/coupons/redemptions", {
      basket: basket([6_000, 2_000]),
      coupons: [{ issued_id }],
      member_id: 1,
      order_reference: "A-1",
      expected_discount_minor: 1_000,
    });
    expect(redeemed).toMatchObject({
      status: 201,
      body: { state: "posted", lines: [{ discount_minor: 750 }, { discount_minor: 250 }] },
    });
    const listed = (await owner.call("GET", "/api/coupons")).body["items"] as Record<string, unknown>[];
    expect(listed.find((one) => one["key"] === "welcome")).toMatchObject({
      issued: 1,
      redeemed: 1,
      spent_minor: 1_000,
      budget_minor: 50_000,
      version: 1,
      draft: null,
    });
    const looked = await clerk.call("GET", "/api/coupons/redemptions?order_reference=A-1&store_code=S1&channel=store");
    expect(looked.body).toMatchObject({ state: "posted", owner: null, lines: [{ line_id: "L1" }, { line_id: "L2" }] });
    const returned = await keyed(clerk, "/api/coupons/returns", {
      order_reference: "A-1",
      store_code: "S1",
      channel: "store",
      lines: null,
    });
    expect(returned).toMatchObject({
      status: 201,
      body: { refund_minor: 7_000, discount_minor: 1_000, given_back: [{ issued_id }] },
    });
  });

  it("codes are made by a job, listed masked, and leave in clear as a file only", async () => {
    const batch_id = await published("codes");
    const begun = await issue(owner, batch_id, { kind: "codes", number: 5 }, { key: "codes-of-5" });
    expect(begun).toMatchObject({ status: 202, body: { state: "running", made: 0, job_id: expect.any(String) } });
    await runQueuedJobs(world());
    expect((await issue(owner, batch_id, { kind: "codes", number: 5 }, { key: "codes-of-5" })).body).toMatchObject({
      made: 5,
      state: "done",
    });
    const listed = await owner.call("GET", `/api/coupons/batches/${batch_id}/codes?limit=3`);
    expect(listed.body["items"]).toHaveLength(3);
    expect(JSON.stringify(listed.body)).toMatch(/\*{4}-\*{4}-\w{4}/);
    const rest = await owner.call(
      "GET",
      `/api/coupons/batches/${batch_id}/codes?cursor=${String(listed.body["next_cursor"])}`,
    );
    expect(rest.body).toMatchObject({ items: [{}, {}], next_cursor: null });
    const file = await staff.app.inject({
      method: "POST",
      url: `/api/coupons/batches/${batch_id}/code-export`,
      payload: { reason: "印在卡片上" },
      headers: { cookie: owner.cookie },
    });
    expect(file.statusCode).toBe(200);
    const codes = file.body
      .trim()
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(",")[0] ?? "");
    expect(codes).toHaveLength(5);
    const used = await keyed(clerk, "/api/coupons/redemptions", {
      basket: basket([9_000]),
      coupons: [{ code: codes[0] }],
      order_reference: "A-2",
    });
    expect(used.status).toBe(201);
    const audited = await shop.query<{ text: string }>("select string_agg(a::text, ' ') as text from access.audit a");
    expect(codes.filter((code) => audited[0]?.text.includes(code))).toEqual([]);
  });

  it("a hold is posted or voided; what is wrong is named", async () => {
    const batch_id = await published("holding");
    await issue(owner, batch_id, { kind: "members", member_ids: [1] });
    const { items } = (await owner.call("GET", "/api/members/1/coupons")).body as {
      items: { issued_id: number; coupon: string }[];
    };
    const issued_id = items.find((one) => one.coupon === "holding")?.issued_id;
    const request = {
      basket: basket([9_000]),
      coupons: [{ issued_id }],
      member_id: 1,
      order_reference: "A-3",
      hold_minutes: 10,
    };
    const held = await keyed(clerk, "/api/coupons/redemptions", request, "hold-A-3");
    expect(held.body).toMatchObject({ state: "held", until_at: expect.any(String) });
    expect(
      (await keyed(clerk, "/api/coupons/redemptions", { ...request, hold_minutes: 11 }, "hold-A-3")).body,
    ).toMatchObject({ status: 422, code: "benefits.key_reused" });
    const at = `/api/coupons/redemptions/${String(held.body["redemption_id"])}`;
    expect((await clerk.call("POST", `${at}/void`)).body).toMatchObject({ state: "voided" });
    expect((await clerk.call("POST", `${at}/void`)).body).toMatchObject({ state: "voided" });
    expect((await clerk.call("POST", `${at}/post`)).body).toMatchObject({
      status: 409,
      code: "benefits.redemption_state",
    });
    const bare = await staff.app.inject({
      method: "POST",
      url: "/api/coupons/redemptions",
      payload: request,
      headers: { cookie: clerk.cookie },
    });
    expect(bare.json()).toMatchObject({ status: 400, code: "platform.invalid_input" });
    const fraction = { ...request, basket: { ...request.basket, freight_minor: 0.5 } };
    expect((await keyed(clerk, "/api/coupons/redemptions", fraction)).status).toBe(400);
    const vast = { ...request, basket: basket([{ amount: 100_000_000_001, unit: 100_000_000_001 }]) };
    expect((await keyed(clerk, "/api/coupons/redemptions", vast)).status).toBe(400);
  });
});

describe("who may do what", () => {
  it("a clerk redeems in their own store, for members of it or whom they looked up, and defines nothing", async () => {
    const batch_id = await published("clerks");
    await issue(owner, batch_id, { kind: "members", member_ids: [1, 2] });
    const ask = (member_id: number | null, store: string | null) =>
      clerk.call("POST", "/api/coupons/evaluate", {
        basket: basket([9_000], store),
        coupons: [{ code: "NONE" }],
        member_id,
      });
    expect((await ask(1, "S1")).status).toBe(200);
    expect((await ask(1, "S2")).body).toMatchObject({ code: "benefits.store_closed" });
    expect((await ask(1, null)).body).toMatchObject({ code: "benefits.store_closed" });
    expect((await ask(2, "S1")).body).toMatchObject({ code: "benefits.member_unknown" });
    await shop.query(
      "insert into access.lookup (person_id, member_id, at) select person_id, 2, $2 from access.person where email = $1",
      [clerk.email, world().ground.wall.now()],
    );
    expect((await ask(2, "S1")).status).toBe(200);
    expect((await clerk.call("GET", "/api/coupons")).status).toBe(403);
    expect((await issue(clerk, batch_id, { kind: "codes", number: 1 })).status).toBe(403);
  });

  it("issuing and codes in clear are put to a colleague, in words, and done once", async () => {
    const batch_id = await published("foureyes");
    const manager = await staff.add("manager");
    const asked = await issue(manager, batch_id, { kind: "members", member_ids: [1, 2, 3] });
    expect(asked.body).toMatchObject({
      status: 403,
      code: "access.approval_asked",
      params: { what_zh: expect.stringContaining("向 3 位会员各发 1 张") },
    });
    const { approval_id } = asked.body["params"] as { approval_id: number };
    await shop.query(
      `update access.approval set decision = 'approved', decided_at = asked_at, expires_at = asked_at + interval '1 day',
         approver_id = (select person_id from access.person where role = 'owner') where approval_id = $1`,
      [approval_id],
    );
    const done = await manager.call("POST", `/api/approvals/${approval_id}/execute`);
    expect(done.body).toMatchObject({ state: "done", made: 3 });
    expect((await manager.call("POST", `/api/approvals/${approval_id}/execute`)).body).toMatchObject({
      code: "access.approval_used",
    });
    expect(await shop.figures(batch_id)).toMatchObject({ made: 3 });
    const file = await manager.call("POST", `/api/coupons/batches/${batch_id}/code-export`, { reason: "印在卡片上" });
    expect(file.body).toMatchObject({ code: "access.approval_asked" });
    const local = await staff.add("operator", ["S1"]);
    expect((await issue(local, batch_id, { kind: "members", member_ids: [2] }, { again: true })).body).toMatchObject({
      code: "access.approval_asked",
    });
  });

  it("an issuance is taken back by a job; what orders have is listed", async () => {
    const batch_id = await published("undoing");
    const begun = await issue(owner, batch_id, { kind: "members", member_ids: [1, 2, 3] });
    const id = Number(begun.body["issuance_id"]);
    const { items } = (await owner.call("GET", "/api/members/1/coupons")).body as {
      items: { issued_id: number; coupon: string }[];
    };
    const issued_id = items.find((one) => one.coupon === "undoing")?.issued_id;
    await keyed(clerk, "/api/coupons/redemptions", {
      basket: basket([9_000]),
      coupons: [{ issued_id }],
      member_id: 1,
      order_reference: "A-9",
    });
    expect((await owner.call("POST", `/api/coupons/issuances/${id}/undo`, { reason: "发错人群" })).status).toBe(202);
    await runQueuedJobs(world());
    expect((await owner.call("GET", `/api/coupons/issuances/${id}`)).body).toMatchObject({
      issuance: { state: "undone", undo_reason: "发错人群" },
      states: [
        { state: "redeemed", coupons: 1 },
        { state: "void", coupons: 2 },
      ],
      used: [{ issued_id, order_reference: "A-9", discount_minor: 1_000 }],
    });
    expect((await owner.call("POST", `/api/coupons/issuances/${id}/undo`, { reason: "再次撤销" })).body).toMatchObject({
      code: "benefits.issuance_undone",
    });
  });

  it("a job stopped while it waited leaves an issuance that can be taken back", async () => {
    const batch_id = await published("stopped");
    const begun = await issue(owner, batch_id, { kind: "codes", number: 5 });
    const id = Number(begun.body["issuance_id"]);
    expect((await owner.call("POST", `/api/coupons/issuances/${id}/undo`, { reason: "还在进行" })).body).toMatchObject({
      code: "benefits.issuance_open",
    });
    await owner.call("POST", `/api/jobs/${String(begun.body["job_id"])}/cancel`);
    expect((await owner.call("GET", `/api/coupons/issuances/${id}`)).body).toMatchObject({
      issuance: { state: "cancelled" },
    });
    expect((await owner.call("POST", `/api/coupons/issuances/${id}/undo`, { reason: "不要了" })).status).toBe(202);
  });
});

describe("trying", () => {
  it("a made-up basket and coupons that exist nowhere: the trace, and nothing is kept", async () => {
    const gold = yuanOff(2_000, { key: "gold", conditions: { tiers: ["gold"] } });
    const tried = await owner.call("POST", "/api/coupons/try", {
      coupons: [gold, yuanOff(500, { key: "all" })],
      basket: basket([10_000]),
      member: { tier: "ordinary", segments: [] },
    });
    expect(tried.body).toMatchObject({
      discount_minor: 500,
      coupons: [
        { coupon: "all", asked: 1, outcome: "applied", discount_minor: 500 },
        { coupon: "gold", asked: 0, outcome: "rejected", reason: { code: "wrong_tier", params: { tiers: "gold" } } },
      ],
    });
    expect((await owner.call("GET", "/api/coupons/gold")).status).toBe(404);
  });

  it("how many an order takes and what is left of a line are the brand's rules", async () => {
    expect((await owner.call("GET", "/api/coupons/stacking")).body).toEqual({ coupons_max: 3, floor_percent: 0 });
    await owner.call("PUT", "/api/coupons/stacking", { coupons_max: 1, floor_percent: 95 });
    const tried = await owner.call("POST", "/api/coupons/try", {
      coupons: [yuanOff(1_000, { key: "one" }), yuanOff(500, { key: "two" })],
      basket: basket([10_000]),
      member: null,
    });
    expect(tried.body).toMatchObject({
      discount_minor: 500,
      coupons: [{ limited_by: "floor" }, { reason: { code: "order_limit" } }],
    });
    await owner.call("PUT", "/api/coupons/stacking", { coupons_max: 3, floor_percent: 0 });
  });

  it("a batch is stopped and opened, a coupon withdrawn and brought back", async () => {
    const batch_id = await published("stopping");
    await owner.call("POST", `/api/coupons/batches/${batch_id}/issuances`, {
      audience: { kind: "members", member_ids: [1] },
      reason: "测试发放",
    });
    const { items } = (await owner.call("GET", "/api/members/1/coupons")).body as {
      items: { issued_id: number; coupon: string }[];
    };
    const issued_id = items.find((one) => one.coupon === "stopping")?.issued_id;
    const outcome = async () => {
      const { body } = await clerk.call("POST", "/api/coupons/evaluate", {
        basket: basket([9_000]),
        coupons: [{ issued_id }],
        member_id: 1,
      });
      const [told] = body["coupons"] as { outcome: string; reason?: { code: string } }[];
      return told?.reason?.code ?? told?.outcome;
    };
    const batch = (state: string) =>
      owner.call("PUT", `/api/coupons/batches/${batch_id}/state`, { state, reason: "价格有误" });
    const coupon = (state: string) => owner.call("PUT", "/api/coupons/stopping/state", { state, reason: "价格有误" });
    await batch("paused");
    expect(await outcome()).toBe("withdrawn");
    await batch("open");
    await coupon("withdrawn");
    expect(await outcome()).toBe("withdrawn");
    expect((await owner.call("POST", "/api/coupons/stopping/batches", { name: "再来", number: 1 })).body).toMatchObject(
      { code: "benefits.not_published" },
    );
    await coupon("live");
    expect(await outcome()).toBe("applied");
  });
});
