import { beforeAll, describe, expect, test } from "vitest";
import { BenefitShop, giftOf, tiersOf } from "../../../tests/support/benefit-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { addDays } from "../../platform/index.ts";
import { ledgerOf, releaseOverdue, verifyLedger } from "../../points/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { confirmOrder, handOver, HOLD_MINUTES, orderReward, releaseOverdueOrders, undoOrder } from "./orders.ts";
import { readReward, type RewardDefinition } from "./reward.ts";
import { addReward, moveStock } from "./reward-store.ts";

const CLIENTS = 64;
const world = withDatabase();
let shop: BenefitShop;
let keys = 0;
const key = () => `r${(keys += 1)}`;

async function reward(stock: number, more: Partial<RewardDefinition> = {}): Promise<string> {
  const { ground } = world();
  const definition = readReward({
    key: key(),
    zh: "茶则",
    en: "Tea scoop",
    points: 100,
    cash_minor: 0,
    currency: "CNY",
    member_max: null,
    tiers: [],
    needs: null,
    ...more,
  });
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await addReward(tx, definition, {
      first_day: shop.today(),
      last_day: null,
      person_id: null,
      now: ground.clock.now(),
    });
    const move = { reward: definition.key, kind: "added", units: stock, reason: "test", order_id: null } as const;
    await moveStock(tx, move, { person_id: null, now: ground.clock.now() });
  });
  return definition.key;
}
const order = (name: string, member_id: number, by = key()) =>
  orderReward(world().ground, by, { reward: name, member_id }, null);
const confirm = (order_id: number, cash_minor = 0, payment_reference: string | null = null) =>
  confirmOrder(world().ground, key(), { order_id, cash_minor, payment_reference });
const undo = (order_id: number, restock = true) =>
  undoOrder(world().ground, key(), { order_id, reason: "test", restock }, null);
const hand = (order_id: number) => handOver(world().ground, key(), { order_id, store_code: "S1", shipment: null });
const figures = async (name: string) =>
  (await shop.query("select stock, held, given from benefits.reward where reward = $1", [name]))[0];
const points = async (owner: number) =>
  (
    await shop.query(
      "select sum(active)::int as active, sum(held)::int as held, sum(burned)::int as burned from points.lot where owner = $1",
      [owner],
    )
  )[0];
const earn = (owner: number, amount: number, last_day?: string) =>
  ledgerOf(world().ground).submit({
    key: key(),
    command: {
      type: "earn",
      owner,
      points: amount,
      reference: "test",
      ...(last_day === undefined ? {} : { last_day }),
    },
  });

beforeAll(async () => {
  shop = new BenefitShop(world());
  shop.setDay("2026-11-10");
  await shop.ladder();
  for (let number = 1; number <= CLIENTS + 10; number++) {
    await shop.member(number, "2025-01-01");
  }
});

describe("the last units", () => {
  test(`${CLIENTS} members at once want the last 3: three get one, ${CLIENTS - 3} are told, and no point is lost`, async () => {
    const name = await reward(3);
    await Promise.all(Array.from({ length: CLIENTS }, (_, at) => earn(at + 1, 100)));
    const outcomes = await Promise.allSettled(Array.from({ length: CLIENTS }, (_, at) => order(name, at + 1)));
    const got = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.order_id] : []));
    const told = outcomes.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : []));
    expect(got).toHaveLength(3);
    expect(told).toEqual(Array(CLIENTS - 3).fill("benefits.reward_gone"));
    expect(await figures(name)).toEqual({ stock: 3, held: 3, given: 0 });
    const [all] = await shop.query("select sum(held)::int as held, sum(active)::int as active from points.lot");
    expect(all).toEqual({ held: 300, active: (CLIENTS - 3) * 100 });
    for (const order_id of got) await undo(order_id);
    expect(await figures(name)).toEqual({ stock: 3, held: 0, given: 0 });
    await expect(shop.query("update benefits.reward set held = 4 where reward = $1", [name])).rejects.toThrow(
      /reward_stock/,
    );
  });

  test(`one member at ${CLIENTS} tills: as many as the cap, the same key once`, async () => {
    const name = await reward(1_000, { member_max: 2, points: 1 });
    const outcomes = await Promise.allSettled(Array.from({ length: CLIENTS }, () => order(name, 1)));
    expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(2);
    const other = await reward(1_000, { points: 1 });
    const same = await Promise.all(Array.from({ length: 8 }, () => order(other, 2, "one key")));
    expect(new Set(same.map((one) => one.order_id)).size).toBe(1);
    expect(await figures(other)).toMatchObject({ held: 1 });
    await expect(order(name, 2, "one key")).rejects.toMatchObject({ code: "benefits.key_reused" });
  });
});

describe("an order's way", () => {
  test("held, paid with cash once, handed over, taken back: points return to their own lots", async () => {
    const name = await reward(5, { points: 150, cash_minor: 990 });
    const owner = CLIENTS + 1;
    const soon = addDays(shop.today(), 5);
    await earn(owner, 100, soon);
    await earn(owner, 100);
    const { order_id } = await order(name, owner);
    expect(await points(owner)).toEqual({ active: 50, held: 150, burned: 0 });
    await expect(confirm(order_id)).rejects.toMatchObject({ code: "benefits.reward_cash" });
    await expect(confirm(order_id, 990)).rejects.toMatchObject({ code: "benefits.reward_cash" });
    await confirm(order_id, 990, "pay 1");
    await expect(confirm(order_id, 990, "pay 2")).rejects.toMatchObject({ code: "benefits.reward_order_state" });
    expect(await points(owner)).toEqual({ active: 50, held: 0, burned: 150 });
    expect(await figures(name)).toEqual({ stock: 5, held: 0, given: 1 });
    await hand(order_id);
    await undo(order_id, false);
    expect(await points(owner)).toEqual({ active: 200, held: 0, burned: 0 });
    const lots = await shop.query("select active, last_day from points.lot where owner = $1 order by lot_id", [owner]);
    expect(lots).toEqual([
      { active: 100, last_day: soon },
      { active: 100, last_day: null },
    ]);
    // broken when it came back: not redeemed again
    expect(await figures(name)).toEqual({ stock: 4, held: 0, given: 0 });
    const moves = await shop.query("select kind, units, stock_after from benefits.stock_move where reward = $1", [
      name,
    ]);
    expect(moves).toEqual([
      { kind: "added", units: 5, stock_after: 5 },
      { kind: "lost", units: -1, stock_after: 4 },
    ]);
    await expect(undo(order_id)).rejects.toMatchObject({ code: "benefits.reward_order_state" });
    const second = await order(name, owner);
    await expect(confirm(second.order_id, 990, "pay 1")).rejects.toMatchObject({ code: "benefits.reward_paid_once" });
    await undo(second.order_id);
  });

  test("not paid in time: unit and points are free again, whichever of the two sweeps comes first", async () => {
    for (const pointsFirst of [true, false]) {
      const name = await reward(1);
      const owner = CLIENTS + (pointsFirst ? 2 : 3);
      await earn(owner, 100);
      const { order_id } = await order(name, owner);
      world().clock.advance({ minutes: HOLD_MINUTES });
      await expect(confirm(order_id)).rejects.toMatchObject({ code: "benefits.reward_order_over" });
      const { ground } = world();
      const sweeps = [() => releaseOverdue(ground), () => releaseOverdueOrders(ground)];
      for (const sweep of pointsFirst ? sweeps : sweeps.toReversed()) await sweep();
      expect(await figures(name)).toEqual({ stock: 1, held: 0, given: 0 });
      expect(await points(owner)).toEqual({ active: 100, held: 0, burned: 0 });
    }
  });

  test("too few points, another tier, no such reward: nothing is taken", async () => {
    const name = await reward(1, { points: 1_000_000 });
    await expect(order(name, 1)).rejects.toMatchObject({ code: "points.insufficient_balance" });
    const gold = await reward(1, { tiers: ["gold"] });
    await expect(order(gold, 1)).rejects.toMatchObject({ code: "benefits.reward_not_for" });
    await expect(order("none", 1)).rejects.toMatchObject({ code: "benefits.reward_unknown" });
    for (const one of [name, gold]) expect(await figures(one)).toEqual({ stock: 1, held: 0, given: 0 });
    expect(() => readReward({ key: "x" })).toThrow(/corrections/);
  });

  test("an exclusive reward takes the month's redemption: once, and again after a cancellation", async () => {
    const benefit = key();
    const owner = CLIENTS + 4;
    await shop.publish(giftOf(benefit, { give: { kind: "redemption" } }));
    await shop.work();
    await earn(owner, 500);
    const name = await reward(100, { needs: benefit, points: 10 });
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => order(name, owner)));
    const [first, ...more] = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.order_id] : []));
    expect(more).toEqual([]);
    await undo(first ?? 0);
    const second = await order(name, owner);
    await expect(order(name, owner)).rejects.toMatchObject({ code: "benefits.reward_needs" });
    await confirm(second.order_id);
    expect((await shop.entitled(benefit)).find((one) => one.owner === owner)).toMatchObject({ state: "fulfilled" });
  });
});

test("whoever has accelerated redemption is served first, for as long as they keep the tier", async () => {
  const owner = CLIENTS + 5;
  const name = await reward(10, { points: 1 });
  await earn(owner, 10);
  const right = { kind: "right", right: "accelerated_redemption" } as const;
  await shop.publish(giftOf(key(), { rhythm: { kind: "once" }, audience: tiersOf("platinum"), give: right }));
  const isFirst = async () => {
    const { order_id } = await order(name, owner);
    return (await shop.query("select is_first from benefits.reward_order where order_id = $1", [order_id]))[0];
  };
  await shop.tier(owner, "platinum");
  await shop.work();
  expect(await isFirst()).toEqual({ is_first: true });
  await shop.tier(owner, "gold");
  expect(await isFirst()).toEqual({ is_first: false });
});

test("the ledger is whole after all of it", async () => {
  expect(await verifyLedger(world().ground.store)).toMatchObject({ ok: true, sum: 0 });
});
