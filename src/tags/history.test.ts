import fc from "fast-check";
import { expect, test } from "vitest";
import { JUMP_PSI, stabilityIndex } from "./history.ts";
import { directColumns } from "./lineage.ts";

test("the stability index is as worked out by hand, and the same in both directions", () => {
  // (0.6−0.5)·ln(0.6÷0.5) + (0.4−0.5)·ln(0.4÷0.5) = 0.01823 + 0.02231
  expect(stabilityIndex([50, 50], [60, 40])).toBeCloseTo(0.0405, 4);
  expect(stabilityIndex([60, 40], [50, 50])).toBeCloseTo(0.0405, 4);
  expect(stabilityIndex([90, 10], [50, 50])).toBeGreaterThan(JUMP_PSI);
  expect(stabilityIndex([0, 0], [1, 1])).toBeNull();
});

test("counts that grow in proportion did not move, and no counts move less than not at all", () => {
  const counts = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(counts, fc.integer({ min: 2, max: 9 }), (given, times) => {
      const grown = given.map((count) => count * times);
      expect(stabilityIndex(given, grown)).toBeCloseTo(0, 9);
      expect(stabilityIndex(given, [...grown].reverse()) ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("a tag's own columns are told apart from those behind other tags, through windows, filters and other members", () => {
  const expression = {
    node: "case",
    branches: [
      { when: { node: "is_known", value: { node: "tag", key: "city_tier" } }, then: { node: "text", value: "x" } },
      {
        when: {
          node: "aggregate",
          relation: "orders",
          value: { node: "column", column: "net_minor" },
          window: { kind: "days", days: 3, on: "paid_day" },
          via: { relation: "events", column: "counterpart", where: { node: "column", column: "kind" } },
        },
        then: { node: "profile", relation: "members", column: "city" },
      },
    ],
  };
  const found = Object.fromEntries(
    [...directColumns(expression)].map(([name, columns]) => [name, [...columns].sort()]),
  );
  expect(found).toEqual({ orders: ["net_minor", "paid_day"], events: ["counterpart", "kind"], members: ["city"] });
});
