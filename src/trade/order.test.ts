import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Line } from "./line.ts";
import { foldOrder, type OrderBody, spread } from "./order.ts";
import type { Statement } from "./statement.ts";

const rules = { currency: "CNY", timezone: "Asia/Shanghai" };

function line(key: string, net_minor: number, change: Partial<Line> = {}): Line {
  const amounts = { gross_minor: net_minor, discount_minor: 0, coupon_minor: 0, net_minor };
  return { key, sku: key, name: null, quantity: "1", unit_price: null, promotion_code: null, ...amounts, ...change };
}

function says(
  record_id: string,
  version: string,
  body: OrderBody,
  change: Partial<Statement<OrderBody>> = {},
): Statement<OrderBody> {
  const at = new Date(version);
  return {
    record_id,
    version_at: at,
    occurred_at: at,
    received_at: at,
    party_id: null,
    is_whole: false,
    body,
    ...change,
  };
}

describe("an order from its statements", () => {
  test("each header field is what the newest statement that gives it says", () => {
    const order = foldOrder(
      [
        says("c", "2026-01-03T00:00:00Z", { status: "cancelled" }),
        says("a", "2026-01-01T00:00:00Z", { store_code: "S1", status: "placed", lines: [line("1", 500)] }),
        says("b", "2026-01-02T00:00:00Z", { status: "paid", channel: "mall" }, { party_id: 7 }),
      ],
      rules,
    );
    expect(order).toMatchObject({
      status: "cancelled",
      store_code: "S1",
      channel: "mall",
      party_id: 7,
      line_net_minor: 500,
    });
    expect(order.placed_at).toEqual(new Date("2026-01-01T00:00:00Z"));
  });

  test("a receipt whose status nobody states is paid, in the brand's currency", () => {
    expect(foldOrder([says("a", "2026-01-01T00:00:00Z", {})], rules)).toMatchObject({
      status: "paid",
      currency: "CNY",
      line_net_minor: 0,
    });
  });

  test("the business day is that of the brand's time zone", () => {
    expect(foldOrder([says("a", "2026-01-01T16:30:00Z", {})], rules).business_day).toBe("2026-01-02");
  });

  test("pieces of one document add up as a set of lines", () => {
    const order = foldOrder(
      [
        says("a", "2026-01-01T00:00:00Z", { lines: [line("1", 100), line("2", 200)] }),
        says("b", "2026-01-01T00:00:01Z", { lines: [line("2", 250), line("3", 300)] }),
      ],
      rules,
    );
    expect(order.lines.map((l) => [l.key, l.net_minor])).toEqual([
      ["1", 100],
      ["2", 250],
      ["3", 300],
    ]);
  });

  test("a newer whole state drops the lines it leaves out; one that says no lines does not", () => {
    const whole = { is_whole: true };
    const order = foldOrder(
      [
        says(
          "b",
          "2026-01-02T00:00:00Z",
          { lines: [line("2", 200)] },
          { ...whole, occurred_at: new Date("2026-01-01T00:00:00Z") },
        ),
        says("a", "2026-01-01T00:00:00Z", { lines: [line("1", 100), line("2", 150)] }, whole),
        says("c", "2026-01-03T00:00:00Z", { status: "paid" }),
      ],
      rules,
    );
    expect(order.lines.map((l) => [l.key, l.net_minor])).toEqual([["2", 200]]);
  });
});

describe("what belongs to the whole order", () => {
  test("is spread by amount with the largest remainder, and adds up", () => {
    const lines = spread([line("1", 1000), line("2", 1000), line("3", 1000)], 100, 0);
    expect(lines.map((l) => l.discount_minor)).toEqual([34, 33, 33]);
    expect(lines.map((l) => l.net_minor)).toEqual([966, 967, 967]);
  });

  test("points and gift cards lower net spend after the discount", () => {
    const [only] = spread([line("1", 1000)], 100, 900);
    expect(only).toMatchObject({ discount_minor: 100, tender_minor: 900, net_minor: 0, gross_minor: 1000 });
  });

  test("never takes a line below zero: what the lines cannot carry stays on the header", () => {
    const order = foldOrder(
      [says("a", "2026-01-01T00:00:00Z", { discount_minor: 500, lines: [line("1", 300), line("2", -50)] })],
      rules,
    );
    expect(order.lines.map((l) => l.net_minor)).toEqual([0, -50]);
    expect(order).toMatchObject({ order_discount_minor: 500, discount_minor: 300 });
  });

  test("gross − discount − tender = net on every line, and shares add up to the whole", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -10_000, max: 1_000_000 }), { maxLength: 20 }),
        fc.nat(2_000_000),
        fc.nat(2_000_000),
        (nets, discount, tender) => {
          const before = nets.map((net, i) => line(String(i), net));
          const after = spread(before, discount, tender);
          const carried = nets.reduce((sum, net) => sum + Math.max(0, net), 0);
          const sum = (pick: (l: (typeof after)[number]) => number) => after.reduce((total, l) => total + pick(l), 0);
          for (const l of after) expect(l.gross_minor - l.discount_minor - l.tender_minor).toBe(l.net_minor);
          for (const [i, l] of after.entries()) expect(l.net_minor).toBeGreaterThanOrEqual(Math.min(0, nets[i] ?? 0));
          expect(sum((l) => l.discount_minor)).toBe(Math.min(discount, carried));
          expect(sum((l) => l.tender_minor)).toBe(Math.min(tender, carried - Math.min(discount, carried)));
        },
      ),
    );
  });
});
