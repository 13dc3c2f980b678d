import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SHIPPED_BENEFITS } from "../../../definitions/benefits/benefits.ts";
import { BenefitShop, giftOf, tiersOf } from "../../../tests/support/benefit-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { type PersonSession, sessionOf, type Staff, staffOf } from "../../../tests/support/people.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { ensureBenefits } from "./benefits.ts";

const world = withDatabase();
let staff: Staff;
let owner: PersonSession;
let shop: BenefitShop;

beforeAll(async () => {
  shop = new BenefitShop(world());
  shop.setDay("2026-11-10");
  staff = await staffOf(world());
  ({ owner } = staff);
  await shop.ladder();
  for (const number of [1, 2, 3]) await shop.member(number, "2020-01-01");
  await shop.tier(1, "diamond");
  await shop.query("update members.profile set home_store_code = case member_id when 1 then 'S1' else 'S2' end");
  const { ground } = world();
  await ground.store.write(SYSTEM_SCOPE, (tx) => ensureBenefits(tx, SHIPPED_BENEFITS, ground.clock.now()));
});
afterAll(() => staff.app.close());

interface Item {
  readonly benefit: string;
  readonly state: string;
}
const listed = async () => (await owner.call("GET", "/api/benefits")).body["items"] as Item[];
const stateOf = async (benefit: string) => (await listed()).find((one) => one.benefit === benefit)?.state;
const draft = (key: string, more = {}) => owner.call("PUT", `/api/benefits/${key}/draft`, { ...giftOf(key), ...more });
const publish = (key: string, days: object = {}) =>
  owner.call("POST", `/api/benefits/${key}/publish`, { last_day: null, ...days });
const handOut = (who: PersonSession, id: unknown, payload: object, key?: string) =>
  staff.app.inject({
    method: "POST",
    url: `/api/benefits/entitlements/${String(id)}/fulfil`,
    headers: { cookie: who.cookie, ...(key === undefined ? {} : { "idempotency-key": key }) },
    payload,
  });

describe("the catalogue", () => {
  test("what ships is offered, put into force by a person who may, and then a member has it", async () => {
    expect(await listed()).toHaveLength(SHIPPED_BENEFITS.length);
    expect(await stateOf("priority_service")).toBe("draft");
    const clerk = await staff.add("clerk", ["S1"]);
    expect((await clerk.call("POST", "/api/benefits/priority_service/publish", { last_day: null })).status).toBe(403);
    expect((await publish("priority_service")).body).toEqual({ benefit: "priority_service", version: 1 });
    expect((await publish("priority_service")).body).toMatchObject({ code: "benefits.benefit_no_draft" });
    await shop.work();
    const own = await owner.call("GET", "/api/members/1/benefits");
    expect(own.body["items"]).toMatchObject([{ benefit: "priority_service", state: "fulfilled", name_zh: "优先客服" }]);
    // given once, for as long as the tier is kept: nothing more to come
    expect(own.body["expected"]).toEqual([]);
  });

  test("a draft that makes no sense is refused with each place in words, and so says the check before it", async () => {
    const wrong = { ...giftOf("wrong"), rhythm: { kind: "once" }, audience: { kind: "somebody" }, remind_days: -1 };
    const checked = await owner.call("POST", "/api/benefits/check", wrong);
    const places = (checked.body["problems"] as { path: string; zh: string }[]).map(({ path }) => path);
    expect(places).toEqual(expect.arrayContaining(["/audience/kind", "/remind_days"]));
    const saved = await owner.call("PUT", "/api/benefits/wrong/draft", wrong);
    expect(saved).toMatchObject({ status: 422, body: { code: "benefits.bad_benefit" } });
    expect((await draft("other", { key: "not_other" })).body).toMatchObject({ code: "benefits.benefit_key_differs" });
    const coupon = await owner.call("POST", "/api/benefits/check", {
      ...giftOf("c"),
      give: { kind: "coupon", coupon: "none" },
    });
    expect(coupon.body).toMatchObject({
      terms_zh: "每位会员，每个自然月，得优惠券 none 一张。",
      problems: [{ path: "/give/coupon", zh: "没有优惠券「none」。请先建立并发布它。" }],
    });
  });

  test("a version holds from its day, the one before it until then, and each says its days", async () => {
    expect((await draft("tea")).body).toEqual({ benefit: "tea", version: 1 });
    await publish("tea");
    await draft("tea", { sentence_zh: "改了", audience: tiersOf("diamond") });
    await publish("tea", { first_day: "2026-11-20" });
    const one = await owner.call("GET", "/api/benefits/tea");
    expect(one.body).toMatchObject({
      head: { state: "in_force", version: 1, scheduled: { version: 2, first_day: "2026-11-20" }, draft: null },
      versions: [{ version: 2, terms_zh: "钻石会员，每个自然月，到店领一份礼，当期有效。" }, { version: 1 }],
      problems: [],
    });
    expect((await owner.call("GET", "/api/benefits/none")).body).toMatchObject({ code: "benefits.benefit_unknown" });
  });

  test("withdrawn: nobody is due it any more, neither by what was set for later; what was due stays; a new version may begin", async () => {
    await draft("brief");
    await publish("brief");
    await draft("brief", { sentence_zh: "以后" });
    await publish("brief", { first_day: "2026-12-15" });
    await shop.work();
    const withdraw = (body: object) =>
      owner.call("POST", "/api/benefits/brief/withdraw", { reason: "试完了", ...body });
    expect((await withdraw({ from_day: "2026-11-09" })).body).toMatchObject({
      code: "benefits.benefit_withdrawn_past",
    });
    expect((await withdraw({})).body).toMatchObject({ from_day: "2026-11-10", versions: [1, 2] });
    expect(await stateOf("brief")).toBe("withdrawn");
    expect((await withdraw({})).body).toMatchObject({ code: "benefits.benefit_not_in_force" });
    const before = await shop.entitled("brief");
    expect(before.map(({ state }) => state)).toEqual(["granted", "granted", "granted"]);
    const ahead = await owner.call("GET", "/api/benefits/calendar");
    const names = (ahead.body["benefits"] as { benefit: string }[]).map(({ benefit }) => benefit);
    expect(names).not.toContain("brief");
    await draft("brief", { sentence_zh: "又来了" });
    expect((await publish("brief", { first_day: "2026-12-10" })).status).toBe(200);
    expect(await stateOf("brief")).toBe("scheduled");
    await expect(shop.query("update benefits.benefit_withdrawal set from_day = '2030-01-01'")).rejects.toThrow(
      /never changed/,
    );
  });
});

describe("the list to work on", () => {
  test("is filtered, counted and paged; each is kept or has its reason in words", async () => {
    const all = await owner.call("GET", "/api/benefits/fulfilment?benefit=tea&limit=2");
    expect(all.body).toMatchObject({
      counts: { due: 0, granted: 3, fulfilled: 0, expired: 0, failed: 0 },
      items: [
        { benefit: "tea", state: "granted", last_day: "2026-11-30", by_hand: true, name_masked: null },
        { benefit: "tea", state: "granted" },
      ],
    });
    const next = await owner.call(
      "GET",
      `/api/benefits/fulfilment?benefit=tea&limit=2&cursor=${String(all.body["next_cursor"])}`,
    );
    expect(next.body["items"]).toHaveLength(1);
    expect(next.body["next_cursor"]).toBeNull();
    expect((await owner.call("GET", "/api/benefits/fulfilment?to=2026-11-09")).body["items"]).toEqual([]);
    expect((await owner.call("GET", "/api/benefits/fulfilment?state=failed")).body["items"]).toEqual([]);
  });

  test("holds members of one's own stores only, and hands out to them only", async () => {
    const operator = await staff.add("operator", ["S1"]);
    const seen = await operator.call("GET", "/api/benefits/fulfilment?benefit=tea");
    expect((seen.body["items"] as { member_id: number }[]).map(({ member_id }) => member_id)).toEqual([1]);
    expect(seen.body["counts"]).toMatchObject({ granted: 1 });
    const clerk = await staff.add("clerk", ["S1"]);
    const rows = await shop.entitled("tea");
    const of = (number: number) => rows.find((row) => row.owner === number)?.entitlement_id;
    expect((await handOut(clerk, of(2), { store_code: "S1" })).json()).toMatchObject({
      status: 404,
      code: "benefits.entitlement_unknown",
    });
    expect((await handOut(clerk, of(1), { store_code: "S2" })).json()).toMatchObject({ code: "benefits.store_closed" });
    expect((await handOut(clerk, of(1), {})).json()).toMatchObject({ code: "benefits.store_closed" });
    const first = await handOut(clerk, of(1), { store_code: "S1", note: "礼盒" }, "one");
    expect(first.json()).toEqual({ entitlement_id: of(1), state: "fulfilled" });
    expect((await handOut(clerk, of(1), { store_code: "S1", note: "礼盒" }, "one")).json()).toEqual(first.json());
    expect((await handOut(clerk, of(1), { store_code: "S1" })).json()).toMatchObject({
      code: "benefits.entitlement_state",
    });
    const done = await owner.call("GET", "/api/benefits/fulfilment?benefit=tea&state=fulfilled");
    expect(done.body["items"]).toMatchObject([{ member_id: 1, store_code: "S1", note: "礼盒" }]);
  });

  test("the rate: every one that was due is kept, open or listed with its reason", async () => {
    await shop.work("2026-12-01");
    // three weeks later nobody is signed in any more
    const url = "/api/session";
    const payload = { email: owner.email, password: "longjing-spring-1987" };
    const { headers } = await staff.app.inject({ method: "POST", url, payload });
    owner = sessionOf(staff.app, owner.email, String(headers["set-cookie"]).split(";")[0] ?? "");
    const { body } = await owner.call("GET", "/api/benefits/rate?from=2026-11-01&to=2026-11-30");
    expect(body).toMatchObject({ unkept: 0, from_day: "2026-11-01", to_day: "2026-11-30" });
    const tea = (body["items"] as Record<string, unknown>[]).find((one) => one["benefit"] === "tea");
    expect(tea).toMatchObject({
      due: 0,
      granted: 0,
      fulfilled: 1,
      expired: 2,
      failed: 0,
      reasons: [{ reason: "not_collected", reason_zh: "到期未领取", count: 2 }],
    });
    const one = await owner.call("GET", "/api/benefits/tea");
    expect(one.body["months"]).toMatchObject([
      { month: "2026-12", granted: 1 },
      { month: "2026-11", expired: 2 },
    ]);
  });
});
