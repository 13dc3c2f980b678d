import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { smallShop } from "../../tests/support/small-shop.ts";
import * as q from "./builder.ts";
import { checkTree, type Expression } from "./index.ts";
import { DEPTH_MAX, NODES_MAX } from "./node.ts";

function problems(input: unknown, options = {}) {
  const result = checkTree(input, smallShop, options);
  return result.ok ? [] : result.problems.map(({ path, code }) => `${path} ${code}`);
}

describe("a wrong tree is refused with the place of each fault", () => {
  const good = q.atLeast(q.count("orders", { window: q.lastDays(90) }), 2);

  test.each<[string, unknown, string[]]>([
    ["nothing", null, [" query.not_a_node"]],
    ["text", "DROP TABLE", [" query.not_a_node"]],
    ["unknown kind", { node: "sql", text: "1" }, [" query.unknown_node"]],
    ["prototype key", { node: "constructor" }, [" query.unknown_node"]],
    ["extra field", { ...good, sql: "1=1" }, [" query.unknown_field"]],
    ["missing side", { node: "compare", operator: "=", left: q.today }, ["right query.bad_field"]],
    ["unknown relation", q.count("payments"), ["relation query.unknown_relation"]],
    ["unknown column", q.sum("orders", "price"), ["value.column query.unknown_column"]],
    ["column outside rows", q.column("net_minor"), [" query.wrong_scope"]],
    [
      "measure in a row",
      q.count("orders", { where: q.atLeast(q.count("events"), 1) }),
      ["where.left query.wrong_scope"],
    ],
    ["profile of many rows", q.profile("orders", "net_minor"), ["relation query.wrong_relation"]],
    ["text with number", q.compare(q.member("gender"), ">", 3), [" query.no_common_type"]],
    ["sum of text", q.sum("orders", "store_code"), ["value query.wrong_type"]],
    ["no condition", q.and(q.today), ["parts[0] query.wrong_type"]],
    ["window of 0 days", q.count("orders", { window: q.lastDays(0) }), ["window.days query.bad_field"]],
    ["rows to come", { ...q.count("orders"), window: { kind: "ahead", back: 0 } }, ["window.kind query.bad_field"]],
    ["day that is none", q.date("2026-02-30"), ["value query.bad_field"]],
    ["NUL in a text", q.equals(q.member("gender"), "a\u0000"), ["right.value query.bad_field"]],
    ["fraction as integer", { node: "integer", value: 0.1 }, ["value query.bad_field"]],
    ["empty list", q.isIn(q.member("gender"), []), ["options query.bad_field"]],
    [
      "borders that fall",
      q.bands(
        q.count("orders"),
        [
          [5, "a"],
          [3, "b"],
        ],
        "c",
      ),
      ["bands query.bands_not_rising"],
    ],
    ["unknown tag", q.tag("nope"), [" query.unknown_tag"]],
    ["unknown segment", q.segment(7), [" query.unknown_segment"]],
    ["median of booleans", q.median("orders", "is_valid"), ["value query.wrong_type"]],
    ["two faults", q.and(q.tag("a"), q.tag("b")), ["parts[0] query.unknown_tag", "parts[1] query.unknown_tag"]],
  ])("%s", (_, input, expected) => {
    expect(problems(input)).toEqual(expected);
  });

  test("a circle of references is named", () => {
    const tags: Record<string, Expression> = { a: q.add(q.tag("b"), 1), b: q.tag("a") };
    const result = checkTree(q.tag("a"), smallShop, { tag: (key: string) => tags[key] });
    expect(!result.ok && result.problems[0]?.en).toContain("tag:a → tag:b → tag:a");
  });

  test("depth and size are bounded", () => {
    let deep: Expression = q.operand(true);
    for (let i = 0; i < DEPTH_MAX; i++) deep = q.not(deep);
    expect(problems(deep).join()).toContain("too_deep");
    expect(problems(q.and(...Array.from({ length: NODES_MAX }, () => q.operand(true))))).toEqual([
      `parts[${NODES_MAX - 1}] query.too_large`,
    ]);
  });

  test("sentences are in both languages and name the place", () => {
    const result = checkTree(q.and(q.atLeast(q.sum("orders", "price"), 1)), smallShop);
    expect(result.ok ? [] : result.problems).toMatchObject([
      { zh: expect.stringContaining("没有列“price”"), en: expect.stringContaining("parts[0].left.value.column") },
    ]);
  });
});

test("whatever JSON comes in, the checker answers and does not throw", () => {
  const kinds = fc.constantFrom(
    "and",
    "compare",
    "in",
    "case",
    "bands",
    "aggregate",
    "mode",
    "sequence",
    "profile",
    "date_part",
    "ratio",
  );
  const junk = fc.tuple(
    kinds,
    fc.dictionary(
      fc.constantFrom(
        "parts",
        "left",
        "right",
        "value",
        "options",
        "operator",
        "branches",
        "bands",
        "last",
        "relation",
        "function",
        "where",
        "window",
        "first",
        "then",
        "within_days",
        "column",
        "part",
        "date",
        "numerator",
        "denominator",
        "scale",
        "rounding",
      ),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  );
  fc.assert(
    fc.property(junk, ([node, fields]) => {
      const result = checkTree({ node, ...fields }, smallShop);
      expect(result.ok || result.problems.length > 0).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
