import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CouponShop, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { basketOf } from "../../../tests/support/basket-examples.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { OpeningFile } from "../../../tests/support/opening-file.ts";
import { contradictingBatches } from "../coupons/watch-store.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { returnOrder } from "../coupons/returns.ts";
import { openingCoupons } from "./opening.ts";

const world = withDatabase();
const file = new OpeningFile(world, openingCoupons);
let shop: CouponShop;
let batch: number;
const HEAD = "memberid,优惠券,券码,到期日,剩余次数";
const PEOPLE = 5;
let amount = 100;

beforeAll(async () => {
  world().clock.set(new Date("2026-11-22T04:00:00Z"));
  shop = new CouponShop(world());
  for (let n = 1; n <= PEOPLE; n++) await shop.member(n);
});
beforeEach(async () => {
  amount += 1;
  batch = await shop.batch(yuanOff(amount), { number: 20 });
});

const give = async (...lines: string[]) => {
  const opening_id = await file.checked([HEAD, ...lines]);
  await file.give(opening_id);
  return opening_id;
};
const coupons = (opening_id: number) =>
  shop.query(
    `select opening_row::int as row, owner::int, state, last_day::text from benefits.issued where opening_id = $1 order by issued_id`,
    [opening_id],
  );
/** A code that no other test has. */
const code = (name: string) => `OLD-${amount}-${name}`;
const use = (name: string, member_id: number | null, more = {}) =>
  shop.redeem([{ code: code(name) }], { member_id, ...more });

describe("the dry run of opening coupons", () => {
  test("names each row that brings nothing in, counts uses by batch and month, and issues nothing", async () => {
    const [taken] = await shop.codes(batch, 1);
    const big = `1,${batch},${code("A")},2027-03-31,3`;
    const opening_id = await file.checked([
      HEAD,
      big,
      `2,off_${amount},,2027-04-30,`,
      `99,${batch},,2027-04-30,`,
      `2,nothing,,2027-04-30,`,
      `2,${batch},,2026-11-21,`,
      `2,${batch},,2027-04-30,0`,
      `2,${batch},,2027-04-30,101`,
      `2,,,2027-04-30,`,
      `3,${batch},${code("a").toLowerCase()},2027-05-31,`,
      `2,减 ${amount} 分,,2027-04-30,`,
      `3,${batch},${taken},2027-04-30,`,
      `3,${batch},${code("B")},2027-04-30,30`,
      `3,${batch},${"X".repeat(60)},2027-04-30,`,
      `4,${batch},,永久有效,2`,
    ]);
    expect(await file.problems(opening_id)).toEqual([
      [4, "members.opening_nobody"],
      [5, "benefits.opening_batch_unknown"],
      [6, "members.opening_over"],
      [7, "benefits.opening_uses"],
      [8, "benefits.opening_uses"],
      [9, "benefits.opening_no_coupon"],
      [10, "benefits.opening_twice"],
      [11, "benefits.opening_twice"],
      [12, "benefits.opening_code_taken"],
      [13, "benefits.opening_batch_full"],
      [14, "benefits.opening_code_long"],
    ]);
    expect((await file.read(opening_id)).totals).toEqual([
      { what: "members", key: null, n: 3 },
      { what: "coupons", key: null, n: 6 },
      { what: "batch", key: `${batch} 减 ${amount} 分`, n: 6 },
      { what: "month", key: "2027-03", n: 3 },
      { what: "month", key: "2027-04", n: 1 },
      { what: "month", key: null, n: 2 },
    ]);
    expect(await coupons(opening_id)).toEqual([]);
  });

  test("keeps no code of the file in clear", async () => {
    const opening_id = await give(`1,${batch},${code("SECRET")},2027-03-31,2`);
    const kept = await shop.query("select * from benefits.opening_row where opening_id = $1", [opening_id]);
    expect(JSON.stringify(kept)).not.toContain("SECRET");
  });
});

describe("opening coupons", () => {
  test("belong to their member until their own day; the member finds them without the old code too", async () => {
    const opening_id = await give(`1,${batch},${code("A")},2027-03-31,`, `2,${batch},,,2`);
    expect(await coupons(opening_id)).toEqual([
      { row: 2, owner: 1, state: "issued", last_day: "2027-03-31" },
      { row: 3, owner: 2, state: "issued", last_day: null },
      { row: 3, owner: 2, state: "issued", last_day: null },
    ]);
    await expect(use("A", 2)).rejects.toMatchObject({ code: "benefits.coupons_refused" });
    const used = await use("a", 1);
    expect(used).toMatchObject({ discount_minor: amount, state: "posted" });
    await expect(use("A", 1)).rejects.toMatchObject({ code: "benefits.coupons_refused" });
    expect(await shop.figures(batch)).toMatchObject({ made: 3, redeemed: 1, spent_minor: amount });
  });

  test("of several uses are used so often under one code, held, given back and used again", async () => {
    await give(`1,${batch},${code("A")},2027-03-31,2`);
    const held = await use("A", 1, { hold_minutes: 30 });
    expect(held.state).toBe("held");
    const order_reference = `paid ${amount}`;
    await use("A", 1, { order_reference });
    await expect(use("A", 1)).rejects.toMatchObject({ code: "benefits.coupons_refused" });
    const { store_code, channel } = basketOf([10_000]);
    const back = { order_reference, store_code, channel, lines: null, freight: true, returned_in: null };
    await returnOrder(world().ground, shop.key(), back, { person_id: null, client_id: null });
    expect((await use("A", 1)).state).toBe("posted");
  });

  test("under one code of two uses at two tills at once: both go through, a third does not", async () => {
    await give(`1,${batch},${code("A")},2027-03-31,2`);
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => use("A", 1)));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(await shop.figures(batch)).toMatchObject({ made: 2, redeemed: 2, spent_minor: 2 * amount });
    expect(await shop.contradictions()).toEqual([]);
  });

  test("come in once: the same file is refused, a row of another file is named as there, two workers give once", async () => {
    const lines = [HEAD, `1,${batch},${code("A")},2027-03-31,`, `2,${batch},,2027-03-31,`];
    const first = await file.checked(lines);
    const other = await file.checked([...lines, `3,${batch},,2027-03-31,`]);
    const same = await file.checked(lines);
    await file.sign(first);
    await Promise.all([file.carry(first), file.carry(first), file.carry(first)]);
    await expect(file.sign(same)).rejects.toMatchObject({ code: "members.opening_posted" });
    await file.give(other);
    expect(await file.exceptions(other)).toEqual([
      [2, "refused", "members.opening_there"],
      [3, "refused", "members.opening_there"],
    ]);
    expect(await shop.figures(batch)).toMatchObject({ made: 3 });
    expect(await file.progress(first)).toMatchObject({ giving: "done", given: 2 });
  });

  test("never make more than their batch has, whatever was issued between the signature and their giving", async () => {
    const opening_id = await file.checked([HEAD, `1,${batch},,2027-03-31,15`, `2,${batch},,2027-03-31,5`]);
    await file.sign(opening_id);
    await shop.codes(batch, 10);
    await file.carry(opening_id);
    expect(await file.exceptions(opening_id)).toEqual([[2, "refused", "benefits.opening_batch_full"]]);
    expect(await shop.figures(batch)).toMatchObject({ made: 15 });
  });

  test("are taken back as a whole; what was used stays and is listed with its order; then the code may come again", async () => {
    const lines = [
      `1,${batch},${code("A")},2027-03-31,3`,
      `2,${batch},${code("B")},2027-03-31,`,
      `3,${batch},,2027-03-31,`,
    ];
    const opening_id = await give(...lines);
    await use("A", 1, { order_reference: `kept ${amount}` });
    await file.undo(opening_id);
    expect(await file.progress(opening_id)).toMatchObject({ giving: "undone", undone: 2, kept: 1 });
    expect(await file.exceptions(opening_id)).toEqual([[2, "kept", "benefits.opening_used"]]);
    const [row] = await shop.query<{ params: object }>(
      "select params from benefits.opening_row where opening_id = $1 and state = 'kept'",
      [opening_id],
    );
    expect(row?.params).toEqual({ used: 1, order_reference: `kept ${amount}` });
    await expect(use("A", 1)).rejects.toMatchObject({ code: "benefits.coupons_refused" });
    await expect(use("B", 2)).rejects.toMatchObject({ code: "benefits.coupons_refused" });
    expect(await shop.figures(batch)).toMatchObject({ made: 5, redeemed: 1, voided: 4, spent_minor: amount });
    await give(`2,${batch},${code("B")},2027-03-31,`, `1,${batch},${code("A")},2027-03-31,`);
    expect((await use("B", 2)).state).toBe("posted");
    // what an undo had to leave is there, and is not brought in again
    await expect(use("A", 1)).rejects.toMatchObject({ code: "benefits.coupons_refused" });
    expect(await world().ground.store.read(SYSTEM_SCOPE, contradictingBatches)).toBe(0);
  });
});
