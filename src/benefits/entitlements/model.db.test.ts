import fc from "fast-check";
import { expect, test } from "vitest";
import { BenefitShop, giftOf, tiersOf } from "../../../tests/support/benefit-shop.ts";
import { CouponShop, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import type { Ground } from "../../ground.ts";
import { addDays } from "../../platform/index.ts";
import { verifyLedger } from "../../points/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import type { BenefitDefinition } from "./benefit.ts";
import { expireNext, grantNext, remindNext } from "./grant.ts";
import { dueToday, turnNext } from "./turn.ts";

/** 300 when they are asked for. */
const RUNS = process.env["HUITOU_SOAK"] === "1" ? 300 : process.env["HUITOU_LONG"] === "1" ? 12 : 8;
const FIRST_DAY = "2026-12-15";
const JOINED = "2025-01-01";
const NUMBERS = [1, 2, 3, 4];
const TIERS = ["ordinary", "gold", "platinum", "diamond"];
const BIRTHDAYS = ["02-29", "01-01", "12-31", "03-01", "01-20", "06-15"] as const;

const world = withDatabase();

type Step =
  | { readonly do: "tier"; readonly who: number; readonly tier: number }
  | { readonly do: "join"; readonly who: number; readonly to: number }
  | { readonly do: "split"; readonly who: number }
  | { readonly do: "born"; readonly who: number; readonly birthday: number }
  | { readonly do: "told"; readonly who: number }
  | { readonly do: "wait"; readonly days: number }
  | { readonly do: "work"; readonly kills: readonly number[] };

const who = fc.integer({ min: 0, max: NUMBERS.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("tier" as const), who, tier: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("join" as const), who, to: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("split" as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("born" as const), who, birthday: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("told" as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), days: fc.constantFrom(1, 1, 3, 10, 31) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("work" as const), kills: fc.array(fc.nat(40), { maxLength: 6 }) }),
  },
);

class Killed extends Error {}

/** A process that dies at the nth statement, or at the commit after it: nothing of its transaction stays. */
function mortal(ground: Ground, after: number): Ground {
  let left = after;
  const count = () => {
    left -= 1;
    if (left < 0) throw new Killed();
  };
  const dying = (tx: Tx): Tx =>
    new Proxy(tx, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          count();
          return (value as (...all: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const write: Ground["store"]["write"] = (scope, run) =>
    ground.store.write(scope, async (tx) => {
      const result = await run(dying(tx));
      count();
      return result;
    });
  return { ...ground, store: { ...ground.store, read: ground.store.read.bind(ground.store), write } };
}

/** In steps so small that a day takes many. */
async function work(ground: Ground): Promise<void> {
  for (let more = true; more; )
    more =
      (await turnNext(ground, 2)) ||
      (await grantNext(ground, 3)) > 0 ||
      (await expireNext(ground)) > 0 ||
      (await remindNext(ground)) > 0;
}

interface Rule {
  readonly definition: BenefitDefinition;
  readonly tiers: readonly string[];
  /** The period a day lies in for somebody of a birthday, by its plain meaning; null: in none. */
  period(day: string, birthday: string): { readonly name: string; readonly birthday: string | null } | null;
}

function birthdayOf(year: number, birthday: string): string {
  const day = `${year}-${birthday}`;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) ? day : `${year}-03-01`;
}
const apart = (a: string, b: string) => Math.abs(Date.parse(a) - Date.parse(b)) / 86_400_000;

function rulesOf(coupon: string): readonly Rule[] {
  const month = (day: string) => ({ name: day.slice(0, 7), birthday: null });
  const quarter = (day: string) => ({
    name: `${day.slice(0, 4)}-Q${Math.floor((Number(day.slice(5, 7)) + 2) / 3)}`,
    birthday: null,
  });
  const around = (day: string, birthday: string) => {
    const year = Number(day.slice(0, 4));
    const found = [year - 1, year, year + 1].find((of) => apart(birthdayOf(of, birthday), day) <= 3);
    return found === undefined ? null : { name: `birthday ${found}`, birthday: birthdayOf(found, birthday) };
  };
  return [
    {
      definition: giftOf("m_coupon", {
        rhythm: { kind: "quarterly" },
        audience: tiersOf("gold", "platinum"),
        give: { kind: "coupon", coupon },
      }),
      tiers: ["gold", "platinum"],
      period: quarter,
    },
    {
      definition: giftOf("m_points", {
        audience: tiersOf("platinum", "diamond"),
        give: { kind: "points", points: 5, valid_days: 60 },
        usable_days: 60,
      }),
      tiers: ["platinum", "diamond"],
      period: month,
    },
    {
      definition: giftOf("m_birthday", {
        rhythm: { kind: "birthday", window: { days_around: 3 } },
        audience: tiersOf("gold", "platinum", "diamond"),
        give: { kind: "points", points: 50, valid_days: null },
      }),
      tiers: ["gold", "platinum", "diamond"],
      period: around,
    },
    {
      definition: giftOf("m_right", {
        rhythm: { kind: "once" },
        audience: tiersOf("diamond"),
        give: { kind: "right", right: "priority_service" },
      }),
      tiers: ["diamond"],
      period: () => ({ name: "once", birthday: null }),
    },
  ];
}

interface Owed {
  readonly benefit: string;
  readonly owner: number;
  readonly period: string;
  readonly birthday: string | null;
  readonly refused: boolean;
}

/** What is true of members, and what they were due, day by day. */
class Model {
  readonly rules: readonly Rule[];
  readonly owner = new Map(NUMBERS.map((number) => [number, number]));
  readonly born = new Map<number, string>(NUMBERS.map((number, at) => [number, BIRTHDAYS[at] ?? "06-15"]));
  readonly tiers = new Map<number, { day: string; tier: string }[]>(NUMBERS.map((number) => [number, []]));
  readonly owed: Owed[] = [];
  today = FIRST_DAY;
  turned = addDays(FIRST_DAY, -1);

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
  }

  members(): number[] {
    return [...new Set(this.owner.values())].toSorted((a, b) => a - b);
  }

  work(): void {
    for (; this.turned < this.today; this.turned = addDays(this.turned, 1))
      for (const member of this.members()) this.look(member, addDays(this.turned, 1));
  }

  look(member: number, day: string): void {
    const numbers = NUMBERS.filter((number) => this.owner.get(number) === member);
    const tier = this.tiers.get(member)?.findLast((one) => one.day <= day)?.tier ?? "ordinary";
    for (const { definition, tiers, period } of this.rules) {
      const due = period(day, this.born.get(member) ?? "");
      if (due === null || !tiers.includes(tier)) continue;
      const own = this.owed.filter((one) => one.benefit === definition.key && numbers.includes(one.owner));
      if (own.some((one) => one.period === due.name)) continue;
      const refused =
        due.birthday !== null && own.some((one) => !one.refused && apart(one.birthday ?? "", due.birthday ?? "") < 180);
      this.owed.push({
        benefit: definition.key,
        owner: member,
        period: due.name,
        birthday: due.birthday,
        refused,
      });
    }
  }
}

async function begin(shop: BenefitShop, rules: readonly Rule[]): Promise<Model> {
  await shop.forget();
  shop.setDay(FIRST_DAY);
  await shop.ladder();
  for (const { definition } of rules) await shop.publish(definition);
  const model = new Model(rules);
  for (const number of NUMBERS) await shop.member(number, JOINED);
  await tellBirthdays(shop, model);
  return model;
}

async function tellBirthdays(shop: BenefitShop, model: Model): Promise<void> {
  for (const number of model.members())
    await shop.born(number, (model.born.get(number) ?? "06-15") as (typeof BIRTHDAYS)[number]);
}

async function identities(shop: BenefitShop, model: Model): Promise<void> {
  await shop.identities(model.owner, new Map(NUMBERS.map((number) => [number, JOINED])));
  await tellBirthdays(shop, model);
}

async function take(shop: BenefitShop, model: Model, one: Step): Promise<void> {
  const { ground } = shop.world;
  const number = "who" in one ? (NUMBERS[one.who] ?? 1) : 0;
  const member = model.owner.get(number) ?? number;
  switch (one.do) {
    case "tier": {
      const tier = TIERS[one.tier] ?? "ordinary";
      model.tiers.get(member)?.push({ day: model.today, tier });
      return shop.tier(member, tier);
    }
    case "join": {
      const to = model.owner.get(NUMBERS[one.to] ?? 1) ?? 1;
      for (const [party, owner] of model.owner) if (owner === member) model.owner.set(party, to);
      return identities(shop, model);
    }
    case "split":
      // a number that others were joined into stays with them
      if (member !== number) model.owner.set(number, number);
      return identities(shop, model);
    case "born":
      model.born.set(member, BIRTHDAYS[one.birthday] ?? "06-15");
      return tellBirthdays(shop, model);
    case "told":
      await shop.tiersTurned();
      await ground.store.write(SYSTEM_SCOPE, (tx) => dueToday(tx, ground, [member]));
      return model.look(member, model.today);
    case "wait":
      model.today = addDays(model.today, one.days);
      return shop.setDay(model.today);
    case "work":
      await shop.tiersTurned();
      for (const kill of one.kills)
        await work(mortal(ground, kill)).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
      await work(ground);
      return model.work();
  }
}

const GIVEN = `
  select e.benefit, e.owner, e.period, e.state, e.reason,
    (select count(*)::int from points.lot l where l.reference = 'benefit:' || e.benefit || ':' || e.entitlement_id) as lots,
    (select count(*)::int from benefits.issuance s join benefits.issued i using (issuance_id)
      where s.key = 'benefit:' || e.entitlement_id) as coupons
  from benefits.entitlement e order by 1, 2, 3`;

async function compare(shop: BenefitShop, model: Model): Promise<void> {
  const rows = await shop.query<Record<string, unknown>>(GIVEN);
  const name = (one: { benefit?: unknown; owner?: unknown; period?: unknown }) =>
    `${String(one.benefit)} ${String(one.owner)} ${String(one.period)}`;
  expect(rows.map(name).toSorted()).toEqual(model.owed.map(name).toSorted());
  const refused = new Set(model.owed.filter((one) => one.refused).map(name));
  for (const row of rows) {
    const kind = model.rules.find(({ definition }) => definition.key === row["benefit"])?.definition.give.kind;
    if (refused.has(name(row))) {
      expect(row).toMatchObject({ state: "failed", reason: "birthday_moved", lots: 0, coupons: 0 });
      continue;
    }
    const given = row["state"] === "fulfilled" ? 1 : 0;
    expect([name(row), row["lots"], row["coupons"]]).toEqual([
      name(row),
      kind === "points" ? given : 0,
      kind === "coupon" ? given : 0,
    ]);
    if (given === 0) expect([row["state"], row["reason"]]).toEqual(["failed", "given_already"]);
  }
}

test(`${RUNS} random lives of members, with tiers, joins, corrected birthdays, outages and kills: each due benefit exactly once`, async () => {
  const shop = new BenefitShop(world());
  const coupon = yuanOff(900);
  shop.setDay(FIRST_DAY);
  await new CouponShop(world()).batch(coupon, { number: 100_000 });
  const rules = rulesOf(coupon.key);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const model = await begin(shop, rules);
      for (const one of steps) await take(shop, model, one);
      await take(shop, model, { do: "work", kills: [5, 15] });
      await compare(shop, model);
    }),
    { numRuns: RUNS, endOnFailure: process.env["HUITOU_LONG"] !== "1" },
  );
  expect(await verifyLedger(world().ground.store)).toMatchObject({ ok: true });
});
