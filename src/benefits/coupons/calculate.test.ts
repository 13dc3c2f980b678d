import { describe, expect, it } from "vitest";
import { type Basket, checkBasket, type MemberFacts, momentOf } from "./basket.ts";
import { type Basketful, basketOf, candidateOf, questionOf } from "../../../tests/support/basket-examples.ts";
import { evaluateBasket, type Traced } from "./calculate.ts";
import type { Limits } from "./candidate.ts";
import { defineCoupon } from "./definition.ts";
import { couponProblems } from "./definition-lint.ts";
import { REJECTION_CODES } from "./rejection.ts";

const amount = (amount_minor: number, more: object = {}) =>
  defineCoupon({ key: "off", zh: "立减", en: "Off", benefit: { kind: "amount", amount_minor }, ...more });
const percent = (percent_off: number, more: object = {}) =>
  defineCoupon({
    key: "pct",
    zh: "折扣",
    en: "Percent",
    benefit: { kind: "percent", percent_off, of: "remaining" },
    ...more,
  });
const ask = (lines: Basketful, coupons: Parameters<typeof questionOf>[1], more: object = {}) =>
  evaluateBasket({ ...questionOf(basketOf(lines), coupons), ...more });
const codeOf = (traced: Traced | undefined) => (traced?.outcome === "rejected" ? traced.reason.code : traced?.outcome);

describe("worked examples", () => {
  it("100 off 3 lines of 99.99, 0.01 and 50.00: parts by largest remainder, the sum exact", () => {
    const { lines, discount_minor, payable_minor } = ask([9_999, 1, 5_000], [amount(10_000)]);
    expect(lines.map((line) => line.discount_minor)).toEqual([6_666, 1, 3_333]);
    expect([discount_minor, payable_minor]).toEqual([10_000, 5_000]);
  });

  it("ties of the remainder go to the earlier line", () => {
    expect(ask([100, 100, 100], [amount(100)]).lines.map((line) => line.discount_minor)).toEqual([34, 33, 33]);
  });

  it("a percent is rounded half up once over all its lines: 15 % of 3 × 0.03 is 0.01, not 0.00 three times", () => {
    const { lines, discount_minor } = ask([3, 3, 3], [percent(15)]);
    expect(discount_minor).toBe(1);
    expect(lines.map((line) => line.discount_minor)).toEqual([1, 0, 0]);
    expect(ask([10], [percent(5)]).discount_minor).toBe(1);
    expect(ask([9], [percent(5)]).discount_minor).toBe(0);
  });

  it("a percent after an amount is of what is left, or of the original where it says so", () => {
    const first = amount(2_000, { stacking: { priority: 1 } });
    const rest = percent(10, { stacking: { priority: 2 } });
    expect(ask([10_000], [first, rest]).discount_minor).toBe(2_800);
    const original = { ...rest, benefit: { kind: "percent" as const, percent_off: 10, of: "original" as const } };
    expect(ask([10_000], [first, original]).discount_minor).toBe(3_000);
  });

  it("at most its maximum, and says so", () => {
    const { coupons } = ask([10_000], [percent(50, { max_discount_minor: 3_000 })]);
    expect(coupons[0]).toMatchObject({
      outcome: "applied",
      discount_minor: 3_000,
      base_minor: 10_000,
      limited_by: "max_discount",
    });
  });

  it("an amount larger than the basket takes what is there and nothing more", () => {
    const result = ask([300, 200], [amount(1_000)]);
    expect(result).toMatchObject({ discount_minor: 500, payable_minor: 0, coupons: [{ limited_by: "basket" }] });
  });

  it("a new price: at most so many units, the dearest first", () => {
    const lines: Basketful = [
      { amount: 3_000, quantity: 2, sku: "A" },
      { amount: 4_000, quantity: 2, sku: "B" },
      { amount: 900, quantity: 1, sku: "A" },
    ];
    const nine = defineCoupon({
      key: "nine",
      zh: "9 元",
      en: "Nine",
      benefit: { kind: "new_price", unit_price_minor: 900, quantity_max: 3 },
      scope: { skus: ["A", "B"] },
    });
    // both of B, one of A: 2 × 11.00 and 1 × 6.00; the line at 9.00 already is left alone
    expect(ask(lines, [nine]).lines.map((line) => line.discount_minor)).toEqual([600, 2_200, 0]);
  });

  it("an exchange: one of the named product free when the rest of the order pays for it", () => {
    const gift = defineCoupon({
      key: "gift",
      zh: "换购",
      en: "Gift",
      benefit: { kind: "exchange", sku: "CUP", unit_price_minor: 0, quantity_max: 1 },
      conditions: { minimum_minor: 10_000 },
    });
    const cup = { amount: 5_001, quantity: 3, sku: "CUP" };
    expect(ask([10_000, cup], [gift]).discount_minor).toBe(1_667);
    expect(codeOf(ask([9_000, cup], [gift]).coupons[0])).toBe("minimum_not_reached");
    expect(ask([10_000], [gift]).coupons[0]).toMatchObject({
      reason: { code: "no_matching_item", zh: "没有适用的商品：请先加入 CUP" },
    });
  });

  it("free shipping takes the freight alone, up to its maximum", () => {
    const ship = defineCoupon({
      key: "ship",
      zh: "包邮",
      en: "Ship",
      benefit: { kind: "free_shipping" },
      max_discount_minor: 800,
    });
    const basket = { ...basketOf([5_000]), freight_minor: 1_200 };
    expect(evaluateBasket(questionOf(basket, [ship]))).toMatchObject({
      discount_minor: 800,
      freight: { payable_minor: 400 },
    });
    expect(codeOf(ask([5_000], [ship]).coupons[0])).toBe("no_freight");
  });

  it("items and exceptions: only lines in scope pay and count", () => {
    const tea = amount(1_000, {
      scope: { categories: ["tea"], except_skus: ["SALE"] },
      conditions: { minimum_minor: 5_000 },
    });
    const lines: Basketful = [
      { amount: 4_000, sku: "T1", categories: ["tea"] },
      { amount: 9_000, sku: "SALE", categories: ["tea"] },
      { amount: 9_000, sku: "POT", categories: ["pot"] },
    ];
    expect(ask(lines, [tea]).coupons[0]).toMatchObject({
      reason: {
        code: "minimum_not_reached",
        zh: "还差 ¥10.00（满 ¥50.00 可用）",
        en: "¥10.00 more are needed (from ¥50.00)",
      },
    });
    const more: Basketful = [...lines, { amount: 2_000, sku: "T2", categories: ["tea", "new"] }];
    expect(ask(more, [tea]).lines.map((line) => line.discount_minor)).toEqual([667, 0, 0, 333]);
  });

  it("the floor of a line and of the brand: what one line cannot give, the others do; then nothing more", () => {
    const lines: Basketful = [{ amount: 1_000, floor: 900 }, 1_000];
    const result = ask(lines, [amount(600), percent(50, { stacking: { priority: 500 } })], {
      rules: { coupons_max: 3, floor_percent: 20 },
    });
    expect(result.lines.map((line) => [line.payable_minor, line.floor_minor])).toEqual([
      [900, 900],
      [200, 200],
    ]);
    expect(
      result.coupons.map((one) => (one.outcome === "applied" ? [one.discount_minor, one.limited_by] : one.reason.code)),
    ).toEqual([
      [600, null],
      [300, "floor"],
    ]);
    const third = ask(lines, [amount(900), amount(5, { key: "late", stacking: { priority: 999 } })], {
      rules: { coupons_max: 3, floor_percent: 20 },
    });
    expect(third.coupons.map(codeOf)).toEqual(["applied", "floor_reached"]);
  });
});

describe("each reason not to apply", () => {
  const noon = momentOf(new Date("2026-11-30T04:00:00Z"), "Asia/Shanghai");
  const gold: MemberFacts = { tier: "gold", segments: [7] };
  const limits = (more: Partial<Limits>) =>
    new Map([[1, { uses_left: null, period_left: null, member_left: null, budget_left_minor: null, ...more }]]);
  const one = (coupon: ReturnType<typeof amount>, more: object = {}, question: object = {}) =>
    evaluateBasket({
      ...questionOf(basketOf([5_000]), []),
      coupons: [{ ...candidateOf(coupon), ...more }],
      member: gold,
      at: noon,
      ...question,
    }).coupons[0];

  it.each([
    ["unknown_code", one(amount(1), { state: "unknown" })],
    ["member_needed", one(amount(1), { needs_member: true }, { member: null })],
    ["member_needed", one(amount(1, { conditions: { tiers: ["gold"] } }), {}, { member: null })],
    ["not_owner", one(amount(1), { owner_fits: false })],
    ["withdrawn", one(amount(1), { state: "withdrawn" })],
    ["already_used", one(amount(1), { state: "used" })],
    ["not_yet_valid", one(amount(1), { first_day: "2026-12-01" })],
    ["expired", one(amount(1), { last_day: "2026-11-29" })],
    ["currency", one(amount(1, { currency: "USD" }))],
    ["wrong_store", one(amount(1, { conditions: { stores: ["S9"] } }))],
    ["wrong_channel", one(amount(1, { conditions: { channels: ["mall"] } }))],
    ["wrong_time", one(amount(1, { conditions: { weekdays: [2, 6], hours: { from: "14:00", to: "17:00" } } }))],
    ["wrong_tier", one(amount(1, { conditions: { tiers: ["diamond"] } }))],
    ["not_in_segment", one(amount(1, { conditions: { segments: [8, 9] } }))],
    ["no_matching_item", one(amount(1, { scope: { skus: ["NONE"] } }))],
    ["no_freight", one(defineCoupon({ key: "s", zh: "邮", en: "s", benefit: { kind: "free_shipping" } }))],
    ["quantity_not_reached", one(amount(1, { conditions: { quantity_min: 2 } }))],
    ["minimum_not_reached", one(amount(1, { conditions: { minimum_minor: 5_001 } }))],
    ["used_up", one(amount(1), { batch_id: 1 }, { limits: limits({ uses_left: 0 }) })],
    ["member_cap", one(amount(1), { batch_id: 1 }, { limits: limits({ member_left: 0 }) })],
    ["period_cap", one(amount(1), { batch_id: 1 }, { limits: limits({ period_left: 0 }) })],
    ["budget_exhausted", one(amount(9), { batch_id: 1 }, { limits: limits({ budget_left_minor: 8 }) })],
    ["order_limit", ask([5_000], [amount(1), amount(1)]).coupons[1]],
    [
      "exclusive_with",
      ask([5_000], [amount(1), percent(1, { stacking: { exclusive: true, priority: 200 } })]).coupons[1],
    ],
    ["floor_reached", ask([{ amount: 500, floor: 500 }], [amount(1)]).coupons[0]],
    [
      "no_effect",
      ask(
        [{ amount: 500, sku: "A" }],
        [
          defineCoupon({
            key: "n",
            zh: "n",
            en: "n",
            benefit: { kind: "new_price", unit_price_minor: 500, quantity_max: null },
            scope: { skus: ["A"] },
          }),
        ],
      ).coupons[0],
    ],
  ])("%s", (code, traced) => {
    expect(codeOf(traced)).toBe(code);
    if (traced?.outcome !== "rejected") return;
    expect(traced.reason.zh).not.toMatch(/[{}]/);
    expect(traced.reason.en).not.toMatch(/[{}]|undefined/);
    expect(REJECTION_CODES).toContain(code);
  });

  it("a day is valid to its end in the brand's zone, its first day from its beginning", () => {
    const at = (instant: string) =>
      one(
        amount(1),
        { first_day: "2026-11-30", last_day: "2026-11-30" },
        { at: momentOf(new Date(instant), "Asia/Shanghai") },
      );
    expect(
      ["2026-11-29T15:59:59Z", "2026-11-29T16:00:00Z", "2026-11-30T15:59:59Z", "2026-11-30T16:00:00Z"].map((t) =>
        codeOf(at(t)),
      ),
    ).toEqual(["not_yet_valid", "applied", "applied", "expired"]);
  });

  it("hours over midnight, from inclusive, to exclusive", () => {
    const late = amount(1, { conditions: { hours: { from: "22:00", to: "02:00" } } });
    const at = (time: string) => codeOf(one(late, {}, { at: { ...noon, time } }));
    expect(["21:59", "22:00", "01:59", "02:00"].map(at)).toEqual(["wrong_time", "applied", "applied", "wrong_time"]);
  });

  it("two of one batch in an order share what it has left", () => {
    const two = amount(30, { stacking: { per_order_max: 2 } });
    const both = (more: Partial<Limits>) =>
      evaluateBasket({
        ...questionOf(basketOf([5_000]), []),
        coupons: ["a", "b"].map((ref) => ({ ...candidateOf(two, ref), batch_id: 1 })),
        limits: limits(more),
      }).coupons.map(codeOf);
    expect(both({ uses_left: 1 })).toEqual(["applied", "used_up"]);
    expect(both({ budget_left_minor: 59 })).toEqual(["applied", "budget_exhausted"]);
    expect(both({ budget_left_minor: 60, uses_left: 2 })).toEqual(["applied", "applied"]);
  });

  it("bad baskets are refused in words: a line twice, an amount above its price", () => {
    const [line] = basketOf([100]).lines;
    if (line === undefined) throw new Error("no line");
    expect(() => checkBasket({ ...basketOf([]), lines: [line, line] })).toThrow(/twice/);
    expect(() => checkBasket({ ...basketOf([]), lines: [{ ...line, amount_minor: 101 }] })).toThrow(
      /more than unit price/,
    );
  });
});

describe("definitions that nobody can mean", () => {
  it.each([
    [
      "new_price_for_all",
      defineCoupon({
        key: "n",
        zh: "n",
        en: "n",
        benefit: { kind: "new_price", unit_price_minor: 1, quantity_max: 1 },
      }),
    ],
    ["order_for_nothing", percent(100)],
    ["amount_above_minimum", amount(5_000, { conditions: { minimum_minor: 500 } })],
    ["maximum_without_effect", amount(5, { max_discount_minor: 4 })],
    ["hours_empty", amount(5, { conditions: { hours: { from: "10:00", to: "10:00" } } })],
    ["named_twice", amount(5, { conditions: { stores: ["S1", "S1"] } })],
    ["in_and_out", amount(5, { scope: { skus: ["A"], except_skus: ["A"] } })],
    ["exclusive_and_several", amount(5, { stacking: { exclusive: true, per_order_max: 2 } })],
    ["franchise_share", amount(5, { bearer: { kind: "franchise_share", franchise_percent: 0 } })],
    ["key_reserved", amount(5, { key: "batches" })],
    ["name_blank", amount(5, { en: " " })],
  ])("%s", (code, coupon) => expect(couponProblems(coupon).map((one) => one.code)).toEqual([code]));

  it("and one that is fine has none", () =>
    expect(couponProblems(amount(500, { conditions: { minimum_minor: 500 } }))).toEqual([]));
});

it("the largest basket the form allows overflows nothing", () => {
  const basket: Basket = {
    ...basketOf([]),
    lines: Array.from({ length: 200 }, (_, i) => ({
      line_id: String(i),
      sku: "A",
      categories: [],
      quantity: 1,
      unit_price_minor: 100_000_000_000,
      amount_minor: 100_000_000_000,
      floor_minor: 0,
    })),
  };
  const { discount_minor } = evaluateBasket(questionOf(basket, [percent(99)]));
  expect(discount_minor).toBe((200 * 100_000_000_000 * 99) / 100);
});
