import exceljs from "exceljs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BenefitShop, giftOf } from "../../../tests/support/benefit-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { ledgerOf } from "../../points/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { contradictingRewards } from "./reward-list-store.ts";

const world = withDatabase();
let staff: Staff;
let owner: PersonSession;
let clerk: PersonSession;
let shop: BenefitShop;
let keys = 0;
const nextKey = () => `k${(keys += 1)}`;

beforeAll(async () => {
  shop = new BenefitShop(world());
  shop.setDay("2026-11-10");
  staff = await staffOf(world());
  ({ owner } = staff);
  clerk = await staff.add("clerk", ["S1"]);
  await shop.ladder();
  for (const number of [1, 2]) await shop.member(number, "2025-01-01");
  await shop.query("update members.profile set home_store_code = case member_id when 1 then 'S1' else 'S2' end");
  for (const number of [1, 2])
    await ledgerOf(world().ground).submit({
      key: nextKey(),
      command: { type: "earn", owner: number, points: 1_000, reference: "test" },
    });
});
afterAll(() => staff.app.close());

const SCOOP = {
  key: "scoop",
  zh: "茶则",
  en: "Tea scoop",
  points: 300,
  cash_minor: 990,
  currency: "CNY",
  member_max: 2,
  tiers: [],
  needs: null,
};

async function post(who: PersonSession, url: string, payload: object, key?: string) {
  const headers = { cookie: who.cookie, ...(key === undefined ? {} : { "idempotency-key": key }) };
  const answer = await staff.app.inject({ method: "POST", url, headers, payload });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}
const stock = (units: number, key = nextKey()) =>
  post(owner, "/api/rewards/scoop/stock", { units, reason: "盘点" }, key);
const order = (who: PersonSession, member_id: number, key = nextKey()) =>
  post(who, "/api/rewards/scoop/orders", { member_id }, key);
const step = (who: PersonSession, id: unknown, name: string, payload: object, key?: string) =>
  post(who, `/api/rewards/orders/${String(id)}/${name}`, payload, key);
const active = async (member: number) =>
  (await shop.query<{ n: number }>("select sum(active)::int as n from points.lot where owner = $1", [member]))[0]?.n;
const scoop = async () => (await owner.call("GET", "/api/rewards/scoop")).body;

describe("the catalogue", () => {
  test("a reward is checked in sentences, saved, published with its days and stocked", async () => {
    const checked = await owner.call("POST", "/api/rewards/check", { ...SCOOP, points: 0, colour: "red" });
    const places = (checked.body["problems"] as { path: string }[]).map(({ path }) => path);
    expect(places.toSorted()).toEqual(["/colour", "/points"]);
    const needing = await owner.call("POST", "/api/rewards/check", { ...SCOOP, needs: "monthly" });
    expect(needing.body).toMatchObject({
      zh: "300 积分 + ¥9.90，每人限 2 份，用去权益 monthly 的一次兑换。",
      problems: [{ path: "/needs", code: "benefits.reward_needs_unknown" }],
    });
    const put = (body: object) => owner.call("PUT", "/api/rewards/scoop/draft", body);
    expect((await put({ ...SCOOP, points: -1 })).body).toMatchObject({ code: "benefits.bad_reward" });
    expect((await put({ ...SCOOP, key: "other" })).body).toMatchObject({ code: "benefits.reward_key_differs" });
    expect((await put(SCOOP)).status).toBe(200);
    expect((await scoop())["reward"]).toMatchObject({ state: "draft", left: 0, has_draft: true });
    expect((await order(owner, 1)).body).toMatchObject({ code: "benefits.reward_closed" });
    const publish = (days: object) => post(owner, "/api/rewards/scoop/publish", { last_day: null, ...days });
    expect((await publish({ first_day: "2026-11-09" })).body).toMatchObject({ code: "benefits.reward_days" });
    expect((await publish({})).body).toEqual({ reward: "scoop", version: 1 });
    expect((await publish({})).body).toMatchObject({ code: "benefits.reward_no_draft" });
    const key = nextKey();
    expect((await stock(5, key)).body).toEqual({ reward: "scoop", stock: 5 });
    expect((await stock(5, key)).body).toEqual({ reward: "scoop", stock: 5 });
    expect((await stock(6, key)).body).toMatchObject({ code: "benefits.key_reused" });
    expect((await stock(-1)).body).toEqual({ reward: "scoop", stock: 4 });
    expect((await stock(-5)).body).toMatchObject({ code: "benefits.reward_stock" });
    expect(await scoop()).toMatchObject({
      reward: { state: "in_force", stock: 4, left: 4, zh: "300 积分 + ¥9.90，每人限 2 份。" },
      moves: [
        { kind: "taken", units: -1, stock_after: 4, reason: "盘点" },
        { kind: "added", units: 5, stock_after: 5 },
      ],
    });
    const analyst = await staff.add("analyst");
    expect((await post(analyst, "/api/rewards/scoop/stock", { units: 1, reason: "试试" }, "x")).status).toBe(403);
  });

  test("its account cannot be changed, and the stock not below what is taken, whoever asks the database", async () => {
    await expect(shop.query("update benefits.stock_move set units = 9")).rejects.toThrow(/never changed/);
    await expect(shop.query("update benefits.reward set stock = -1")).rejects.toThrow(/check constraint/);
  });

  test("withdrawn it cannot be ordered, and comes back", async () => {
    const set = (state: string) => owner.call("PUT", "/api/rewards/scoop/state", { state, reason: "缺货" });
    await set("withdrawn");
    expect((await order(owner, 1)).body).toMatchObject({ code: "benefits.reward_closed" });
    await set("live");
    expect((await scoop())["reward"]).toMatchObject({ state: "in_force" });
  });
});

describe("orders", () => {
  test("ordered once under its key, paid, handed over, taken back: points and unit come and go in one", async () => {
    const key = nextKey();
    const first = await order(clerk, 1, key);
    expect(first).toMatchObject({ status: 201, body: { state: "held" } });
    expect((await order(clerk, 1, key)).body).toEqual(first.body);
    const id = first.body["order_id"];
    expect([await active(1), (await scoop())["reward"]]).toMatchObject([700, { held: 1, left: 3 }]);
    expect((await step(clerk, id, "confirm", {})).body).toMatchObject({ code: "benefits.reward_cash" });
    const paid = await step(clerk, id, "confirm", { cash_minor: 990, payment_reference: "pay-1" });
    expect(paid.body).toMatchObject({ state: "confirmed" });
    expect((await step(clerk, id, "hand-over", {})).body).toMatchObject({ code: "benefits.reward_handing" });
    expect((await step(clerk, id, "hand-over", { store_code: "S2" })).body).toMatchObject({
      code: "benefits.store_closed",
    });
    expect((await step(clerk, id, "hand-over", { store_code: "S1" }, "once")).status).toBe(200);
    expect((await step(clerk, id, "hand-over", { store_code: "S1" }, "once")).status).toBe(200);
    expect((await step(clerk, id, "hand-over", { store_code: "S1" })).body).toMatchObject({
      code: "benefits.reward_order_state",
    });
    expect((await step(clerk, id, "cancel", { reason: "摔碎了", restock: false })).body).toMatchObject({
      state: "returned",
    });
    expect([await active(1), await scoop()]).toMatchObject([
      1_000,
      {
        reward: { stock: 3, held: 0, given: 0 },
        moves: [{ kind: "lost", units: -1, order_id: id, reason: "摔碎了" }, {}, {}],
      },
    ]);
  });

  test("a clerk orders for members of the store or found just now, and sees no others' orders", async () => {
    expect((await order(clerk, 2)).body).toMatchObject({ code: "benefits.member_unknown" });
    const other = await order(owner, 2);
    const id = other.body["order_id"];
    expect((await step(clerk, id, "cancel", { reason: "试试" })).body).toMatchObject({
      status: 404,
      code: "benefits.reward_order_unknown",
    });
    expect((await step(owner, id, "cancel", { reason: "不要了" })).body).toMatchObject({ state: "cancelled" });
    const operator = await staff.add("operator", ["S1"]);
    const { body } = await operator.call("GET", "/api/rewards/orders");
    expect((body["items"] as { member_id: number }[]).every(({ member_id }) => member_id === 1)).toBe(true);
    expect((await operator.call("GET", `/api/rewards/orders/${String(id)}`)).status).toBe(404);
  });

  test("what waits is listed in the order in which it is served, with counts and pages", async () => {
    await shop.publish(
      giftOf("quick", { rhythm: { kind: "once" }, give: { kind: "right", right: "accelerated_redemption" } }),
    );
    const plain = await order(owner, 1);
    await step(owner, plain.body["order_id"], "confirm", { cash_minor: 990, payment_reference: "pay-2" });
    await shop.work();
    const quick = await order(owner, 2);
    await step(owner, quick.body["order_id"], "confirm", { cash_minor: 990, payment_reference: "pay-3" });
    const page = await owner.call("GET", "/api/rewards/orders?state=confirmed&limit=1");
    expect(page.body).toMatchObject({
      items: [{ order_id: quick.body["order_id"], is_first: true, name_zh: "茶则" }],
      counts: { held: 0, confirmed: 2, fulfilled: 0, cancelled: 1, returned: 1 },
    });
    const next = await owner.call(
      "GET",
      `/api/rewards/orders?state=confirmed&limit=1&cursor=${String(page.body["next_cursor"])}`,
    );
    expect(next.body).toMatchObject({ items: [{ order_id: plain.body["order_id"] }], next_cursor: null });
    // a right ends when its benefit is withdrawn
    await owner.call("POST", "/api/benefits/quick/withdraw", { reason: "试完了" });
    await stock(3);
    const later = await order(owner, 2);
    const one = await owner.call("GET", `/api/rewards/orders/${String(later.body["order_id"])}`);
    expect(one.body).toMatchObject({ is_first: false, state: "held" });
  });

  test("the file is put to a colleague, and holds numbers and texts only", async () => {
    const operator = await staff.add("operator");
    const asked = await post(operator, "/api/rewards/orders/export", { reason: "对账用" });
    expect(asked).toMatchObject({ status: 403, body: { code: "access.approval_asked" } });
    expect(String(asked.body["detail_zh"])).toContain("导出兑换单，共 5 张");
    const file = await staff.app.inject({
      method: "POST",
      url: "/api/rewards/orders/export",
      headers: { cookie: owner.cookie },
      payload: { reason: "对账用", state: "returned" },
    });
    const book = new exceljs.Workbook();
    await book.xlsx.load(file.rawPayload as never);
    const rows = book.worksheets[0]?.getSheetValues() as unknown[][];
    expect(rows[2]?.slice(2, 8)).toEqual(["茶则", 1, "已退回", 300, 9.9, "CNY"]);
    expect(rows).toHaveLength(3);
  });

  test("after all of it stock, account and orders agree", async () => {
    const { store } = world().ground;
    expect(await store.read(SYSTEM_SCOPE, contradictingRewards)).toBe(0);
  });
});
