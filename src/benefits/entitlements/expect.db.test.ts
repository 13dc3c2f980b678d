import { beforeAll, describe, expect, test } from "vitest";
import { BenefitShop, giftOf, tiersOf } from "../../../tests/support/benefit-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { addDays } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import type { BenefitDefinition } from "./benefit.ts";
import { publishBenefit, saveBenefit } from "./benefits.ts";
import { calendar, CALENDAR_DAYS, expectedOf } from "./expect.ts";

const world = withDatabase();
const FIRST = "2026-11-10";
const MEMBERS = 60;
const TIERS = ["ordinary", "gold", "platinum", "diamond"] as const;
let shop: BenefitShop;

const months = ["2026-11", "2026-12", "2027-01"];
/** Birthdays around the days ahead, on 29 February, of the lunar calendar, and none. */
const birthdayOf = (number: number): `${string}-${string}` | null => {
  if (number % 9 === 0) return null;
  if (number % 7 === 0) return "02-29";
  const month = months[number % 3]?.slice(5) ?? "11";
  return `${month}-${String(1 + ((number * 7) % 28)).padStart(2, "0")}`;
};

const BENEFITS: readonly BenefitDefinition[] = [
  giftOf("monthly", { audience: tiersOf("gold", "diamond"), cost_minor: 100 }),
  giftOf("quarter", { rhythm: { kind: "quarterly" }, give: { kind: "points", points: 20, valid_days: null } }),
  giftOf("day", { rhythm: { kind: "birthday", window: { days_around: 3 } }, audience: tiersOf("platinum", "diamond") }),
  giftOf("month", { rhythm: { kind: "birthday", window: "month" } }),
  giftOf("right", { rhythm: { kind: "once" }, give: { kind: "right", right: "r" } }),
  giftOf("later", { rhythm: { kind: "monthly" } }),
];

async function publish(definition: BenefitDefinition, first_day: string): Promise<void> {
  const { ground } = world();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await saveBenefit(tx, definition, { origin: "console", person_id: null, now: ground.clock.now() });
    await publishBenefit(tx, ground, definition.key, { person_id: null, first_day, last_day: null });
  });
}

beforeAll(async () => {
  shop = new BenefitShop(world());
  shop.setDay(FIRST);
  await shop.ladder();
  for (let number = 1; number <= MEMBERS; number++) {
    await shop.member(number, "2025-01-01");
    await shop.tier(number, TIERS[number % TIERS.length] ?? "ordinary");
    await shop.born(number, birthdayOf(number));
    if (number % 5 === 0) await shop.query("insert into benefits.lunar_birthday values ($1, null, now())", [number]);
  }
  await shop.query("update members.profile set is_staff = true where member_id = 8");
  for (const benefit of BENEFITS) await publish(benefit, benefit.key === "later" ? addDays(FIRST, 20) : FIRST);
  // a version that follows within the days ahead is for others
  await publish(giftOf("monthly", { audience: tiersOf("diamond", "platinum"), cost_minor: 300 }), addDays(FIRST, 30));
});

interface Made {
  readonly benefit: string;
  readonly owner: number;
  readonly period: string;
  readonly due_day: string;
  readonly last_day: string | null;
}
const made = (): Promise<Made[]> =>
  shop.query(
    "select benefit, owner, period, due_day, last_day from benefits.entitlement where state <> 'failed' order by due_day, benefit, owner",
  );

describe("what is expected", () => {
  test(`is what the turns of the ${CALENDAR_DAYS} days then make, day by day, and for each member first of all`, async () => {
    const { ground } = world();
    const read = <T>(ask: (tx: Parameters<typeof calendar>[0]) => Promise<T>) => ground.store.read(SYSTEM_SCOPE, ask);
    const ahead = await read((tx) => calendar(tx, ground, CALENDAR_DAYS));
    const expected = new Map<number, Awaited<ReturnType<typeof expectedOf>>>();
    for (let number = 1; number <= MEMBERS; number++)
      expected.set(number, await read((tx) => expectedOf(tx, ground, number)));
    for (let day = 0; day < CALENDAR_DAYS; day++) await shop.work(addDays(FIRST, day));
    const rows = await made();
    expect(rows.length).toBeGreaterThan(200);
    const counted = new Map<string, number>();
    for (const { benefit, due_day } of rows)
      counted.set(`${due_day} ${benefit}`, (counted.get(`${due_day} ${benefit}`) ?? 0) + 1);
    expect(new Map(ahead.map(({ day, benefit, members }) => [`${day} ${benefit}`, members]))).toEqual(counted);
    const last = addDays(FIRST, CALENDAR_DAYS - 1);
    for (let number = 1; number <= MEMBERS; number++) {
      const first = new Map<string, Made>();
      for (const row of rows) if (row.owner === number && !first.has(row.benefit)) first.set(row.benefit, row);
      const told = (expected.get(number) ?? []).filter(({ due_day }) => due_day <= last);
      expect([number, told.map(({ benefit, due_day, period }) => `${due_day} ${benefit} ${period}`).sort()]).toEqual([
        number,
        [...first.values()].map(({ benefit, due_day, period }) => `${due_day} ${benefit} ${period}`).sort(),
      ]);
    }
  });

  test("costs what the version of that day says: money, points, coupons", async () => {
    const { ground } = world();
    shop.setDay(FIRST);
    await shop.query("delete from benefits.entitlement");
    const ahead = await ground.store.read(SYSTEM_SCOPE, (tx) => calendar(tx, ground, CALENDAR_DAYS));
    const of = (benefit: string) => ahead.filter((one) => one.benefit === benefit);
    for (const { day, members, cost_minor } of of("monthly"))
      expect([day, cost_minor]).toEqual([day, members * (day >= addDays(FIRST, 30) ? 300 : 100)]);
    for (const { members, points, coupons } of of("quarter")) expect([points, coupons]).toEqual([members * 20, 0]);
    expect(of("quarter").map(({ day }) => day)).toEqual([FIRST, "2027-01-01"]);
    // nobody is due a right twice, nor after whoever is staff
    expect(of("right")).toMatchObject([{ day: FIRST, members: MEMBERS - 1 }]);
  });
});
