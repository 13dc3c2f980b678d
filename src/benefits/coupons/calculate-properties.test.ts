import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { basketOf, candidateOf, questionOf } from "../../../tests/support/basket-examples.ts";
import { naiveEvaluation } from "../../../tests/support/naive-evaluation.ts";
import { allocateWithin, evaluateBasket, type Traced } from "./calculate.ts";
import { defineCoupon } from "./definition.ts";

const codeOf = (traced: Traced | undefined) => (traced?.outcome === "rejected" ? traced.reason.code : traced?.outcome);

const price = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 1_000_000 }));
const lineArbitrary = fc
  .record({
    sku: fc.constantFrom("A", "B", "C"),
    category: fc.constantFrom("x", "y"),
    quantity: fc.integer({ min: 1, max: 5 }),
    unit: price,
    off: fc.integer({ min: 0, max: 100 }),
    floor: fc.oneof(fc.constant(0), price),
  })
  .map(({ sku, category, quantity, unit, off, floor }) => ({
    sku,
    categories: [category],
    quantity,
    unit,
    amount: Math.max(0, quantity * unit - off),
    floor,
  }));
const benefitArbitrary = fc.oneof(
  fc.record({ kind: fc.constant("amount" as const), amount_minor: fc.integer({ min: 1, max: 50_000 }) }),
  fc.record({
    kind: fc.constant("percent" as const),
    percent_off: fc.integer({ min: 1, max: 100 }),
    of: fc.constantFrom("remaining" as const, "original" as const),
  }),
  fc.record({
    kind: fc.constant("new_price" as const),
    unit_price_minor: price,
    quantity_max: fc.option(fc.integer({ min: 1, max: 6 })),
  }),
  fc.record({
    kind: fc.constant("exchange" as const),
    sku: fc.constantFrom("A", "B"),
    unit_price_minor: price,
    quantity_max: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant("free_shipping" as const) }),
);
const couponArbitrary = fc
  .record({
    key: fc.constantFrom("a", "b", "c", "d"),
    benefit: benefitArbitrary,
    skus: fc.subarray(["A", "B"]),
    except_categories: fc.subarray(["y"]),
    minimum_minor: fc.option(fc.integer({ min: 1, max: 30_000 })),
    minimum_of: fc.constantFrom("before" as const, "after" as const),
    maximum: fc.option(fc.integer({ min: 1, max: 20_000 })),
    priority: fc.integer({ min: 0, max: 2 }),
    group: fc.option(fc.constantFrom("g", "h")),
    exclusive: fc.boolean(),
    per_order_max: fc.integer({ min: 1, max: 3 }),
  })
  .map((made) => ({
    ...defineCoupon({
      key: made.key,
      zh: made.key,
      en: made.key,
      benefit: made.benefit,
      scope: { skus: made.skus, except_categories: made.except_categories },
      conditions: { minimum_minor: made.minimum_minor, minimum_of: made.minimum_of },
      stacking: {
        priority: made.priority,
        group: made.group,
        exclusive: made.exclusive && made.priority === 1,
        per_order_max: made.per_order_max,
      },
    }),
    max_discount_minor: made.maximum,
  }));
const questionArbitrary = fc
  .record({
    lines: fc.array(lineArbitrary, { minLength: 1, maxLength: 6 }),
    coupons: fc.array(fc.record({ coupon: couponArbitrary, batch: fc.integer({ min: 1, max: 2 }) }), { maxLength: 6 }),
    freight: fc.integer({ min: 0, max: 2_000 }),
    coupons_max: fc.integer({ min: 1, max: 6 }),
    floor_percent: fc.constantFrom(0, 0, 10, 33, 100),
    budget: fc.option(fc.integer({ min: 0, max: 20_000 })),
    uses: fc.option(fc.integer({ min: 0, max: 2 })),
  })
  .map(({ lines, coupons, freight, coupons_max, floor_percent, budget, uses }) => ({
    ...questionOf({ ...basketOf(lines), freight_minor: freight }, []),
    coupons: coupons.map(({ coupon, batch }, i) => ({ ...candidateOf(coupon, String(i)), batch_id: batch })),
    rules: { coupons_max, floor_percent },
    limits: new Map([[1, { uses_left: uses, period_left: null, member_left: null, budget_left_minor: budget }]]),
  }));
const RUNS = { numRuns: process.env["HUITOU_LONG"] === "1" ? 20_000 : 1_000 };

describe("for any basket and coupons", () => {
  it("gives what a naive second reckoning gives", () => {
    fc.assert(
      fc.property(questionArbitrary, (question) => {
        const { lines, freight, coupons } = evaluateBasket(question);
        const naive = naiveEvaluation(question);
        expect(
          coupons.map((one) => [one.ref, codeOf(one), one.outcome === "applied" ? one.discount_minor : 0]),
        ).toEqual(naive.coupons);
        expect(lines.map((line) => line.payable_minor)).toEqual(naive.payable);
        expect(freight.payable_minor).toBe(naive.freight);
      }),
      RUNS,
    );
  });

  it("parts are the whole, to the last fen: by line, by coupon, in all", () => {
    fc.assert(
      fc.property(questionArbitrary, (question) => {
        const result = evaluateBasket(question);
        const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        const applied = result.coupons.filter((one) => one.outcome === "applied");
        for (const one of applied)
          expect(total(one.parts.map((part) => part.discount_minor)) + one.freight_minor).toBe(one.discount_minor);
        expect(total(applied.map((one) => one.discount_minor))).toBe(result.discount_minor);
        for (const line of result.lines) {
          const parts = applied.flatMap((one) => one.parts.filter((part) => part.line_id === line.line_id));
          expect(total(parts.map((part) => part.discount_minor))).toBe(line.discount_minor);
          expect(line.amount_minor - line.discount_minor).toBe(line.payable_minor);
        }
      }),
      RUNS,
    );
  });

  it("no line falls below its floor or below nothing, no coupon gives less than one fen or more than its maximum", () => {
    fc.assert(
      fc.property(questionArbitrary, (question) => {
        const result = evaluateBasket(question);
        for (const line of result.lines) {
          expect(line.payable_minor).toBeGreaterThanOrEqual(line.floor_minor);
          expect(line.discount_minor).toBeGreaterThanOrEqual(0);
        }
        expect(result.freight.payable_minor).toBeGreaterThanOrEqual(0);
        for (const one of result.coupons) {
          if (one.outcome !== "applied") continue;
          const { max_discount_minor } = question.coupons.find(({ ref }) => ref === one.ref)?.definition ?? {};
          expect(one.discount_minor).toBeGreaterThan(0);
          expect(one.discount_minor).toBeLessThanOrEqual(max_discount_minor ?? Infinity);
        }
      }),
      RUNS,
    );
  });

  it("the order in which coupons are named changes nothing", () => {
    const shuffled = questionArbitrary.chain((question) =>
      fc.record({
        question: fc.constant(question),
        coupons: fc.shuffledSubarray([...question.coupons], {
          minLength: question.coupons.length,
          maxLength: question.coupons.length,
        }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ question, coupons }) => {
        expect(evaluateBasket({ ...question, coupons })).toEqual(evaluateBasket(question));
      }),
      RUNS,
    );
  });

  it("a coupon that is not applied might as well not have been there", () => {
    fc.assert(
      fc.property(questionArbitrary, (question) => {
        const result = evaluateBasket(question);
        const used = new Set(result.coupons.filter((one) => one.outcome === "applied").map((one) => one.ref));
        const without = evaluateBasket({ ...question, coupons: question.coupons.filter(({ ref }) => used.has(ref)) });
        const { coupons: _, ...figures } = result;
        expect(without).toMatchObject(figures);
        expect(without.coupons.every((one) => one.outcome === "applied")).toBe(true);
      }),
      RUNS,
    );
  });

  it("limits of a batch and of an order hold", () => {
    fc.assert(
      fc.property(questionArbitrary, (question) => {
        const applied = evaluateBasket(question).coupons.filter((one) => one.outcome === "applied");
        const first = applied.filter((one) => one.batch_id === 1);
        const { uses_left, budget_left_minor } = question.limits.get(1) ?? {};
        expect(applied.length).toBeLessThanOrEqual(question.rules.coupons_max);
        expect(first.length).toBeLessThanOrEqual(uses_left ?? Infinity);
        expect(first.reduce((sum, one) => sum + one.discount_minor, 0)).toBeLessThanOrEqual(
          budget_left_minor ?? Infinity,
        );
      }),
      RUNS,
    );
  });
});

describe("a total split within rooms", () => {
  const cases = fc.array(fc.record({ weight: price, room: price }), { minLength: 1, maxLength: 8 });
  it("is all given as long as there is room, and none is given more than its room", () => {
    fc.assert(
      fc.property(cases, price, (rows, total) => {
        const rooms = rows.map((row) => row.room);
        const parts = allocateWithin(
          total,
          rows.map((row) => row.weight),
          rooms,
        );
        const room = rooms.reduce((a, b) => a + b, 0);
        expect(parts.reduce((a, b) => a + b, 0)).toBe(Math.min(total, room));
        for (const [i, part] of parts.entries()) expect(part >= 0 && part <= (rooms[i] ?? 0)).toBe(true);
      }),
      RUNS,
    );
  });
});
