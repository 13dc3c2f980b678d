import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basketOf } from "../../../tests/support/basket-examples.ts";
import { CouponShop, NOBODY, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { signInOwner } from "../../../tests/support/owner.ts";
import { PointsShop } from "../../../tests/support/points-shop.ts";
import { CLASSIC_POINTS } from "../../../definitions/points/classic.ts";
import { ledgerOf, type Programme, verifyLedger } from "../../points/index.ts";
import type { Basket } from "../coupons/basket.ts";
import { exchange, type Exchanging, tryExchange } from "./exchange.ts";

const world = withDatabase();
let coupons: CouponShop;
let points: PointsShop;
let made = 0;

/** One point for each whole yuan, usable at once, 100 points pay one yuan. */
const PROGRAMME: Programme = { ...CLASSIC_POINTS, key: "plain", pending_days: 0, notice_days: 0 };

beforeAll(async () => {
  coupons = new CouponShop(world());
  points = new PointsShop(world());
  points.setDay("2026-11-22");
  await points.put(PROGRAMME, "2026-01-01");
});

const at = (store_code: string | null, lines: readonly number[]): Basket => ({ ...basketOf([...lines]), store_code });
/** A member with points to spend. */
async function member(spendable = 0): Promise<number> {
  const id = await points.newMember();
  if (spendable > 0)
    await ledgerOf(world().ground).submit({
      key: `give ${id}`,
      command: { type: "earn", owner: id, points: spendable, reference: `gift:${id}` },
    });
  return id;
}
const active = async (id: number) => (await points.has(id))?.active;
const name = () => `N${++made}`;

/** An order of three lines of 100 yuan, with a coupon of 30 and 60 points. */
async function sold(owner: number, { burned = 60 }: { burned?: number } = {}) {
  const order_reference = name();
  const batch = await coupons.batch(yuanOff(3_000, { key: `off_${order_reference.toLowerCase()}` }));
  const issued_id = await coupons.coupon(batch, owner);
  const basket = at("HZ01", [10_000, 10_000, 10_000]);
  await coupons.redeem([{ issued_id }], { basket, member_id: owner, order_reference });
  if (burned > 0)
    await ledgerOf(world().ground).submit({
      key: `burn ${order_reference}`,
      command: { type: "spend", wallet: [owner], points: burned, reference: `redeem:${order_reference}` },
    });
  return { order_reference, issued_id, batch, basket };
}
const wish = (
  owner: number | null,
  { order_reference, basket }: { order_reference: string; basket: Basket },
  more: Partial<Exchanging> = {},
  line_ids: readonly string[] = [basket.lines[0]?.line_id ?? ""],
): Exchanging => ({
  back: {
    order_reference,
    store_code: "HZ01",
    channel: basket.channel,
    lines: line_ids.map((line_id) => ({ line_id, quantity: 1 })),
    freight: false,
  },
  basket: at("SH01", [15_000]),
  coupons: [],
  member_id: owner,
  order_reference: name(),
  points: 0,
  expected_difference_minor: null,
  ...more,
});
const act = (request: Exchanging, key = coupons.key()) => exchange(world().ground, key, request, NOBODY);
const whole = async () => {
  expect(await coupons.contradictions()).toEqual([]);
  expect((await verifyLedger(world().ground.store)).ok).toBe(true);
};

describe("an exchange", () => {
  test("gives back a line's share of money and points, earns for the new basket and burns for it, in another store", async () => {
    const anna = await member(500);
    const order = await sold(anna);
    expect(await active(anna)).toBe(440);
    const request = wish(anna, order, { points: 50 });
    const tried = await tryExchange(world().ground, request, NOBODY);
    // 90 yuan were paid for the line, 20 of its 60 points came with it; 150 less 50 points' worth
    expect(tried).toMatchObject({
      refund_minor: 9_000 - 20,
      due_minor: 15_000 - 50,
      difference_minor: 5_970,
      points: { returned: 20, burned: 50, taken_back: 0, earned: 150 },
    });
    expect(await active(anna)).toBe(440);
    const done = await act({ ...request, expected_difference_minor: 5_970 });
    expect(done).toMatchObject({ ...tried, exchange_id: expect.any(Number) });
    expect(await active(anna)).toBe(440 + 20 - 50 + 150);
    await whole();
  });

  test("has one effect under its key: the same again is answered the same, another content is refused", async () => {
    const ben = await member(100);
    const request = wish(ben, await sold(ben));
    const key = coupons.key();
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => act(request, key)));
    for (const other of others) expect(other).toEqual(first);
    expect(await act(request, key)).toEqual(first);
    await expect(act({ ...request, points: 1 }, key)).rejects.toMatchObject({ code: "benefits.key_reused" });
    expect(
      await coupons.query("select 1 from benefits.exchange where exchange_id = $1", [first?.exchange_id]),
    ).toHaveLength(1);
    await expect(
      act(wish(ben, { order_reference: request.back.order_reference, basket: request.basket })),
    ).rejects.toThrow();
    await whole();
  });

  test("is all or nothing: whatever refuses, nothing has moved and the key is free", async () => {
    const carl = await member(60);
    const order = await sold(carl);
    const key = coupons.key();
    const before = await coupons.query("select line_no, returned_quantity from benefits.redemption_line order by 1, 2");
    const request = wish(carl, order);
    for (const [more, code] of [
      [{ points: 1_000 }, "points.insufficient_balance"],
      [{ points: 20_000 }, "benefits.exchange_points_over"],
      [{ coupons: [{ code: "NOSUCHCODE" }] }, "benefits.coupons_refused"],
      [{ expected_difference_minor: 1 }, "benefits.exchange_differs"],
      [{ order_reference: order.order_reference, basket: at("HZ01", [15_000]) }, "benefits.exchange_same_order"],
      [{ member_id: null, points: 5 }, "benefits.exchange_points_member"],
      [{ basket: { ...request.basket, currency: "USD" } }, "benefits.exchange_currency"],
    ] as const)
      await expect(act({ ...request, ...(more as Partial<Exchanging>) }, key)).rejects.toMatchObject({ code });
    const rest = { ...request.back, lines: [{ line_id: order.basket.lines[0]?.line_id ?? "", quantity: 2 }] };
    await expect(act({ ...request, back: rest }, key)).rejects.toMatchObject({ code: "benefits.return_too_many" });
    expect(
      await coupons.query("select line_no, returned_quantity from benefits.redemption_line order by 1, 2"),
    ).toEqual(before);
    expect(await active(carl)).toBe(0);
    await act(request, key);
    expect(await active(carl)).toBe(20 + 150);
    await whole();
  });

  test("of the whole order gives its coupon back, which may pay for the new basket in the same act", async () => {
    const dora = await member(60);
    const order = await sold(dora);
    const all = order.basket.lines.map((line) => line.line_id);
    const done = await act(wish(dora, order, { coupons: [{ issued_id: order.issued_id }] }, all));
    expect(done.returned).toMatchObject({ whole_order: true, given_back: [{ issued_id: order.issued_id }] });
    expect(done.taken).toMatchObject({ discount_minor: 3_000, payable_minor: 12_000 });
    expect(done.points).toMatchObject({ returned: 60, earned: 120 });
    expect(await coupons.figures(order.batch)).toMatchObject({ redeemed: 1, spent_minor: 3_000 });
    await whole();
  });

  test("gives back, line after line, every point that was spent and never one more", async () => {
    const eve = await member(100);
    const order = await sold(eve, { burned: 100 });
    const back: number[] = [];
    for (const { line_id } of order.basket.lines)
      back.push((await act(wish(eve, order, {}, [line_id]))).points.returned);
    expect(back).toEqual([33, 33, 34]);
    await whole();
  });

  test("of one line at two tills at once is done once", async () => {
    const fay = await member();
    const order = await sold(fay, { burned: 0 });
    const tries = await Promise.allSettled([act(wish(fay, order)), act(wish(fay, order)), act(wish(fay, order))]);
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await whole();
  });

  test("may be exchanged again: what was taken comes back, with what it earned", async () => {
    const gus = await member();
    const first = wish(gus, await sold(gus, { burned: 0 }));
    await act(first);
    expect(await active(gus)).toBe(150);
    const again = wish(gus, first, { basket: at("BJ01", [8_000]) });
    const done = await act({ ...again, back: { ...again.back, store_code: "SH01" } });
    expect(done).toMatchObject({ difference_minor: -7_000, points: { taken_back: 150, earned: 80 } });
    expect(await active(gus)).toBe(80);
    await whole();
  });

  test("of an order that no coupon was used for takes back what its record earned; records that follow change nothing", async () => {
    const hal = await member();
    const order_id = await points.buy(hal, 20_000);
    await points.query("update trade.sales_order set store_code = 'HZ01', channel = 'store' where order_id = $1", [
      order_id,
    ]);
    const [{ order_no } = { order_no: "" }] = await points.query<{ order_no: string }>(
      "select order_no from trade.sales_order where order_id = $1",
      [order_id],
    );
    expect(await active(hal)).toBe(200);
    const basket = at("HZ01", [20_000]);
    const request = wish(hal, { order_reference: order_no, basket: { ...basket, channel: "store" } }, {}, ["1"]);
    const done = await act(request);
    expect(done).toMatchObject({ refund_minor: 20_000, points: { taken_back: 200, earned: 150 } });
    expect(await active(hal)).toBe(150);
    // the return and the new order arrive as records
    await points.refundLine(hal, order_id, 20_000);
    const later = await points.order(hal, "2026-11-22", 15_000);
    await points.line(later, 15_000);
    const named = "update trade.sales_order set order_no = $2, store_code = 'SH01', party_id = $3 where order_id = $1";
    await points.query(named, [later, request.order_reference, null]);
    await points.look(hal);
    // a record that names nobody takes nothing from whom the till named
    expect(await active(hal)).toBe(150);
    await points.query(named, [later, request.order_reference, hal]);
    await points.look(hal);
    expect(await active(hal)).toBe(150);
    expect(await points.query("select cause from points.earning where owner = $1 and points > 0", [hal])).toEqual([
      { cause: `order:${later}` },
    ]);
    await whole();
  });
});

describe("over the interface", () => {
  let owner: Awaited<ReturnType<typeof signInOwner>>;
  afterAll(() => owner.app.close());

  test("is looked up by the order's number, tried, and done with a key; whoever has some stores does it in those only", async () => {
    owner = await signInOwner(world());
    const ida = await member(60);
    const order = await sold(ida);
    const { channel } = order.basket;
    const found = await owner.get(
      `/api/exchanges/order?order_reference=${order.order_reference}&store_code=HZ01&channel=${channel}`,
    );
    expect(found).toMatchObject({
      status: 200,
      body: { points_left: 60, lines: [{ quantity: 1, paid_minor: 9_000 }, {}, {}] },
    });
    const { expected_difference_minor: _, back, ...rest } = wish(ida, order);
    const { freight: __, ...lines } = back;
    const payload = { ...rest, back: lines };
    expect(await owner.post("/api/exchanges/preview", payload)).toMatchObject({
      status: 200,
      body: { difference_minor: 15_000 - 9_000 + 20 },
    });
    const send = (headers: Record<string, string>) =>
      owner.app.inject({
        method: "POST",
        url: "/api/exchanges",
        headers: { cookie: owner.cookie, ...headers },
        payload,
      });
    expect((await send({})).statusCode).toBe(400);
    const done = await send({ "idempotency-key": "exchange-1" });
    expect([done.statusCode, done.json().points]).toEqual([
      201,
      { returned: 20, burned: 0, taken_back: 0, earned: 150 },
    ]);
    expect((await send({ "idempotency-key": "exchange-1" })).json()).toEqual(done.json());
    await points.query("update access.person set scope_stores = '{HZ01}'");
    expect((await send({ "idempotency-key": "exchange-2" })).json()).toMatchObject({ code: "benefits.store_closed" });
  });
});
