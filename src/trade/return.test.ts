import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchOrder, refundLines, type ReturnLine } from "./return.ts";

const returned = (sku: string, refund_minor: number, original_line_no: string | null = null): ReturnLine => ({
  key: "1",
  sku,
  quantity: "1",
  refund_minor,
  original_line_no,
});

describe("a return's original order", () => {
  test("is the one of its own source", () => {
    expect(
      matchOrder(2, [
        { order_id: 10, source_id: 1 },
        { order_id: 11, source_id: 2 },
      ]),
    ).toBe(11);
  });
  test("else the only one of that number", () => {
    expect(matchOrder(2, [{ order_id: 10, source_id: 1 }])).toBe(10);
  });
  test("is not guessed between two other sources", () => {
    expect(
      matchOrder(3, [
        { order_id: 10, source_id: 1 },
        { order_id: 11, source_id: 2 },
      ]),
    ).toBeNull();
    expect(matchOrder(3, [])).toBeNull();
  });
});

describe("refunds on lines", () => {
  const lines = [
    { key: "1", sku: "tea", net_minor: 100 },
    { key: "2", sku: "tea", net_minor: 300 },
    { key: "3", sku: "cup", net_minor: 50 },
  ];
  test("a named line takes its own refund", () => {
    expect([...refundLines(lines, [returned("tea", 80, "2")])]).toEqual([
      ["1", 0],
      ["2", 80],
      ["3", 0],
    ]);
  });
  test("else the lines of the SKU fill up in order and the last takes the rest", () => {
    expect([...refundLines(lines, [returned("tea", 150)])]).toEqual([
      ["1", 100],
      ["2", 50],
      ["3", 0],
    ]);
    expect([...refundLines(lines, [returned("tea", 500)])]).toEqual([
      ["1", 100],
      ["2", 400],
      ["3", 0],
    ]);
    expect([...refundLines(lines, [returned("tea", 60, "1"), returned("tea", 60)])]).toEqual([
      ["1", 100],
      ["2", 20],
      ["3", 0],
    ]);
  });
  test("a SKU the order does not hold falls on no line", () => {
    expect([...refundLines(lines, [returned("pot", 70)])]).toEqual([
      ["1", 0],
      ["2", 0],
      ["3", 0],
    ]);
  });
  test("every refunded amount of a held SKU is on its lines, whatever the order of the returns", () => {
    const one = fc.record({
      sku: fc.constantFrom("tea", "cup"),
      refund: fc.nat(1000),
      named: fc.constantFrom(null, "1", "2"),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (returns) => {
        const rows = returns.map((r) => returned(r.sku, r.refund, r.named));
        const total = (map: Map<string, number>) => [...map.values()].reduce((a, b) => a + b, 0);
        expect(total(refundLines(lines, rows))).toBe(rows.reduce((sum, r) => sum + r.refund_minor, 0));
        expect(refundLines(lines, [...rows].reverse())).toEqual(refundLines(lines, rows));
      }),
    );
  });
});
