import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { PointsShop } from "../../../tests/support/points-shop.ts";
import { GROWTH_POINTS } from "../../../definitions/points/growth.ts";
import { addDays } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { ledgerOf, verifyLedger } from "../index.ts";
import type { EarnRule, Programme } from "./programme.ts";
import { settleEarnings } from "./settle.ts";
import { markEarning } from "./settle-store.ts";

const world = withDatabase();
const START = "2026-03-01";
let shop: PointsShop;

const amount: EarnRule = {
  kind: "amount",
  key: "per_yuan",
  zh: "消费积分",
  en: "Points for spending",
  points: 1,
  per_minor: 100,
  rounding: "down_per_order",
};
const tried = (rules: readonly EarnRule[], more: Partial<Programme> = {}): Programme => ({
  ...GROWTH_POINTS,
  key: "tried",
  notice_days: 0,
  pending_days: 7,
  expiry: { kind: "rolling", months: 12 },
  ...more,
  rules: [...rules],
});

const put = (definition: Programme, from_day: string) => shop.put(definition, from_day);

beforeAll(() => {
  shop = new PointsShop(world());
});

/** A shop on its first day under these rules. */
async function open(rules: readonly EarnRule[], more: Partial<Programme> = {}): Promise<void> {
  await shop.clear();
  shop.setDay(START);
  await put(tried(rules, more), START);
}

const isWhole = async () => (await verifyLedger(world().ground.store)).ok;

describe("an order", () => {
  test("earns once, pending until the return window closes, however often it is looked at", async () => {
    await open([amount]);
    const anna = await shop.newMember();
    await shop.buy(anna, 12_350);
    await shop.look(anna);
    expect(await shop.has(anna)).toEqual({ pending: 123, active: 0, owed: 0 });
    await shop.goTo(addDays(START, 7));
    expect(await shop.has(anna)).toEqual({ pending: 0, active: 123, owed: 0 });
    const [lot] = await shop.query("select last_day, reference from points.lot where owner = $1", [anna]);
    expect(lot).toMatchObject({ last_day: "2027-03-07", reference: expect.stringMatching(/^order:\d+:per_yuan:\d+$/) });
    await shop.goTo("2027-03-08");
    expect(await shop.has(anna)).toEqual({ pending: 0, active: 0, owed: 0 });
  });

  test("of a till that was offline earns later by the day it was made: by its rules, with its waiting and its expiry", async () => {
    await open([amount]);
    await shop.goTo(addDays(START, 2));
    await put(tried([{ ...amount, points: 2 }]), addDays(START, 3));
    await shop.goTo(addDays(START, 9));
    const lena = await shop.newMember();
    const order_id = await shop.buy(lena, 10_000, addDays(START, 1));
    await shop.look(lena);
    expect(await shop.has(lena)).toEqual({ pending: 0, active: 100, owed: 0 });
    const lots = await shop.query("select points, last_day, reference from points.lot where owner = $1", [lena]);
    expect(lots).toEqual([
      { points: 100, last_day: "2027-03-08", reference: expect.stringContaining(`order:${order_id}:`) },
    ]);
    await shop.buy(lena, 10_000);
    expect(await shop.has(lena)).toEqual({ pending: 200, active: 100, owed: 0 });
    expect(await isWhole()).toBe(true);
  });

  test("that is returned in parts takes back to the point: from pending, from active, then as a debt that the next pays", async () => {
    await open([amount], { pending_days: 0 });
    const ben = await shop.newMember();
    const first = await shop.buy(ben, 10_000);
    await shop.refundLine(ben, first, 3_333);
    expect(await shop.has(ben)).toEqual({ pending: 0, active: 66, owed: 0 });
    await ledgerOf(world().ground).submit({
      key: `gift ${ben}`,
      command: { type: "spend", wallet: [ben], points: 60, reference: `gift ${ben}` },
    });
    await shop.refundLine(ben, first, 10_000);
    expect(await shop.has(ben)).toEqual({ pending: 0, active: 0, owed: 60 });
    await shop.buy(ben, 7_000);
    expect(await shop.has(ben)).toEqual({ pending: 0, active: 10, owed: 0 });
    // a refund that was a mistake is taken back
    await shop.refundLine(ben, first, 0);
    expect(await shop.has(ben)).toEqual({ pending: 0, active: 110, owed: 0 });
    expect(await isWhole()).toBe(true);
  });

  test("that turns out to be somebody else's moves its points", async () => {
    await open([amount], { pending_days: 0 });
    const [carl, dora] = [await shop.newMember(), await shop.newMember()];
    const one = await shop.buy(carl, 5_000);
    await shop.query("update trade.sales_order set party_id = $2 where order_id = $1", [one, dora]);
    await shop.look(carl);
    await shop.look(dora);
    expect(await shop.has(carl)).toMatchObject({ active: 0, owed: 0 });
    expect(await shop.has(dora)).toMatchObject({ active: 50, owed: 0 });
    await shop.query("delete from trade.sales_order where order_id = $1", [one]);
    await shop.look(dora);
    expect(await shop.has(dora)).toMatchObject({ active: 0, owed: 0 });
  });

  test("keeps the terms, the tier and the birthday it was judged by", async () => {
    const twice: EarnRule = {
      kind: "multiplier",
      key: "gold",
      zh: "金卡双倍",
      en: "Double for gold",
      percent: 200,
      when: { tiers: ["gold"] },
    };
    await open([amount, twice], { pending_days: 0 });
    const emma = await shop.newMember();
    await shop.query(
      `insert into tiers.history (member_id, ladder, version, to_tier, direction, day, at, reason, evidence)
       values ($1, 'growth', 1, 'gold', 1, $2, now(), 'earned', '{}')`,
      [emma, START],
    );
    const old = await shop.buy(emma, 10_000);
    expect(await shop.has(emma)).toMatchObject({ active: 200 });
    shop.setDay(addDays(START, 10));
    await put(tried([{ ...amount, points: 5 }], { pending_days: 0 }), addDays(START, 10));
    await shop.query("update tiers.history set to_tier = 'ordinary' where member_id = $1", [emma]);
    await shop.refundLine(emma, old, 5_000);
    expect(await shop.has(emma)).toMatchObject({ active: 100 });
    await shop.buy(emma, 1_000);
    expect(await shop.has(emma)).toMatchObject({ active: 150 });
  });

  test("from before the programme, of a staff account or in the future earns nothing", async () => {
    await open([amount], { pending_days: 0 });
    const finn = await shop.newMember();
    await shop.buy(finn, 10_000, addDays(START, -1));
    await shop.buy(finn, 10_000, addDays(START, 3));
    expect(await shop.has(finn)).toMatchObject({ active: 0 });
    await shop.goTo(addDays(START, 3));
    await shop.look(finn);
    expect(await shop.has(finn)).toMatchObject({ active: 100 });
    await shop.query("update members.profile set is_staff = true where member_id = $1", [finn]);
    await shop.look(finn);
    expect(await shop.has(finn)).toMatchObject({ active: 0, owed: 0 });
  });
});

describe("limits", () => {
  test("of a day and a month cut what a rule gives; a refund frees what it had used", async () => {
    await open([{ ...amount, caps: { member_day: 100, member_month: 150 } }], { pending_days: 0 });
    const gina = await shop.newMember();
    const first = await shop.buy(gina, 8_000);
    await shop.buy(gina, 8_000);
    expect(await shop.has(gina)).toMatchObject({ active: 100 });
    shop.setDay(addDays(START, 1));
    await shop.buy(gina, 20_000);
    expect(await shop.has(gina)).toMatchObject({ active: 150 });
    await shop.refundLine(gina, first, 8_000);
    // of the first day's 100, 80 are free: the second order has them, and the next day's what the month still allows
    expect((await shop.has(gina))?.active).toBe(150);
    const used = await shop.query("select period, used from points.cap_use where owner = $1 order by period", [gina]);
    expect(used).toEqual([
      { period: "2026-03", used: 150 },
      { period: "2026-03-01", used: 80 },
      { period: "2026-03-02", used: 70 },
    ]);
  });

  test("are constraints: the database refuses more than a limit, whatever was computed", async () => {
    await expect(
      shop.query("insert into points.cap_use (owner, rule, period, used, cap) values (9999, 'x', 'ever', 11, 10)"),
    ).rejects.toThrow("cap_kept");
  });

  test("a budget that is used up refuses in words, and pays once it is filled again; what is taken back returns to it", async () => {
    await open([{ ...amount, budget: "spring" }], { pending_days: 0 });
    const { ground } = world();
    await shop.query(
      "insert into points.account (kind, name, floor) values ('budget', 'spring', 0) on conflict do nothing",
    );
    const fund = (points: number, key: string) =>
      ledgerOf(ground).submit({ key, command: { type: "fund", budget: "spring", points, reference: "fund" } });
    await fund(50, "spring 1");
    const [hans, ida] = [await shop.newMember(), await shop.newMember()];
    const one = await shop.buy(hans, 4_000);
    await shop.buy(ida, 4_000);
    expect(await shop.has(hans)).toMatchObject({ active: 40 });
    expect(await shop.has(ida)).toMatchObject({ active: 0 });
    const [row] = await shop.query("select points, wanted, refused from points.earning where owner = $1", [ida]);
    expect(row).toEqual({ points: 0, wanted: 40, refused: "points.budget_exhausted" });
    await shop.refundLine(hans, one, 4_000);
    await shop.look(ida);
    expect(await shop.has(ida)).toMatchObject({ active: 40 });
    const [left] = await shop.query<{ balance: number }>("select balance from points.account where name = 'spring'");
    expect(left?.balance).toBe(10);
    expect(await isWhole()).toBe(true);
  });
});

describe("members who are joined", () => {
  test("have the tier of the number they go by, whatever a joined number was placed at", async () => {
    const gold: EarnRule = {
      kind: "multiplier",
      key: "gold",
      zh: "金卡双倍",
      en: "Double for gold",
      percent: 200,
      when: { tiers: ["gold"] },
    };
    await open([amount, gold], { pending_days: 0 });
    const [lea, mia] = [await shop.newMember(), await shop.newMember()];
    const placed = async (number: number, tier: string, day: string) =>
      shop.query(
        `insert into tiers.history (member_id, ladder, version, to_tier, direction, day, at, reason, evidence)
         values ($1, 'growth', 1, $2, 1, $3, now(), 'earned', '{}')`,
        [number, tier, day],
      );
    await placed(lea, "gold", START);
    await placed(mia, "ordinary", addDays(START, 1));
    const ids = [
      [lea, lea],
      [mia, lea],
    ] as const;
    await shop.identities(new Map(ids), new Map());
    shop.setDay(addDays(START, 2));
    await shop.buy(mia, 10_000);
    expect(await shop.has(mia)).toMatchObject({ active: 200 });
  });

  test("share a limit from then on, and lose nothing that they had", async () => {
    await open([{ ...amount, caps: { member_month: 100 } }], { pending_days: 0 });
    const [jan, kim] = [await shop.newMember(), await shop.newMember()];
    await shop.buy(jan, 7_000);
    await shop.buy(kim, 8_000);
    await shop.identities(
      new Map([
        [jan, jan],
        [kim, jan],
      ]),
      new Map(),
    );
    await shop.buy(kim, 5_000);
    expect([(await shop.has(jan))?.active, (await shop.has(kim))?.active]).toEqual([70, 80]);
  });
});

test("two processes that settle at the same time settle once", async () => {
  await open([amount], { pending_days: 0 });
  const { ground } = world();
  const people = [await shop.newMember(), await shop.newMember(), await shop.newMember()];
  for (const number of people) {
    const order_id = await shop.order(number, shop.today(), 1_000);
    await shop.line(order_id, 1_000);
  }
  const party_ids = [...people, ...people];
  await ground.store.write(SYSTEM_SCOPE, (tx) => markEarning(tx, { party_ids }, ground.clock.now()));
  await Promise.all(Array.from({ length: 8 }, () => settleEarnings(ground)));
  await settleEarnings(ground);
  for (const number of people) expect(await shop.has(number)).toMatchObject({ active: 10 });
  expect(await isWhole()).toBe(true);
});
