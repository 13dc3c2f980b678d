import { describe, expect, test } from "vitest";
import { knobsOf, withKnob } from "./activity-data.ts";

const count = (relation: string, where?: unknown) => ({
  node: "aggregate",
  function: "count",
  relation,
  ...(where ? { where } : {}),
});
const atLeast = (left: unknown, value: number) => ({
  node: "compare",
  operator: ">=",
  left,
  right: { node: "integer", value },
});
const positive = {
  node: "compare",
  operator: ">",
  left: { node: "column", column: "net_minor" },
  right: { node: "integer", value: 0 },
};
const rule = { node: "or", parts: [atLeast(count("login_sessions"), 3), atLeast(count("purchase_days", positive), 1)] };

describe("the numbers of a rule", () => {
  test("are its least counts, not the conditions on rows", () => {
    expect(knobsOf(rule).map(({ subject, value }) => [subject, value])).toEqual([
      ["login_sessions", 3],
      ["purchase_days", 1],
    ]);
  });

  test("change one at a time", () => {
    const [, second] = knobsOf(rule);
    const changed = withKnob(rule, second?.path ?? [], 2);
    expect(knobsOf(changed).map(({ value }) => value)).toEqual([3, 2]);
    expect(knobsOf(rule).map(({ value }) => value)).toEqual([3, 1]);
  });
});
