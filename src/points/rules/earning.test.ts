import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PROGRAMMES } from "../../../definitions/points/index.ts";
import { CLASSIC_POINTS } from "../../../definitions/points/classic.ts";
import { eventEarns, type LineFacts, orderEarns, type OrderFacts } from "./earning.ts";
import { addMonths } from "../ledger/slide.ts";
import { lastDayOf } from "./expiry.ts";
import type { EarnRule, Programme } from "./programme.ts";
import { programmeProblems } from "./programme-check.ts";

const line = (net_minor: number, more: Partial<LineFacts> = {}): LineFacts => ({
  sku: "TEA-1",
  categories: ["茶叶", "乌龙茶"],
  brand: "山野",
  net_minor,
  ...more,
});
const order = (nets: readonly (number | LineFacts)[], more: Partial<OrderFacts> = {}): OrderFacts => ({
  day: "2026-11-10",
  store_code: "S01",
  channel: "store",
  currency: "CNY",
  is_valid: true,
  lines: nets.map((net) => (typeof net === "number" ? line(net) : net)),
  member: { tier: null, birth_month: null, birth_day: null, first: false },
  ...more,
});
const [base] = CLASSIC_POINTS.rules;
const programme = (rules: readonly EarnRule[], more: Partial<Programme> = {}): Programme => ({
  ...CLASSIC_POINTS,
  ...more,
  rules: [...rules],
});
const names = { zh: "规则", en: "Rule" };
const amount = { ...(base as Extract<EarnRule, { kind: "amount" }>) };
const double = (more: Partial<Extract<EarnRule, { kind: "multiplier" }>>): EarnRule => ({
  kind: "multiplier",
  key: "double",
  ...names,
  percent: 200,
  when: {},
  ...more,
});
const pointsOf = (rules: readonly EarnRule[], facts: OrderFacts, more: Partial<Programme> = {}) =>
  Object.fromEntries(orderEarns(programme(rules, more), facts).map(({ rule, points }) => [rule, points]));

describe("points for an order: worked examples", () => {
  test("one point per whole yuan, the fraction dropped once an order: 12.50 + 12.50 = 25 points, line by line 24", () => {
    expect(pointsOf([amount], order([1_250, 1_250]))).toEqual({ per_yuan: 25 });
    expect(pointsOf([{ ...amount, rounding: "down_per_line" }], order([1_250, 1_250]))).toEqual({ per_yuan: 24 });
  });

  test("nothing for 0.99, for another currency, for an order that is not valid", () => {
    expect(pointsOf([amount], order([99]))).toEqual({});
    expect(pointsOf([amount], order([10_000], { currency: "USD" }))).toEqual({});
    expect(pointsOf([amount], order([10_000], { is_valid: false }))).toEqual({});
  });

  test("a multiplier has what it adds: double of 12.50 is 25, of which 12 by amount and 13 by the multiplier", () => {
    expect(pointsOf([amount, double({})], order([1_250]))).toEqual({ per_yuan: 12, double: 13 });
  });

  test("of several multipliers the best counts, or each multiplies the other, as the programme says", () => {
    const rules = [amount, double({ key: "two" }), double({ key: "three", percent: 300 })];
    expect(pointsOf(rules, order([1_000]))).toEqual({ per_yuan: 10, two: 10, three: 10 });
    expect(pointsOf(rules, order([1_000]), { combine: "multiply" })).toEqual({ per_yuan: 10, two: 10, three: 40 });
  });

  test("a multiplier of some products doubles their lines alone", () => {
    const facts = order([line(1_000, { categories: ["茶具"] }), line(1_000)]);
    expect(pointsOf([amount, double({ where: { categories: ["茶具"] } })], facts)).toEqual({
      per_yuan: 20,
      double: 10,
    });
    expect(pointsOf([amount, double({ where: { except_categories: ["茶具"] } })], facts)).toEqual({
      per_yuan: 20,
      double: 10,
    });
    expect(pointsOf([amount, double({ where: { stores: ["S02"] } })], facts)).toEqual({ per_yuan: 20 });
  });

  test("birthday windows: the day, three days around it also over New Year, 29 February, the month", () => {
    const on = (day: string, month: number, birth_day: number, birthday: object) =>
      pointsOf(
        [amount, double({ when: { birthday: birthday as { days_around: number } } })],
        order([1_000], { day, member: { tier: null, birth_month: month, birth_day, first: false } }),
      )["double"] ?? 0;
    expect(on("2026-11-10", 11, 10, { days_around: 0 })).toBe(10);
    expect(on("2026-11-11", 11, 10, { days_around: 0 })).toBe(0);
    expect(on("2026-12-30", 1, 2, { days_around: 3 })).toBe(10);
    expect(on("2027-01-02", 12, 30, { days_around: 3 })).toBe(10);
    expect(on("2026-03-01", 2, 29, { days_around: 0 })).toBe(10);
    expect(on("2028-02-29", 2, 29, { days_around: 0 })).toBe(10);
    expect(on("2026-11-30", 11, 1, { month: true })).toBe(10);
  });

  test("weekdays, days of the month, tiers and days of a rule narrow; all of them must hold", () => {
    const facts = order([1_000], { member: { tier: "gold", birth_month: null, birth_day: null, first: true } });
    const tuesday = { weekdays: [2] };
    expect(pointsOf([amount, double({ when: { ...tuesday, tiers: ["gold"] } })], facts)["double"]).toBe(10);
    expect(pointsOf([amount, double({ when: { ...tuesday, tiers: ["silver"] } })], facts)["double"]).toBeUndefined();
    expect(pointsOf([amount, double({ when: { month_days: [8] } })], facts)["double"]).toBeUndefined();
    expect(pointsOf([amount, double({ last_day: "2026-11-09" })], facts)["double"]).toBeUndefined();
    expect(pointsOf([amount, double({ from_day: "2026-11-10" })], facts)["double"]).toBe(10);
  });

  test("a first order, a least amount, and a limit for one order", () => {
    const first: EarnRule = {
      kind: "order",
      key: "first",
      ...names,
      points: 100,
      at_least_minor: 500,
      first_only: true,
    };
    const of = (net: number, is: boolean) =>
      pointsOf([first], order([net], { member: { tier: null, birth_month: null, birth_day: null, first: is } }));
    expect(of(500, true)).toEqual({ first: 100 });
    expect(of(499, true)).toEqual({});
    expect(of(500, false)).toEqual({});
    expect(orderEarns(programme([{ ...amount, caps: { order: 50 } }]), order([10_000]))).toEqual([
      { rule: "per_yuan", points: 50, base_minor: 10_000, uncapped: 100 },
    ]);
  });

  test("events of their kind, and of kind custom by name", () => {
    const rules: EarnRule[] = [
      { kind: "event", key: "review", ...names, points: 10, event: "review" },
      { kind: "event", key: "check_in", ...names, points: 1, event: "custom", subject: "check_in" },
    ];
    const of = (kind: string, subject: string | null) =>
      eventEarns(programme(rules), { day: "2026-11-10", kind, subject }).map(({ rule }) => rule);
    expect(of("review", null)).toEqual(["review"]);
    expect(of("custom", "check_in")).toEqual(["check_in"]);
    expect(of("custom", "survey")).toEqual([]);
  });
});

describe("points for an order: what always holds", () => {
  const net = fc.integer({ min: 0, max: 5_000_000 });
  const percents = fc.array(fc.integer({ min: 101, max: 1_000 }), { maxLength: 4 });

  test("the parts add up to the whole: floor of the nets by the best factor", () => {
    fc.assert(
      fc.property(fc.array(net, { minLength: 1, maxLength: 8 }), percents, (nets, list) => {
        const rules = [amount, ...list.map((percent, at) => double({ key: `m${at}`, percent }))];
        const total = orderEarns(programme(rules), order(nets)).reduce((sum, one) => sum + one.points, 0);
        const best = BigInt(Math.max(100, ...list));
        const sum = nets.reduce((all, one) => all + one, 0);
        expect(total).toBe(Number((BigInt(sum) * best) / 10_000n));
      }),
    );
  });

  test("a refund never raises what a rule gives, and the order of the lines does not matter", () => {
    fc.assert(
      fc.property(fc.array(net, { minLength: 1, maxLength: 6 }), fc.nat(5), fc.nat(5_000_000), (nets, which, back) => {
        const rules = [amount, double({})];
        const at = which % nets.length;
        const less = nets.map((one, index) => (index === at ? Math.max(0, one - back) : one));
        const of = (list: readonly number[]) =>
          orderEarns(programme(rules), order(list)).reduce((sum, one) => sum + one.points, 0);
        expect(of(less)).toBeLessThanOrEqual(of(nets));
        expect(of([...nets].reverse())).toBe(of(nets));
      }),
    );
  });
});

describe("expiry", () => {
  test("rolling months end on the day before; then on to the end of the month, quarter, year", () => {
    expect(lastDayOf({ kind: "rolling", months: 12 }, "2026-03-01")).toBe("2027-02-28");
    expect(lastDayOf({ kind: "rolling", months: 12, round_to: "month" }, "2026-03-15")).toBe("2027-03-31");
    expect(lastDayOf({ kind: "rolling", days: 30, round_to: "quarter" }, "2026-11-20")).toBe("2026-12-31");
    expect(lastDayOf({ kind: "rolling", months: 6, round_to: "half_year" }, "2026-02-01")).toBe("2026-12-31");
    expect(lastDayOf({ kind: "rolling", months: 1, round_to: "year" }, "2026-02-01")).toBe("2026-12-31");
    expect(lastDayOf({ kind: "none" }, "2026-02-01")).toBeNull();
  });

  test("a day of the calendar, so many years after the next", () => {
    expect(lastDayOf({ kind: "calendar", month: 12, day: 31, years: 1 }, "2026-03-01")).toBe("2027-12-31");
    expect(lastDayOf({ kind: "calendar", month: 3, day: 31, years: 0 }, "2026-04-01")).toBe("2027-03-31");
    expect(lastDayOf({ kind: "calendar", month: 2, day: 29, years: 0 }, "2027-01-01")).toBe("2027-02-28");
  });

  test("months end where their month ends", () => {
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
    expect(addMonths("2027-11-30", 3)).toBe("2028-02-29");
    expect(addMonths("2026-12-31", 12)).toBe("2027-12-31");
  });
});

describe("a programme", () => {
  test("what ships can be used", () => {
    for (const one of PROGRAMMES) expect(programmeProblems(one)).toEqual([]);
  });

  test("says what is wrong where, in both languages", () => {
    const bad = {
      ...CLASSIC_POINTS,
      pending_days: 400,
      colour: "red",
      rules: [
        { ...amount, points: 0, key: "a" },
        { kind: "wish", key: "b" },
        { ...amount, key: "c", per_minor: undefined },
      ],
    };
    const found = programmeProblems(JSON.parse(JSON.stringify(bad)));
    expect(found.map(({ path, code }) => [path, code])).toEqual([
      ["/colour", "points.unknown_setting"],
      ["/pending_days", "points.too_large"],
      ["/rules/0/points", "points.too_small"],
      ["/rules/1/kind", "points.unknown_rule_kind"],
      ["/rules/2/per_minor", "points.setting_missing"],
    ]);
    expect(found[1]?.zh).toBe("不能大于 366。");
  });

  test("is refused where it is well formed and makes no sense", () => {
    const of = (rules: readonly EarnRule[], more: Partial<Programme> = {}) =>
      programmeProblems(programme(rules, more)).map(({ path, code }) => `${path} ${code}`);
    expect(of([amount, amount])).toEqual(["/rules/1/key points.rule_key_twice"]);
    expect(of([double({})])).toEqual(["/rules/0 points.nothing_to_multiply"]);
    expect(of([{ ...amount, from_day: "2026-02-30" }])).toEqual(["/rules/0/from_day points.no_such_day"]);
    expect(of([{ ...amount, from_day: "2026-02-03", last_day: "2026-02-01" }])).toEqual([
      "/rules/0/last_day points.bad_day",
    ]);
    expect(of([amount], { expiry: { kind: "rolling" } })).toEqual(["/expiry points.one_length"]);
  });
});
