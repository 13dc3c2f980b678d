import { beforeAll, describe, expect, test } from "vitest";
import { CLASSIC_POINTS } from "../../definitions/points/classic.ts";
import { asSuperuser } from "../../tests/support/audit-chain.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { PointsShop } from "../../tests/support/points-shop.ts";
import { addDays, startOfDay } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { type Command, ledgerOf, type Programme, turnDay, verifyLedger } from "./index.ts";
import { memberPoints } from "./reports/member-points.ts";
import { lotById, movesOfLot } from "./reports/wallet-store.ts";
import type { Expiry } from "./rules/programme.ts";
import { replay } from "./rules/replay.ts";

const world = withDatabase();
const START = "2026-03-01";
const DAYS = 30;
let shop: PointsShop;
let keys = 0;

const tried = (expiry: Expiry): Programme => ({
  ...CLASSIC_POINTS,
  key: "tried",
  notice_days: 0,
  pending_days: 0,
  expiry,
});
const AFTER_PURCHASE: Expiry = { kind: "sliding", days: DAYS, after: "purchase" };
const AFTER_ANY: Expiry = { kind: "sliding", days: DAYS, after: "purchase_or_spend" };
const day = (days: number) => addDays(START, days);

/** A shop on its first day. */
async function open(expiry: Expiry): Promise<void> {
  await shop.clear();
  shop.setDay(START);
  await shop.put(tried(expiry), START);
}

const submit = (command: Command) => ledgerOf(world().ground).submit({ key: `slide ${(keys += 1)}`, command });
const lastDays = async (number: number) =>
  (
    await shop.query<{ last_day: string }>(
      "select last_day from points.lot where owner = $1 and open order by lot_id",
      [number],
    )
  ).map(({ last_day }) => last_day);
const lotsOf = (number: number) =>
  shop.query<{ lot_id: number }>("select lot_id from points.lot where owner = $1 order by lot_id", [number]);
const movesOf = async (number: number, at = 0) => {
  const lot_id = (await lotsOf(number))[at]?.lot_id ?? 0;
  return world().ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const lot = await lotById(tx, lot_id);
    return lot === undefined ? [] : movesOfLot(tx, lot, 100);
  });
};
const isWhole = async () => (await verifyLedger(world().ground.store)).ok;

beforeAll(() => {
  shop = new PointsShop(world());
});

describe("an order that earns", () => {
  test("moves the last day of all that its member has, and says when, from when to when, and by which order", async () => {
    await open(AFTER_PURCHASE);
    const anna = await shop.newMember();
    await shop.buy(anna, 10_000);
    expect(await lastDays(anna)).toEqual([day(30)]);
    shop.setDay(day(20));
    const order_id = await shop.buy(anna, 5_000);
    expect(await lastDays(anna)).toEqual([day(50), day(50)]);
    expect(await movesOf(anna)).toEqual([
      expect.objectContaining({
        from_day: day(30),
        to_day: day(50),
        activity: "purchase",
        activity_day: day(20),
        reference: `order:${order_id}`,
      }),
    ]);
    const has = await world().ground.store.read(SYSTEM_SCOPE, (tx) => memberPoints(tx, world().ground, anna));
    expect(has).toMatchObject({ next_expiry: { last_day: day(50), points: 150 }, expiring_soon: 150 });
    await shop.goTo(day(50));
    expect(await shop.has(anna)).toMatchObject({ active: 150 });
    await shop.goTo(day(51));
    expect(await shop.has(anna)).toMatchObject({ active: 0 });
    expect(await isWhole()).toBe(true);
  });

  test("moves nothing twice, however often its member is looked at", async () => {
    await open(AFTER_PURCHASE);
    const ben = await shop.newMember();
    await shop.buy(ben, 10_000);
    shop.setDay(day(3));
    await shop.buy(ben, 10_000);
    const [before] = await shop.query("select batch_id, hash from points.head");
    await shop.look(ben);
    await shop.look(ben);
    expect(await shop.query("select batch_id, hash from points.head")).toEqual([before]);
    expect(await movesOf(ben)).toHaveLength(1);
  });

  test("counts by its own day when it comes late, and never moves a last day back", async () => {
    await open(AFTER_PURCHASE);
    const carl = await shop.newMember();
    await shop.buy(carl, 10_000);
    shop.setDay(day(29));
    await shop.buy(carl, 1_000, day(10));
    expect(await lastDays(carl)).toEqual([day(40), day(40)]);
    await shop.buy(carl, 1_000, day(5));
    expect(await lastDays(carl)).toEqual([day(40), day(40), day(40)]);
  });

  test("closes the gap that a later one could not bridge alone", async () => {
    await open(AFTER_PURCHASE);
    const dora = await shop.newMember();
    await shop.buy(dora, 10_000);
    shop.setDay(day(45));
    // too late for the points of the first day, which no midnight run has taken yet
    await shop.buy(dora, 1_000, day(40));
    expect(await lastDays(dora)).toEqual([day(30), day(70)]);
    await shop.buy(dora, 1_000, day(25));
    expect(await lastDays(dora)).toEqual([day(70), day(70), day(70)]);
  });

  test("that comes after the midnight run has taken points gives none of them back", async () => {
    await open(AFTER_PURCHASE);
    const emma = await shop.newMember();
    await shop.buy(emma, 10_000);
    await shop.goTo(day(31));
    await shop.buy(emma, 1_000, day(25));
    expect(
      await shop.query("select active, expired, last_day from points.lot where owner = $1 order by lot_id", [emma]),
    ).toEqual([
      { active: 0, expired: 100, last_day: day(30) },
      { active: 10, expired: 0, last_day: day(55) },
    ]);
    expect(await isWhole()).toBe(true);
  });

  test("is no activity for its return, and what it moved stays moved", async () => {
    await open(AFTER_PURCHASE);
    const finn = await shop.newMember();
    await shop.buy(finn, 10_000);
    shop.setDay(day(10));
    const second = await shop.buy(finn, 5_000);
    shop.setDay(day(25));
    await shop.refundLine(finn, second, 5_000);
    expect(await lastDays(finn)).toEqual([day(40)]);
    expect(await shop.has(finn)).toMatchObject({ active: 100 });
  });

  test("moves only points of this kind: those of a rule with its own expiry stay", async () => {
    await shop.clear();
    shop.setDay(START);
    const [first] = CLASSIC_POINTS.rules;
    if (first?.kind !== "amount") throw new Error("the classic programme begins with an amount rule");
    const fixed = { ...first, key: "fixed", expiry: { kind: "rolling" as const, days: 20 } };
    await shop.put({ ...tried(AFTER_PURCHASE), rules: [first, fixed] }, START);
    const gina = await shop.newMember();
    await shop.buy(gina, 10_000);
    shop.setDay(day(10));
    await shop.buy(gina, 10_000);
    expect((await lastDays(gina)).toSorted()).toEqual([day(20), day(30), day(40), day(40)]);
  });
});

test("a replay gives the same points whatever their expiry: it is of what is given, not of how long it lives", async () => {
  await open({ kind: "rolling", days: DAYS });
  const wanda = await shop.newMember();
  for (const on of [0, 10, 25]) await shop.line(await shop.order(wanda, day(on), 10_000), 10_000);
  shop.setDay(day(26));
  const wish = {
    draft: tried(AFTER_ANY),
    against: tried({ kind: "rolling", days: DAYS }),
    from_day: START,
    to_day: day(26),
  };
  const result = await replay(world().ground, wish, async () => true);
  expect(result).toMatchObject({ more: 0, less: 0, draft: result?.against });
  expect(result?.draft.points).toBeGreaterThanOrEqual(300);
});

describe("midnight", () => {
  test("first looks at what was bought until then, although nobody had told of it: nothing expires that an order keeps", async () => {
    await open(AFTER_PURCHASE);
    const [hans, ida] = [await shop.newMember(), await shop.newMember()];
    await shop.buy(hans, 10_000);
    await shop.buy(ida, 10_000);
    shop.setDay(day(30));
    const order_id = await shop.order(hans, day(30), 1_000);
    await shop.line(order_id, 1_000);
    await shop.goTo(day(31));
    expect(await shop.has(hans)).toMatchObject({ active: 110 });
    expect(await shop.has(ida)).toMatchObject({ active: 0 });
  });

  test("after days of outage gives the same as midnight of every day", async () => {
    const outcomes: unknown[] = [];
    for (const steps of [[31, 36, 60, 66], [66]]) {
      await open(AFTER_PURCHASE);
      const [jan, kim] = [await shop.newMember(), await shop.newMember()];
      for (const number of [jan, kim]) await shop.buy(number, 10_000);
      for (const [number, on] of [
        [jan, day(28)],
        [jan, day(55)],
        [kim, day(35)],
      ] as const)
        await shop.line(await shop.order(number, on, 1_000), 1_000);
      for (const to of steps) {
        shop.setDay(day(to));
        if (steps.length > 1) await shop.look(jan, kim);
        await turnDay(world().ground, day(to));
        await shop.look(jan, kim);
        await turnDay(world().ground, day(to));
      }
      outcomes.push([await shop.has(jan), await shop.has(kim), await lastDays(jan), await lastDays(kim)]);
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(outcomes[0]).toEqual([
      { pending: 0, active: 120, owed: 0 },
      { pending: 0, active: 0, owed: 0 },
      [day(85), day(85), day(85)],
      [],
    ]);
  });

  test("waits for records that came before it and are not applied yet", async () => {
    await open(AFTER_PURCHASE);
    const lea = await shop.newMember();
    await shop.buy(lea, 10_000);
    shop.setDay(day(31));
    const before = new Date(startOfDay(day(31), world().ground.config.timezone).getTime() - 1_000);
    await shop.query(
      `insert into ingest.inbox (source_id, protocol, received_at, accepted, duplicates, rejected, bytes, state)
       values (1, 'records', $1, 1, 0, 0, 10, 'received')`,
      [before],
    );
    await turnDay(world().ground, day(31));
    expect(await shop.has(lea)).toMatchObject({ active: 100 });
    await shop.query("update ingest.inbox set state = 'applied'");
    await turnDay(world().ground, day(31));
    expect(await shop.has(lea)).toMatchObject({ active: 0 });
  });
});

describe("spending", () => {
  test("moves the last day where the rules say so, of what is left and in the same moment; points taken by hand do not", async () => {
    await open(AFTER_ANY);
    const mia = await shop.newMember();
    await shop.buy(mia, 10_000);
    shop.setDay(day(10));
    await submit({ type: "spend", wallet: [mia], points: 10, reference: "adjust:by hand" });
    expect(await lastDays(mia)).toEqual([day(30)]);
    await submit({ type: "spend", wallet: [mia], points: 10, reference: "redeem:tea" });
    expect(await lastDays(mia)).toEqual([day(40)]);
    expect(await movesOf(mia)).toEqual([
      expect.objectContaining({ activity: "spend", activity_day: day(10), reference: "redeem:tea" }),
    ]);
    await shop.look(mia);
    expect(await movesOf(mia)).toHaveLength(1);
    expect(await isWhole()).toBe(true);
  });

  test("does not, where the rules say purchases", async () => {
    await open(AFTER_PURCHASE);
    const nora = await shop.newMember();
    await shop.buy(nora, 10_000);
    shop.setDay(day(10));
    await submit({ type: "spend", wallet: [nora], points: 10, reference: "redeem:tea" });
    await shop.look(nora);
    expect(await lastDays(nora)).toEqual([day(30)]);
  });

  test("by a hold counts when the hold is posted, for all numbers of the member", async () => {
    await open(AFTER_ANY);
    const [olga, paul] = [await shop.newMember(), await shop.newMember()];
    await shop.buy(olga, 10_000);
    await shop.buy(paul, 10_000);
    shop.setDay(day(10));
    const until_at = new Date(world().ground.clock.now().getTime() + 600_000);
    const held = await submit({ type: "hold", wallet: [olga, paul], points: 10, reference: "redeem:cart", until_at });
    expect([await lastDays(olga), await lastDays(paul)]).toEqual([[day(30)], [day(30)]]);
    await submit({ type: "post", hold_id: held.hold_id ?? 0 });
    expect([await lastDays(olga), await lastDays(paul)]).toEqual([[day(40)], [day(40)]]);
  });

  test("that is returned goes back to its own lot, which is as old as if it had never been empty", async () => {
    await open(AFTER_PURCHASE);
    const quin = await shop.newMember();
    await shop.buy(quin, 10_000);
    await submit({ type: "spend", wallet: [quin], points: 100, reference: "redeem:sofa" });
    shop.setDay(day(20));
    await shop.buy(quin, 1_000);
    shop.setDay(day(45));
    const back = { type: "return_spent", reference: "redeem:sofa", grace_last_day: day(99) } as const;
    await submit({ ...back, points: 60, wallet: [quin] });
    expect(await lastDays(quin)).toEqual([day(50), day(50)]);
    // without another order the lot would be over by now: what comes back then lives its days of grace
    shop.setDay(day(51));
    await submit({ ...back, points: 40, wallet: [quin] });
    expect(await lastDays(quin)).toEqual([day(50), day(50), day(99)]);
    expect(await isWhole()).toBe(true);
  });
});

describe("members", () => {
  test("who are joined keep each other's points alive; a split takes nothing back", async () => {
    await open(AFTER_PURCHASE);
    const [rita, sven] = [await shop.newMember(), await shop.newMember()];
    await shop.buy(rita, 10_000);
    shop.setDay(day(10));
    await shop.buy(sven, 10_000);
    const both = [
      [rita, rita],
      [sven, rita],
    ] as const;
    await shop.identities(new Map(both), new Map());
    await shop.look(rita, sven);
    expect([await lastDays(rita), await lastDays(sven)]).toEqual([[day(40)], [day(40)]]);
    const apart = [
      [rita, rita],
      [sven, sven],
    ] as const;
    await shop.identities(new Map(apart), new Map());
    shop.setDay(day(20));
    await shop.buy(sven, 1_000);
    await shop.look(rita);
    expect([await lastDays(rita), await lastDays(sven)]).toEqual([[day(40)], [day(50), day(50)]]);
  });

  test("who are given points have them with the last day they have, and keep them alive from then on", async () => {
    await open(AFTER_PURCHASE);
    const [tina, udo] = [await shop.newMember(), await shop.newMember()];
    await shop.buy(tina, 10_000);
    shop.setDay(day(5));
    await shop.buy(udo, 1_000);
    shop.setDay(day(10));
    await submit({ type: "transfer", wallet: [tina], to: udo, points: 40, reference: "transfer:1:2" });
    await shop.look(udo);
    expect(await lastDays(udo)).toEqual([day(35), day(30)]);
    await shop.buy(udo, 1_000);
    await shop.buy(tina, 1_000, day(6));
    expect(await lastDays(udo)).toEqual([day(40), day(40), day(40)]);
    expect(await lastDays(tina)).toEqual([day(36), day(36)]);
    expect(await isWhole()).toBe(true);
  });
});

describe("what moved a last day", () => {
  const harmed = (sql: string) => asSuperuser(world().composition.databases.admin_url, (client) => client.query(sql));
  const found = async () =>
    (await verifyLedger(world().ground.store)).findings.filter(({ wrong }) => wrong > 0).map(({ check }) => check);

  test("is never changed by the application, and what is changed by whoever can is found", async () => {
    await open(AFTER_PURCHASE);
    const vera = await shop.newMember();
    await shop.buy(vera, 10_000);
    shop.setDay(day(3));
    await shop.buy(vera, 1_000);
    await expect(shop.query("delete from points.expiry_move")).rejects.toThrow(/never changed/);
    const change = (by: string) =>
      `set session_replication_role = replica; update points.expiry_move set activity_day = activity_day ${by} 1 where owner = ${vera}`;
    await harmed(change("+"));
    expect(await found()).toEqual(["hash"]);
    await harmed(change("-"));
    await harmed(`update points.lot set last_day = last_day + 1 where owner = ${vera}`);
    expect(await found()).toEqual(["expiry"]);
    await harmed(`update points.lot set last_day = last_day - 1 where owner = ${vera}`);
    expect(await found()).toEqual([]);
  });
});
