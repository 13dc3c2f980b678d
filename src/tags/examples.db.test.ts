import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { EXAMPLE_ACCURACY } from "../../definitions/tags/example-accuracy.ts";
import { TAG_DEFINITIONS, TAG_KEYS } from "../../definitions/tags/index.ts";
import { type Engines, openEngines } from "../../tests/support/engines.ts";
import { wholeCatalogue } from "../../tests/support/whole-catalogue.ts";
import { type Catalogue, checkedTree, formatDecimal, scaleOf } from "../query/index.ts";
import { computedExpression } from "./abstention.ts";
import { lintDefinitions } from "./lint.ts";

let catalogue: Catalogue;
let engines: Engines;

beforeAll(async () => {
  catalogue = await wholeCatalogue();
  engines = await openEngines(inject("postgres").admin_url, catalogue);
});
afterAll(async () => {
  await engines.close();
});

describe("the shipped tags", () => {
  test("are the 62 of the catalogue: 18 basic, 32 of consumption, 12 social", () => {
    expect(TAG_DEFINITIONS.map(({ key }) => key)).toEqual(TAG_KEYS);
    const families = Object.groupBy(TAG_DEFINITIONS, ({ family }) => family);
    expect(Object.fromEntries(Object.entries(families).map(([family, list]) => [family, list.length]))).toEqual({
      basic: 18,
      consumption: 32,
      social: 12,
    });
  });

  test("show how right they were in the example world: figures of known tags, each above the bar", () => {
    const figures = Object.entries(EXAMPLE_ACCURACY.tags);
    expect(figures.length).toBeGreaterThanOrEqual(60);
    for (const [key, figure] of figures) {
      expect(TAG_KEYS).toContain(key);
      expect((figure?.right ?? 0) / (figure?.judged ?? 1), key).toBeGreaterThanOrEqual(0.92);
    }
  });

  test("of private life are off until a person switches them on", () => {
    const off = TAG_DEFINITIONS.filter((definition) => definition.default === "off");
    expect(off.map(({ key }) => key)).toEqual(["occupation", "household"]);
  });
});

describe("every shipped tag", () => {
  test("has all that the catalogue of tags shows", () => {
    expect(lintDefinitions(TAG_DEFINITIONS, catalogue)).toEqual([]);
  });

  test.each(TAG_DEFINITIONS.map((definition) => [definition.key, definition] as const))(
    "%s: its worked example holds on PostgreSQL, DuckDB and the evaluator",
    async (_, definition) => {
      const byKey = new Map(TAG_DEFINITIONS.map((other) => [other.key, computedExpression(other)]));
      const tree = checkedTree(computedExpression(definition), catalogue, { tag: (key) => byKey.get(key) });
      await engines.load(definition.example.rows);
      const found = await engines.run({ value: tree }, definition.example.today);
      for (const engine of ["evaluator", "postgresql", "postgresql_given", "duckdb"] as const) {
        const value = found[engine][0]?.["value"] ?? null;
        const scale = scaleOf(tree.type);
        const shown = value === null || scale === 0 ? value : formatDecimal(BigInt(value), scale);
        expect(shown, `${engine}\n${found.sql.postgresql}`).toBe(definition.example.value);
      }
    },
  );
});

test("the linter finds what is missing", () => {
  const good = TAG_DEFINITIONS[0];
  if (good === undefined) throw new Error("no definitions");
  const bad = { ...good, sentence_zh: "No Chinese", values: (good.values ?? []).slice(0, 1), key: "Bad Key" };
  const found = lintDefinitions([bad], catalogue).join("\n");
  expect(found).toContain("snake_case");
  expect(found).toContain("sentence_zh is not Chinese");
});
