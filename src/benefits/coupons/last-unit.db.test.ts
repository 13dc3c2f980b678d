import { beforeAll, expect, it } from "vitest";
import { CouponShop, NOBODY, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { postHold, voidHold } from "./hold.ts";
import { returnOrder } from "./returns.ts";

const ROUNDS = process.env["HUITOU_SOAK"] === "1" ? 1_000 : 20;
/** What stands beside the bar is rarer in the quick run. */
const FEW_ROUNDS = ROUNDS === 20 ? 5 : ROUNDS;
const CLIENTS = 64;
const world = withDatabase();
let shop: CouponShop;

beforeAll(async () => {
  shop = new CouponShop(world());
  await shop.member(1);
});

/** All at once. @returns the answers, and the codes of what was refused */
async function rush<T>(clients: (i: number) => Promise<T>): Promise<{ done: T[]; refused: Set<string> }> {
  const outcomes = await Promise.allSettled(Array.from({ length: CLIENTS }, (_, i) => clients(i)));
  const refused = outcomes.flatMap((one) =>
    one.status === "rejected" ? [String((one.reason as { code?: string }).code)] : [],
  );
  return {
    done: outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    refused: new Set(refused),
  };
}

const REFUSED = new Set(["benefits.coupons_refused"]);
let rounds = 0;

/** A batch whose shared code nobody had before. */
async function sharedBatch(more: Parameters<CouponShop["batch"]>[1]): Promise<{ batch: number; code: string }> {
  rounds += 1;
  const code = `RUSH${rounds}`;
  return { batch: await shop.batch(yuanOff(1_000, { key: "rush" }), { code, ...more }), code };
}

it(`${CLIENTS} clients, ${ROUNDS} rounds: as many successes as the batch has units left`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const units = 1 + (round % 3);
    const { batch, code } = await sharedBatch({ number: units });
    const { done, refused } = await rush(() => shop.redeem([{ code }]));
    expect([done.length, refused]).toEqual([units, REFUSED]);
    expect(await shop.figures(batch)).toMatchObject({ redeemed: units, spent_minor: units * 1_000 });
  }
});

it(`${CLIENTS} clients, ${ROUNDS} rounds: the same coupon is in one order`, async () => {
  const batch = await shop.batch(yuanOff(1_000, { key: "same" }));
  for (const code of await shop.codes(batch, ROUNDS)) {
    const { done, refused } = await rush((i) => shop.redeem([{ code }], { hold_minutes: i % 2 === 0 ? 5 : null }));
    expect([done.length, refused]).toEqual([1, REFUSED]);
  }
});

it(`${CLIENTS} clients, ${ROUNDS} rounds: a budget pays for as many as it covers, to the fen`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const units = 1 + (round % 4);
    const { batch, code } = await sharedBatch({ number: CLIENTS, budget_minor: units * 1_000 + (round % 2) * 999 });
    const { done, refused } = await rush(() => shop.redeem([{ code }]));
    expect([done.length, refused]).toEqual([units, REFUSED]);
    expect(await shop.figures(batch)).toMatchObject({ spent_minor: units * 1_000 });
  }
});

it(`${CLIENTS} clients, ${FEW_ROUNDS} rounds: a member and a day have as many as their caps say`, async () => {
  for (let round = 0; round < FEW_ROUNDS; round++) {
    const member = await sharedBatch({ member_max: 2 });
    const day = await sharedBatch({ period: "day", period_max: 3 });
    expect((await rush(() => shop.redeem([{ code: member.code }], { member_id: 1 }))).done.length).toBe(2);
    expect((await rush(() => shop.redeem([{ code: day.code }]))).done.length).toBe(3);
  }
});

it(`${CLIENTS} clients, ${FEW_ROUNDS} rounds: the same request under the same key is one, and all have its answer`, async () => {
  for (let round = 0; round < FEW_ROUNDS; round++) {
    const { batch, code } = await sharedBatch({});
    const key = shop.key();
    const { done } = await rush(() => shop.redeem([{ code }], { key, order_reference: key }));
    expect([done.length, new Set(done.map((one) => JSON.stringify(one))).size]).toEqual([CLIENTS, 1]);
    expect(await shop.figures(batch)).toMatchObject({ redeemed: 1 });
  }
});

it(`${CLIENTS} clients, ${FEW_ROUNDS} rounds: a hold is posted or voided, a line is returned, once`, async () => {
  const { ground } = world();
  for (let round = 0; round < FEW_ROUNDS; round++) {
    const { batch, code } = await sharedBatch({});
    const order_reference = `hold ${round}`;
    const { redemption_id } = await shop.redeem([{ code }], { hold_minutes: 5, order_reference });
    const settled = await rush((i) => (i % 2 === 0 ? postHold : voidHold)(ground, shop.key(), redemption_id));
    expect(settled.done.length).toBe(1);
    if (settled.done[0]?.state === "voided") await shop.redeem([{ code }], { order_reference });
    const request = {
      order_reference,
      store_code: "S1",
      channel: "store",
      lines: null,
      freight: false,
      returned_in: null,
    };
    const returned = await rush(() => returnOrder(ground, shop.key(), request, NOBODY));
    expect([returned.done.length, returned.refused]).toEqual([1, new Set(["benefits.returned_already"])]);
    expect(await shop.figures(batch)).toMatchObject({ held: 0, redeemed: 0, spent_minor: 0, made: 0 });
  }
});

it("two coupons of two batches, named in either order by everybody: no two wait for each other for ever", async () => {
  const a = await sharedBatch({ number: 10 });
  rounds += 1;
  const code = `RUSH${rounds}`;
  await shop.batch(yuanOff(500, { key: "other" }), { code, number: 7 });
  const both = (i: number) => (i % 2 === 0 ? [{ code: a.code }, { code }] : [{ code }, { code: a.code }]);
  const { done, refused } = await rush((i) => shop.redeem(both(i)));
  expect([done.length, refused]).toEqual([7, REFUSED]);
});

it("after all of this no two tables contradict each other", async () => {
  expect(await shop.contradictions()).toEqual([]);
});
