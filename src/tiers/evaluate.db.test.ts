import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { type ModelStanding, type Sale, TierModel } from "../../tests/support/tier-model.ts";
import { TierShop } from "../../tests/support/tier-shop.ts";
import { addDays } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { activateLadder } from "./activation.ts";
import { coverageGaps, markDirty } from "./dirty-store.ts";
import { evaluateAll, settleTiers } from "./evaluate.ts";
import type { LadderDefinition, LadderWindow } from "./ladder.ts";
import { addVersion } from "./ladder-store.ts";

const world = withDatabase();
const names = { zh: "级", en: "Tier", benefits: [] };

interface Rules {
  readonly window: LadderWindow;
  readonly grace_days: number;
  readonly downgrade: "one_step" | "to_earned";
  readonly cap: number | undefined;
  readonly renewal: number | undefined;
}

function ladderOf({ window, grace_days, downgrade, cap, renewal }: Rules): LadderDefinition {
  const renews = renewal === undefined ? {} : { renew_at_least: renewal };
  return {
    key: "tried",
    zh: "试",
    en: "Tried",
    sentence_zh: "试",
    sentence_en: "Tried",
    measure: { kind: "net_spend", ...(cap === undefined ? {} : { cap_per_order_minor: cap }) },
    currency: "CNY",
    window,
    grace_days,
    downgrade,
    tiers: [
      { key: "one", ...names },
      { key: "two", ...names, from: { at_least: 100 }, ...renews },
      { key: "three", ...names, from: { above: 300 } },
      { key: "four", ...names, from: { at_least: 800 }, ...renews },
    ],
  };
}

type Step =
  | { readonly do: "order"; readonly who: number; readonly ago: number; readonly amount: number }
  | { readonly do: "refund"; readonly which: number; readonly amount: number }
  | { readonly do: "return"; readonly who: number; readonly ago: number; readonly amount: number }
  | { readonly do: "join"; readonly a: number; readonly b: number }
  | { readonly do: "split"; readonly who: number }
  | { readonly do: "wait"; readonly days: number };

const PEOPLE = 5;
const JOIN_DAYS = ["2024-02-29", "2024-03-01", "2025-12-31", "2026-01-01", "2026-11-20"];
const who = fc.integer({ min: 1, max: PEOPLE });
const amount = fc.constantFrom(1, 50, 99, 100, 101, 150, 200, 300, 301, 500, 800);
const ago = fc.constantFrom(0, 0, 0, 1, 30, 59, 60, 200, 400);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("order" as const), who, ago, amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("refund" as const), which: fc.nat(20), amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("return" as const), who, ago, amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("join" as const), a: who, b: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("split" as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      days: fc.constantFrom(1, 5, 11, 38, 60, 90, 200, 366, 800),
    }),
  },
);
const rules: fc.Arbitrary<Rules> = fc.record({
  window: fc.constantFrom<LadderWindow>(
    { kind: "calendar_year" },
    { kind: "anniversary" },
    { kind: "rolling", days: 60 },
  ),
  grace_days: fc.constantFrom(0, 10),
  downgrade: fc.constantFrom("one_step", "to_earned"),
  cap: fc.constantFrom(undefined, 150),
  renewal: fc.constantFrom(undefined, 60),
});

/** What was sold and who is who, beside the database, with the model's standings. */
class Mirror {
  readonly sales: { owner: number; day: string; order_id: number; net: number; refund: number }[] = [];
  readonly owners = new Map(JOIN_DAYS.map((_, i) => [i + 1, i + 1]));
  readonly standings = new Map<number, ModelStanding>();
  /** What each joined number had alone. */
  readonly alone = new Map<number, ModelStanding>();
  readonly joinDays = new Map(JOIN_DAYS.map((day, i) => [i + 1, day]));

  numbersOf(member: number): number[] {
    return [...this.owners].filter(([, owner]) => owner === member).map(([number]) => number);
  }

  salesOf(member: number): Sale[] {
    return this.sales
      .filter(({ owner }) => this.owners.get(owner) === member)
      .map(({ day, net, refund }) => ({ day, net_minor: net - refund }));
  }

  evaluate(model: TierModel, today: string): Map<number, ModelStanding & { amount: number }> {
    const found = new Map<number, ModelStanding & { amount: number }>();
    for (const member of new Set(this.owners.values())) {
      const standing = this.standings.get(member) ?? { earned: 0, until: null };
      this.standings.set(member, standing);
      const joined = this.joinDays.get(member) ?? "";
      const total = model.evaluate(standing, this.salesOf(member), joined, today);
      found.set(member, { ...standing, amount: total });
    }
    return found;
  }

  join(a: number, b: number): void {
    const [into, from] = [Math.min(a, b), Math.max(a, b)];
    for (const number of [...this.numbersOf(into), ...this.numbersOf(from)]) {
      const own = this.standings.get(number);
      if (!this.alone.has(number) && own !== undefined) this.alone.set(number, { ...own });
    }
    const [x, y] = [this.standings.get(into), this.standings.get(from)];
    if (x !== undefined && y !== undefined) this.standings.set(into, { ...better(x, y) });
    this.standings.delete(from);
    for (const number of this.numbersOf(from)) this.owners.set(number, into);
  }

  /** Takes the largest number out of its member. */
  split(member: number): void {
    const numbers = this.numbersOf(member);
    const gone = Math.max(...numbers);
    const rest = numbers.filter((number) => number !== gone);
    this.owners.set(gone, gone);
    const own = (number: number) => ({ ...(this.alone.get(number) ?? { earned: 0, until: null }) });
    this.standings.set(gone, own(gone));
    this.standings.set(member, rest.map(own).reduce(better));
    this.alone.delete(gone);
    if (rest.length === 1) this.alone.delete(member);
  }
}

function better(a: ModelStanding, b: ModelStanding): ModelStanding {
  if (a.earned !== b.earned) return a.earned > b.earned ? a : b;
  return (a.until ?? "") >= (b.until ?? "") ? a : b;
}

async function apply(shop: TierShop, mirror: Mirror, one: Step): Promise<number[]> {
  const today = shop.today();
  switch (one.do) {
    case "order": {
      const day = addDays(today, -one.ago);
      const order_id = await shop.order(one.who, day, one.amount);
      mirror.sales.push({ owner: one.who, day, order_id, net: one.amount, refund: 0 });
      return [one.who];
    }
    case "refund": {
      const sale = mirror.sales[one.which];
      if (sale === undefined || sale.order_id === 0) return [];
      sale.refund = Math.min(sale.net, one.amount);
      await shop.refund(sale.order_id, sale.refund);
      return [sale.owner];
    }
    case "return": {
      const day = addDays(today, -one.ago);
      await shop.strayReturn(one.who, day, one.amount);
      mirror.sales.push({ owner: one.who, day, order_id: 0, net: -one.amount, refund: 0 });
      return [one.who];
    }
    case "join": {
      const [a, b] = [mirror.owners.get(one.a) ?? one.a, mirror.owners.get(one.b) ?? one.b];
      if (a === b) return [];
      mirror.join(a, b);
      await shop.identities(mirror.owners, mirror.joinDays);
      return [a, b];
    }
    case "split": {
      const member = mirror.owners.get(one.who) ?? one.who;
      const numbers = mirror.numbersOf(member);
      if (numbers.length < 2) return [];
      mirror.split(member);
      await shop.identities(mirror.owners, mirror.joinDays);
      return [member, Math.max(...numbers)];
    }
    case "wait":
      shop.setDay(addDays(today, one.days));
      return [];
  }
}

async function compare(shop: TierShop, expected: Map<number, ModelStanding & { amount: number }>): Promise<void> {
  const stored = await shop.query<{
    member_id: number;
    rank: number;
    earned_rank: number;
    until: string | null;
    amount: number;
  }>(
    "select member_id, rank, earned_rank, period_until as until, qualifying as amount from tiers.standing order by member_id",
  );
  expect(stored).toEqual(
    [...expected]
      .toSorted(([a], [b]) => a - b)
      .map(([member_id, { earned, until, amount: total }]) => ({
        member_id,
        rank: earned,
        earned_rank: earned,
        until,
        amount: total,
      })),
  );
}

async function run(ladderRules: Rules, steps: readonly Step[]): Promise<void> {
  const { ground } = world();
  const shop = new TierShop(world());
  await shop.clear();
  shop.setDay("2026-11-22");
  const ladder = ladderOf(ladderRules);
  const model = new TierModel(ladder);
  const mirror = new Mirror();
  for (const [number, day] of mirror.joinDays) await shop.member(number, day);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const by = { origin: "console" as const, person_id: null, now: ground.clock.now() };
    const version = await addVersion(tx, ladder, by);
    await activateLadder(
      tx,
      ground,
      { ladder: ladder.key, version, definition: ladder },
      { protect: false, person_id: null },
    );
  });
  mirror.evaluate(model, shop.today());
  for (const one of steps) {
    const touched = await apply(shop, mirror, one);
    if (touched.length > 0)
      await ground.store.write(SYSTEM_SCOPE, (tx) => markDirty(tx, { member_ids: touched }, ground.clock.now()));
    await settleTiers(ground);
    await compare(shop, mirror.evaluate(model, shop.today()));
  }
  // what was done bit by bit is what one pass over everyone finds
  await evaluateAll(ground);
  expect(await evaluateAll(ground)).toMatchObject({ difference: 0, changes: 0 });
  const gaps = await ground.store.read(SYSTEM_SCOPE, coverageGaps);
  expect(gaps).toMatchObject({ without: 0, strangers: 0 });
  const shown = await shop.query<{ members: number; rows: number }>(
    "select (select count(*) from catalogue.members) as members, count(*) as rows from catalogue.member_tier",
  );
  expect(shown).toEqual([{ members: gaps.members, rows: gaps.members }]);
}

describe("tiers follow orders, refunds, joins, splits and the clock", () => {
  test("as the plain rules say, bit by bit and all at once", async () => {
    const property = fc.asyncProperty(rules, fc.array(step, { minLength: 5, maxLength: 14 }), run);
    await fc.assert(property, {
      numRuns: process.env["HUITOU_SOAK"] === "1" ? 150 : process.env["HUITOU_LONG"] === "1" ? 50 : 6,
    });
  });
});
