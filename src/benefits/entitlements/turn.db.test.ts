import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BenefitShop, giftOf, tiersOf } from "../../../tests/support/benefit-shop.ts";
import { CouponShop, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { ledgerOf } from "../../points/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { BIRTHDAY_GIFT } from "../../../definitions/benefits/benefits.ts";
import { dueToday, turnNext } from "./turn.ts";

const world = withDatabase();
let shop: BenefitShop;
let keys = 0;
const key = () => `b${(keys += 1)}`;
const periods = async (benefit: string) =>
  (await shop.entitled(benefit)).map((one) => [one.owner, one.period, one.due_day]);

beforeAll(() => {
  shop = new BenefitShop(world());
});

beforeEach(async () => {
  await shop.forget();
  shop.setDay("2026-11-10");
  await shop.ladder();
  for (const number of [1, 2, 3]) await shop.member(number, "2025-01-01");
});

describe("each rhythm, worked out", () => {
  test("once: on the day the tier is entered, again never, whatever the tier does", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { rhythm: { kind: "once" }, audience: tiersOf("gold"), usable_days: 10 }));
    await shop.work();
    expect(await periods(benefit)).toEqual([]);
    await shop.tier(1, "gold");
    await shop.told(1);
    await shop.work("2026-11-11");
    await shop.tier(1, "ordinary");
    await shop.work("2026-12-01");
    await shop.tier(1, "gold");
    await shop.told(1);
    await shop.work("2027-01-01");
    expect(await shop.entitled(benefit)).toMatchObject([
      { owner: 1, period: "once", due_day: "2026-11-10", state: "expired", reason: "not_collected" },
    ]);
  });

  test("monthly: on the first for whoever is in the tier, on the day itself for whoever comes later", async () => {
    const benefit = key();
    await shop.tier(1, "gold");
    await shop.publish(giftOf(benefit, { audience: tiersOf("gold") }));
    await shop.work();
    await shop.work("2026-12-01");
    await shop.work("2026-12-15");
    await shop.tier(2, "gold");
    await shop.told(2);
    await shop.work("2027-01-01");
    expect(await periods(benefit)).toEqual([
      [1, "2026-11", "2026-11-10"],
      [1, "2026-12", "2026-12-01"],
      [2, "2026-12", "2026-12-15"],
      [1, "2027-01", "2027-01-01"],
      [2, "2027-01", "2027-01-01"],
    ]);
  });

  test("quarterly: once in each quarter", async () => {
    const benefit = key();
    await shop.tier(1, "gold");
    await shop.publish(giftOf(benefit, { audience: tiersOf("gold"), rhythm: { kind: "quarterly" } }));
    for (const day of ["2026-11-10", "2026-12-31", "2027-01-01", "2027-03-31", "2027-04-01"]) await shop.work(day);
    expect(await periods(benefit)).toEqual([
      [1, "2026-Q4", "2026-11-10"],
      [1, "2027-Q1", "2027-01-01"],
      [1, "2027-Q2", "2027-04-01"],
    ]);
  });

  test("birthday on its day, within days of it, in its month; a window over New Year is one birthday's", async () => {
    const [day, around, month] = [key(), key(), key()];
    const windows = { [day]: "day", [around]: { days_around: 3 }, [month]: "month" } as const;
    for (const [benefit, window] of Object.entries(windows))
      await shop.publish(giftOf(benefit, { rhythm: { kind: "birthday", window } }));
    await shop.born(1, "01-02");
    await shop.born(2, "12-31");
    await shop.work("2027-01-31");
    expect(await periods(day)).toEqual([
      [2, "birthday 2026", "2026-12-31"],
      [1, "birthday 2027", "2027-01-02"],
    ]);
    expect(await periods(around)).toEqual([
      [2, "birthday 2026", "2026-12-28"],
      [1, "birthday 2027", "2026-12-30"],
    ]);
    expect(await periods(month)).toEqual([
      [2, "birthday 2026", "2026-12-01"],
      [1, "birthday 2027", "2027-01-01"],
    ]);
  });

  test("29 February is 1 March in other years; a lunar birthday is found on its day of each year", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { rhythm: { kind: "birthday", window: "day" } }));
    await shop.born(1, "02-29");
    // lunar new year's day: 2027-02-06, 2028-01-26
    await shop.born(2, "01-01");
    await shop.query("insert into benefits.lunar_birthday (owner, said_at) values (2, now())");
    await shop.work("2027-06-01");
    await shop.work("2028-06-01");
    expect(await periods(benefit)).toEqual([
      [2, "birthday 2027", "2027-02-06"],
      [1, "birthday 2027", "2027-03-01"],
      [2, "birthday 2028", "2028-01-26"],
      [1, "birthday 2028", "2028-02-29"],
    ]);
  });
});

describe("one birthday gift a year", () => {
  test("after a correction within the year, and over New Year, where the second is listed with its reason", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { rhythm: { kind: "birthday", window: "day" } }));
    await shop.born(1, "11-20");
    await shop.work("2026-11-20");
    await shop.born(1, "12-24");
    await shop.work("2026-12-24");
    expect(await periods(benefit)).toEqual([[1, "birthday 2026", "2026-11-20"]]);
    await shop.born(1, "01-03");
    await shop.work("2027-01-03");
    expect(await shop.entitled(benefit)).toMatchObject([
      { period: "birthday 2026", state: "expired" },
      { period: "birthday 2027", state: "failed", reason: "birthday_moved" },
    ]);
    await shop.work("2028-01-03");
    expect(await periods(benefit)).toHaveLength(3);
  });

  test("after a join, whichever number had it; and where both were due when they were joined, one is given", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { rhythm: { kind: "birthday", window: "month" } }));
    await shop.born(1, "11-20");
    await shop.work();
    const joined = new Map([
      [1, 2],
      [2, 2],
      [3, 3],
    ]);
    const days = new Map([1, 2, 3].map((number) => [number, "2025-01-01"]));
    await shop.identities(joined, days);
    await shop.born(2, "11-21");
    await shop.work("2026-11-21");
    expect(await periods(benefit)).toEqual([[1, "birthday 2026", "2026-11-10"]]);

    await shop.identities(
      new Map([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
      days,
    );
    for (const number of [1, 2]) await shop.born(number, "12-05");
    shop.setDay("2026-12-05");
    await shop.query("delete from benefits.entitlement");
    await shop.tiersTurned();
    while (await turnNext(world().ground));
    await shop.identities(joined, days);
    await shop.work();
    expect(await shop.entitled(benefit)).toMatchObject([
      { owner: 1, state: "granted" },
      { owner: 2, state: "failed", reason: "given_already" },
    ]);
  });
});

describe("the turn", () => {
  test("waits for the tiers, and then makes up for every day by the tier of that day", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { audience: tiersOf("gold") }));
    await shop.work();
    shop.setDay("2026-11-20");
    await shop.tiersTurned();
    await shop.tier(1, "gold");
    // down for weeks: gold on 1 December, no longer on 2 December
    shop.setDay("2026-12-02");
    await shop.tier(1, "ordinary");
    shop.setDay("2026-12-20");
    expect(await turnNext(world().ground)).toBe(false);
    expect(await shop.told(1)).toBeUndefined();
    expect(await shop.entitled(benefit)).toEqual([]);
    await shop.work();
    expect(await periods(benefit)).toEqual([
      [1, "2026-11", "2026-11-20"],
      [1, "2026-12", "2026-12-01"],
    ]);
  });

  test("staff, tests and wholesale are due nothing; nor is whoever joined later", async () => {
    const benefit = key();
    await shop.query("update members.profile set is_staff = true where member_id = 1");
    await shop.member(4, "2026-11-12");
    await shop.publish(giftOf(benefit));
    await shop.work();
    await shop.work("2026-11-12");
    expect(await periods(benefit)).toEqual([
      [2, "2026-11", "2026-11-10"],
      [3, "2026-11", "2026-11-10"],
      [4, "2026-11", "2026-11-12"],
    ]);
  });

  test("another ladder in force: tiers of the same name are not meant", async () => {
    const benefit = key();
    await shop.tier(1, "gold");
    await shop.publish(giftOf(benefit, { audience: { kind: "tiers", of: [{ ladder: "classic", tiers: ["gold"] }] } }));
    await shop.work();
    expect(await shop.entitled(benefit)).toEqual([]);
  });

  test("a new version holds from its day, and what was made keeps its own", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { audience: tiersOf("gold") }));
    await shop.tier(1, "gold");
    await shop.work();
    await shop.publish(giftOf(benefit));
    await shop.work();
    const versions = await shop.query("select owner, version from benefits.entitlement where benefit = $1 order by 1", [
      benefit,
    ]);
    expect(versions).toEqual([
      { owner: 1, version: 1 },
      { owner: 2, version: 2 },
      { owner: 3, version: 2 },
    ]);
    await expect(
      shop.query("update benefits.benefit_version set first_day = '2020-01-01' where benefit = $1", [benefit]),
    ).rejects.toThrow(/never changed/);
  });

  test("16 processes at once make and give each once", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { give: { kind: "points", points: 7, valid_days: 30 } }));
    const { ground } = world();
    await Promise.all(
      Array.from({ length: 16 }, async (_, at) => {
        if (at % 2 === 0) await shop.work();
        else await ground.store.write(SYSTEM_SCOPE, (tx) => dueToday(tx, ground, [1, 2, 3]));
      }),
    );
    await shop.work();
    expect((await shop.entitled(benefit)).map((one) => [one.owner, one.state])).toEqual(
      expect.arrayContaining([
        [1, "fulfilled"],
        [2, "fulfilled"],
        [3, "fulfilled"],
      ]),
    );
    const [lots] = await shop.query("select count(*)::int as lots from points.lot where reference like $1", [
      `benefit:${benefit}:%`,
    ]);
    expect(lots).toEqual({ lots: 3 });
  });
});

describe("giving", () => {
  test("a coupon from the newest open batch; without one it is listed, and given when there is one", async () => {
    const benefit = key();
    const coupons = new CouponShop(world());
    const definition = yuanOff(500 + keys);
    const small = await coupons.batch(definition, { number: 2 });
    await shop.publish(giftOf(benefit, { give: { kind: "coupon", coupon: definition.key }, usable_days: 30 }));
    await shop.work();
    expect((await shop.entitled(benefit)).map((one) => [one.state, one.reason])).toEqual([
      ["fulfilled", null],
      ["fulfilled", null],
      ["failed", "coupon_refused"],
    ]);
    expect(await coupons.figures(small)).toMatchObject({ made: 2 });
    const large = await coupons.batch(definition);
    await shop.work("2026-11-11");
    expect((await shop.entitled(benefit)).map((one) => one.state)).toEqual(Array(3).fill("fulfilled"));
    expect(await coupons.figures(large)).toMatchObject({ made: 1 });
  });

  test("points of a budget: what it cannot pay is listed, and tried again while the period lasts", async () => {
    const benefit = key();
    await shop.query("insert into points.account (kind, name, balance, floor) values ('budget', $1, 0, 0)", [benefit]);
    const fund = (points: number) =>
      ledgerOf(world().ground).submit({
        key: `fund ${benefit} ${points}`,
        command: { type: "fund", budget: benefit, points, reference: "fund" },
      });
    await fund(25);
    await shop.publish(giftOf(benefit, { give: { kind: "points", points: 10, valid_days: null, budget: benefit } }));
    await shop.work();
    expect((await shop.entitled(benefit)).map((one) => [one.state, one.reason])).toEqual([
      ["fulfilled", null],
      ["fulfilled", null],
      ["failed", "budget_exhausted"],
    ]);
    await fund(5);
    await shop.work("2026-11-11");
    expect((await shop.entitled(benefit)).map((one) => one.state)).toEqual(Array(3).fill("fulfilled"));
    expect(await shop.query("select balance from points.account where name = $1", [benefit])).toEqual([{ balance: 0 }]);
  });

  test("a rule of the points programme that is not in force is listed, not promised", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { give: { kind: "points_rule", rule: "birthday" } }));
    await shop.work();
    expect((await shop.entitled(benefit))[0]).toMatchObject({ state: "failed", reason: "rule_missing" });
  });

  test("what had its days while nobody ran is listed; a gift with days of its own has them from now", async () => {
    const [window, own] = [key(), key()];
    await shop.publish(giftOf(window, { rhythm: { kind: "birthday", window: "day" } }));
    await shop.publish(giftOf(own, { rhythm: { kind: "birthday", window: "day" }, usable_days: 14 }));
    await shop.born(1, "11-15");
    await shop.work();
    await shop.work("2026-11-20");
    expect((await shop.entitled(window))[0]).toMatchObject({ state: "failed", reason: "too_late" });
    expect((await shop.entitled(own))[0]).toMatchObject({
      state: "granted",
      due_day: "2026-11-15",
      last_day: "2026-12-03",
    });
  });

  test("whoever has not fetched it is told of once, so many days before the end", async () => {
    const benefit = key();
    await shop.publish(giftOf(benefit, { ...BIRTHDAY_GIFT, key: benefit, audience: { kind: "everyone" } }));
    await shop.born(1, "11-20");
    await shop.work();
    const reminders = () =>
      shop.query("select payload from store.outbox where type = 'benefits.reminder' and payload::text like $1", [
        `%"${benefit}"%`,
      ]);
    await shop.work("2026-11-22");
    expect(await reminders()).toEqual([]);
    await shop.work("2026-11-23");
    await shop.work("2026-11-24");
    expect(await reminders()).toHaveLength(1);
  });
});
