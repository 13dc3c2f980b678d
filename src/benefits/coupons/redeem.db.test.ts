import { beforeAll, describe, expect, it } from "vitest";
import { basketOf } from "../../../tests/support/basket-examples.ts";
import { CouponShop, NOBODY, storeBasket, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { startOfDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { forgetOwners } from "./member-store.ts";
import { postHold, releaseOverdueHolds, voidHold } from "./hold.ts";
import { evaluateCheckout } from "./redeem.ts";
import { returnOrder, type Returning } from "./returns.ts";
import { expireAll } from "./sweep.ts";

const world = withDatabase();
let shop: CouponShop;
const noonOf = (day: string) => new Date(startOfDay(day, "Asia/Shanghai").getTime() + 43_200_000);

beforeAll(async () => {
  shop = new CouponShop(world());
  world().clock.set(noonOf("2026-11-30"));
  for (const number of [1, 2, 3]) await shop.member(number);
  // a number of member 3 from before a join
  await shop.member(4, 3);
});

const back = (order_reference: string, more: Partial<Returning> = {}): Returning => ({
  order_reference,
  store_code: "S1",
  channel: "store",
  lines: null,
  freight: false,
  returned_in: "S2",
  ...more,
});

describe("redeeming", () => {
  it("takes the coupon, writes each line's part, and answers the same under the same key", async () => {
    const batch = await shop.batch(yuanOff(1_000), { budget_minor: 5_000 });
    const [code = ""] = await shop.codes(batch, 1);
    const order = { key: "k-1", order_reference: "O-1", basket: basketOf([3_000, 6_000]) };
    const first = await shop.redeem([{ code }], order);
    expect(first).toMatchObject({
      state: "posted",
      discount_minor: 1_000,
      payable_minor: 8_000,
      lines: [{ discount_minor: 333 }, { discount_minor: 667 }],
      coupons: [{ outcome: "applied", asked: 0 }],
    });
    expect(await shop.redeem([{ code }], order)).toEqual(first);
    expect(await shop.figures(batch)).toMatchObject({ made: 1, redeemed: 1, spent_minor: 1_000 });
    await expect(shop.redeem([{ code }], { ...order, basket: basketOf([9_000]) })).rejects.toMatchObject({
      code: "benefits.key_reused",
      status: 422,
    });
    expect(JSON.stringify(first)).not.toContain(code.replaceAll("-", ""));
  });

  it("refuses all where one cannot be used, with the reason of each, and changes nothing", async () => {
    const batch = await shop.batch(yuanOff(500));
    const [good = "", other = ""] = await shop.codes(batch, 2);
    await shop.redeem([{ code: other }]);
    const refused = shop.redeem([{ code: good }, { code: other }, { code: "3333-3333-3333" }], { key: "k-2" });
    await expect(refused).rejects.toMatchObject({ code: "benefits.coupons_refused", status: 409 });
    const { errors } = (await refused.catch((error: unknown) => error)) as {
      errors: { asked: number; code: string }[];
    };
    expect(errors.map(({ asked, code }) => [asked, code]).sort()).toEqual([
      [1, "already_used"],
      [2, "unknown_code"],
    ]);
    // the key is free, and the good one too
    expect(await shop.redeem([{ code: good }], { key: "k-2" })).toMatchObject({ discount_minor: 500 });
  });

  it("an order has its coupons once, and another discount than the customer was told is refused", async () => {
    const batch = await shop.batch(yuanOff(600));
    const [a = "", b = ""] = await shop.codes(batch, 2);
    await shop.redeem([{ code: a }], { order_reference: "O-3" });
    await expect(shop.redeem([{ code: b }], { order_reference: "O-3" })).rejects.toMatchObject({
      code: "benefits.order_redeemed",
    });
    const told = shop.redeem([{ code: b }], { expected_discount_minor: 599 });
    await expect(told).rejects.toMatchObject({ code: "benefits.discount_differs" });
    expect(await shop.redeem([{ code: b }], { expected_discount_minor: 600 })).toMatchObject({ discount_minor: 600 });
  });

  it("a member's coupon is theirs, under any of their numbers, and nobody else's", async () => {
    const batch = await shop.batch(yuanOff(700));
    const issued_id = await shop.coupon(batch, 3);
    const codeFor = async (member_id: number | null) => {
      const { coupons } = await evaluateCheckout(world().ground, {
        basket: basketOf([10_000]),
        coupons: [{ issued_id }],
        member_id,
      });
      const [one] = coupons;
      return one?.outcome === "rejected" ? one.reason.code : one?.outcome;
    };
    expect([await codeFor(null), await codeFor(1), await codeFor(3)]).toEqual([
      "member_needed",
      "not_owner",
      "applied",
    ]);
    await shop.query("update benefits.issued set owner = 4 where issued_id = $1", [issued_id]);
    expect(await codeFor(3)).toBe("applied");
  });

  it("a shared code: so many uses, each member so often, each day so many", async () => {
    const batch = await shop.batch(yuanOff(800), {
      code: "tea 2026",
      number: 4,
      member_max: 2,
      period: "day",
      period_max: 3,
    });
    const use = (member_id: number | null) => shop.redeem([{ code: "TEA-2026" }], { member_id });
    const why = async (member_id: number | null) => {
      const { errors } = (await use(member_id).catch((error: unknown) => error)) as { errors: { code: string }[] };
      return errors[0]?.code;
    };
    await use(1);
    await use(1);
    expect(await why(1)).toBe("member_cap");
    expect(await why(null)).toBe("member_needed");
    await use(2);
    expect(await why(2)).toBe("period_cap");
    world().clock.set(noonOf("2026-12-01"));
    await use(3);
    expect(await why(2)).toBe("used_up");
    expect(await shop.figures(batch)).toMatchObject({ made: 4, redeemed: 4, spent_minor: 3_200 });
    world().clock.set(noonOf("2026-11-30"));
  });

  it("uses of a member are those of all their numbers", async () => {
    await shop.batch(yuanOff(810), { code: "JOIN2026", member_max: 2 });
    await shop.redeem([{ code: "JOIN2026" }], { member_id: 3 });
    await shop.query("update benefits.use_count set owner = 4 where owner = 3");
    await shop.redeem([{ code: "JOIN2026" }], { member_id: 3 });
    await expect(shop.redeem([{ code: "JOIN2026" }], { member_id: 3 })).rejects.toMatchObject({
      code: "benefits.coupons_refused",
    });
  });

  it("who bears it: the store, the brand, a franchised store its share rounded half up", async () => {
    await shop.query(
      "insert into trade.store (store_code, ownership, is_stub) values ('F1', 'franchise', false), ('N1', 'own', false)",
    );
    const borne = async (bearer: object, store_code: string | null) => {
      const code = `B${shop.key().replace(" ", "")}X`;
      await shop.batch(yuanOff(111, { bearer }), { code });
      const { redemption_id } = await shop.redeem([{ code }], { basket: storeBasket([10_000], { store_code }) });
      const [row] = await shop.query<{ store_minor: number }>(
        "select store_minor from benefits.redemption_coupon where redemption_id = $1",
        [redemption_id],
      );
      return row?.store_minor;
    };
    const half = { kind: "franchise_share", franchise_percent: 50 };
    expect(await borne({ kind: "brand", franchise_percent: 0 }, "F1")).toBe(0);
    expect(await borne({ kind: "store", franchise_percent: 0 }, "N1")).toBe(111);
    expect(await borne(half, "F1")).toBe(56);
    expect(await borne(half, "N1")).toBe(0);
    expect(await borne(half, null)).toBe(0);
  });

  it("a version that is published later changes nothing about coupons issued before", async () => {
    const batch = await shop.batch(yuanOff(900));
    const [code = ""] = await shop.codes(batch, 1);
    await shop.batch({ ...yuanOff(900), benefit: { kind: "amount", amount_minor: 1 } });
    expect(await shop.redeem([{ code }])).toMatchObject({ discount_minor: 900 });
    await expect(shop.query("update benefits.coupon_version set definition = '{}'")).rejects.toThrow(/never changed/);
  });
});

describe("holding", () => {
  it("sets aside until paid; posting twice is one, voiding afterwards is refused", async () => {
    const batch = await shop.batch(yuanOff(1_100));
    const [code = ""] = await shop.codes(batch, 1);
    const { redemption_id, until_at } = await shop.redeem([{ code }], { hold_minutes: 15 });
    expect(until_at).toBe(new Date(noonOf("2026-11-30").getTime() + 900_000).toISOString());
    expect(await shop.figures(batch)).toMatchObject({ held: 1, redeemed: 0, spent_minor: 1_100 });
    const { ground } = world();
    expect(await postHold(ground, "post-1", redemption_id)).toEqual({ redemption_id, state: "posted" });
    expect(await postHold(ground, "post-1", redemption_id)).toEqual({ redemption_id, state: "posted" });
    await expect(voidHold(ground, "void-1", redemption_id)).rejects.toMatchObject({
      code: "benefits.redemption_state",
    });
    await expect(postHold(ground, "post-1", redemption_id + 1)).rejects.toMatchObject({ code: "benefits.key_reused" });
    expect(await shop.figures(batch)).toMatchObject({ held: 0, redeemed: 1 });
  });

  it("voided or overdue, everything is there again: coupon, uses, caps, budget, the order itself", async () => {
    const { ground, clock } = world();
    const batch = await shop.batch(yuanOff(1_200), { code: "HOLDME", number: 1, member_max: 1, budget_minor: 1_200 });
    const hold = () => shop.redeem([{ code: "HOLDME" }], { member_id: 1, hold_minutes: 15, order_reference: "O-held" });
    const { redemption_id } = await hold();
    await voidHold(ground, shop.key(), redemption_id);
    expect(await shop.figures(batch)).toMatchObject({ made: 0, held: 0, spent_minor: 0 });
    const again = await hold();
    clock.set(new Date(noonOf("2026-11-30").getTime() + 900_000));
    await expect(postHold(ground, shop.key(), again.redemption_id)).rejects.toMatchObject({
      code: "benefits.hold_over",
    });
    expect(await releaseOverdueHolds(ground)).toBe(1);
    expect(await releaseOverdueHolds(ground)).toBe(0);
    expect(await hold()).toMatchObject({ state: "held" });
    clock.set(noonOf("2026-11-30"));
  });

  it("a coupon that was let go after its last day is expired", async () => {
    const { ground, clock } = world();
    const batch = await shop.batch(yuanOff(1_250), { last_day: "2026-11-30" });
    const [code = ""] = await shop.codes(batch, 1);
    const { redemption_id } = await shop.redeem([{ code }], { hold_minutes: 1_440 });
    clock.set(noonOf("2026-12-01"));
    await voidHold(ground, shop.key(), redemption_id);
    expect(await shop.figures(batch)).toMatchObject({ held: 0, expired: 1, spent_minor: 0 });
    clock.set(noonOf("2026-11-30"));
  });
});

describe("returning", () => {
  it("line by line, piece by piece: refunds and parts add up to the last fen, more than was bought is refused", async () => {
    const { ground } = world();
    const batch = await shop.batch(yuanOff(1_000, { key: "back" }));
    const [code = ""] = await shop.codes(batch, 1);
    const basket = basketOf([{ amount: 1_000, quantity: 3 }, 2_001]);
    const sold = await shop.redeem([{ code }], { basket, order_reference: "R-1" });
    expect(sold.lines.map((line) => line.payable_minor)).toEqual([667, 1_334]);
    const piece = async () => {
      const one = await returnOrder(
        ground,
        shop.key(),
        back("R-1", { lines: [{ line_id: "L1", quantity: 1 }] }),
        NOBODY,
      );
      return [one.refund_minor, one.discount_minor, one.whole_order];
    };
    expect([await piece(), await piece()]).toEqual([
      [222, 111, false],
      [222, 111, false],
    ]);
    const two = { lines: [{ line_id: "L1", quantity: 2 }] };
    await expect(returnOrder(ground, shop.key(), back("R-1", two), NOBODY)).rejects.toMatchObject({
      code: "benefits.return_too_many",
    });
    expect(await piece()).toEqual([223, 111, false]);
    await expect(piece()).rejects.toMatchObject({ code: "benefits.returned_already" });
    expect(await shop.figures(batch)).toMatchObject({ redeemed: 1, spent_minor: 667 });
    const rest = await returnOrder(ground, shop.key(), back("R-1"), NOBODY);
    expect(rest).toMatchObject({ refund_minor: 1_334, discount_minor: 667, whole_order: true, given_back: [{}] });
    expect(await shop.figures(batch)).toMatchObject({ redeemed: 0, spent_minor: 0 });
    await expect(returnOrder(ground, shop.key(), back("R-1"), NOBODY)).rejects.toMatchObject({
      code: "benefits.returned_already",
    });
    expect(await shop.redeem([{ code }])).toMatchObject({ discount_minor: 1_000 });
  });

  it("the same key returns once; another line under it is refused; unknown orders and lines are named", async () => {
    const { ground } = world();
    const batch = await shop.batch(yuanOff(1_001, { key: "once" }));
    const [code = ""] = await shop.codes(batch, 1);
    await shop.redeem([{ code }], { basket: basketOf([5_000, 5_000]), order_reference: "R-2" });
    const request = back("R-2", { lines: [{ line_id: "L1", quantity: 1 }] });
    const first = await returnOrder(ground, "ret-1", request, NOBODY);
    expect(await returnOrder(ground, "ret-1", request, NOBODY)).toEqual(first);
    await expect(returnOrder(ground, "ret-1", back("R-2"), NOBODY)).rejects.toMatchObject({
      code: "benefits.key_reused",
    });
    await expect(returnOrder(ground, shop.key(), back("R-9"), NOBODY)).rejects.toMatchObject({
      code: "benefits.order_unknown",
    });
    const stray = back("R-2", { lines: [{ line_id: "L7", quantity: 1 }] });
    await expect(returnOrder(ground, shop.key(), stray, NOBODY)).rejects.toMatchObject({
      code: "benefits.return_unknown_line",
    });
  });

  it.each([
    { name: "own validity", returns: {}, last_day: "2026-12-31", state: "issued", until: "2026-12-31" },
    {
      name: "grace when it is past",
      returns: { grace_days: 7 },
      last_day: "2026-11-30",
      state: "issued",
      until: "2026-12-11",
    },
    { name: "no grace: expired", returns: {}, last_day: "2026-11-30", state: "expired", until: "2026-11-30" },
    {
      name: "not given back at all",
      returns: { give_back: false },
      last_day: "2026-12-31",
      state: "redeemed",
      until: "2026-12-31",
    },
  ])("the coupon after a whole return: $name", async ({ name, returns, last_day, state, until }) => {
    const { ground, clock } = world();
    const batch = await shop.batch(yuanOff(1_300, { key: "grace", returns }), { last_day });
    const [code = ""] = await shop.codes(batch, 1);
    await shop.redeem([{ code }], { order_reference: name });
    clock.set(noonOf("2026-12-05"));
    await returnOrder(ground, shop.key(), back(name), NOBODY);
    const rows = await shop.query("select state, last_day from benefits.issued where batch_id = $1", [batch]);
    expect(rows).toEqual([{ state, last_day: until }]);
    // not given back: the use stays, what it cost does not
    expect(await shop.figures(batch)).toMatchObject({ redeemed: state === "redeemed" ? 1 : 0, spent_minor: 0 });
    if (state === "issued") expect(await shop.redeem([{ code }])).toMatchObject({ discount_minor: 1_300 });
    clock.set(noonOf("2026-11-30"));
  });

  it("free shipping comes back with the freight only", async () => {
    const { ground } = world();
    const ship = { ...yuanOff(1, { key: "ship" }), benefit: { kind: "free_shipping" as const } };
    const batch = await shop.batch(ship);
    const [code = ""] = await shop.codes(batch, 1);
    await shop.redeem([{ code }], {
      basket: storeBasket([5_000], { freight_minor: 1_200 }),
      order_reference: "R-ship",
    });
    const goods = await returnOrder(
      ground,
      shop.key(),
      back("R-ship", { lines: [{ line_id: "L1", quantity: 1 }] }),
      NOBODY,
    );
    expect(goods).toMatchObject({ refund_minor: 5_000, discount_minor: 0, whole_order: true, given_back: [] });
    const freight = await returnOrder(ground, shop.key(), back("R-ship", { lines: [], freight: true }), NOBODY);
    expect(freight).toMatchObject({ refund_minor: 0, discount_minor: 1_200, given_back: [{}] });
  });
});

it("coupons of an erased member are void and nobody's, what orders had stays without whose it was", async () => {
  await shop.member(9);
  const batch = await shop.batch(yuanOff(1_350, { stacking: { per_order_max: 2 } }), { member_max: 5 });
  const used = await shop.coupon(batch, 9);
  await shop.coupon(batch, 9);
  await shop.redeem([{ issued_id: used }], { member_id: 9, order_reference: "E-9" });
  await world().ground.store.write(SYSTEM_SCOPE, (tx) => forgetOwners(tx, [9]));
  expect(await shop.figures(batch)).toMatchObject({ made: 2, voided: 1, redeemed: 1, spent_minor: 1_350 });
  const left = await shop.query(
    `select 'issued' as place from benefits.issued where owner = 9 union all select 'redemption' from benefits.redemption where owner = 9
     union all select 'count' from benefits.use_count where owner = 9`,
  );
  expect(left).toEqual([]);
  const returned = await returnOrder(world().ground, shop.key(), back("E-9"), NOBODY);
  expect(returned).toMatchObject({ whole_order: true });
});

describe("midnight", () => {
  it("expires what is past its last day, in portions, and does nothing the second time; a late sweep lets nothing through", async () => {
    const { ground, clock } = world();
    const batch = await shop.batch(yuanOff(1_400), { last_day: "2026-11-30" });
    const [code = ""] = await shop.codes(batch, 25);
    clock.set(noonOf("2026-12-01"));
    await expect(shop.redeem([{ code }])).rejects.toMatchObject({ code: "benefits.coupons_refused" });
    expect(await expireAll(ground)).toBeGreaterThanOrEqual(25);
    expect(await expireAll(ground)).toBe(0);
    expect(await shop.figures(batch)).toMatchObject({ made: 25, expired: 25 });
    clock.set(noonOf("2026-11-30"));
  });

  it("days after issue count the day itself and end with the batch", async () => {
    const daysOf = async (more: object) => {
      const batch = await shop.batch(yuanOff(1_500), more);
      await shop.coupon(batch, 1);
      return (await shop.query("select first_day, last_day from benefits.issued where batch_id = $1", [batch]))[0];
    };
    expect(await daysOf({ days: 30 })).toEqual({ first_day: "2026-11-30", last_day: "2026-12-29" });
    expect(await daysOf({ days: 30, last_day: "2026-12-10" })).toEqual({
      first_day: "2026-11-30",
      last_day: "2026-12-10",
    });
    expect(await daysOf({ days: 1, first_day: "2026-12-24" })).toEqual({
      first_day: "2026-12-24",
      last_day: "2026-12-24",
    });
    expect(await daysOf({})).toEqual({ first_day: "2026-11-30", last_day: null });
  });
});

it("after all of this no two tables contradict each other", async () => {
  expect(await shop.contradictions()).toEqual([]);
});
