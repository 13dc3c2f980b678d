import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { METRIC_DEFINITIONS } from "../../definitions/metrics/index.ts";
import { type Engines, openEngines } from "../../tests/support/engines.ts";
import { wholeCatalogue } from "../../tests/support/whole-catalogue.ts";
import {
  duckdb,
  evaluateTotal,
  type Parameters,
  postgresql,
  printMemberTotals,
  printRowTotals,
} from "../query/index.ts";
import type { MetricDefinition } from "./definition.ts";
import { checkFormula, type CheckedTerm, fractionOf } from "./formula.ts";
import { lintMetrics } from "./lint.ts";

let engines: Engines;
const catalogue = await wholeCatalogue();

beforeAll(async () => {
  engines = await openEngines(inject("postgres").admin_url, catalogue);
});
afterAll(() => engines.close());

test("the shipped definitions are complete, typed and in both languages", () => {
  expect(lintMetrics(METRIC_DEFINITIONS, catalogue)).toEqual([]);
});

test("the linter says what is wrong", () => {
  const [orders, net] = METRIC_DEFINITIONS.filter(({ key }) => key === "orders" || key === "repurchase_rate");
  if (orders === undefined || net === undefined) throw new Error("definitions are gone");
  const wrong = { ...orders, zh: "Orders", sentence_en: "no stop", stores: "home" as const, unit: "share" as const };
  expect(lintMetrics([wrong, orders, { ...net, period: "day" }], catalogue)).toEqual([
    "orders: zh is not Chinese",
    "orders: sentence_en is not one sentence ending in a full stop",
    "orders: stores says home, the totals do not",
    "orders: a share is a fraction in basis points (scale 4)",
    "orders: the key is used twice",
    "repurchase_rate: a metric of period day is made of rows",
  ]);
});

function parametersIn({ example }: MetricDefinition): Parameters {
  const entries = Object.entries(example.parameters ?? {}).map(([name, value]) => {
    if (typeof value === "number") return [name, { node: "integer", value }];
    return [name, { node: /^\d{4}-/.test(value) ? "date" : "text", value }];
  });
  return Object.fromEntries(entries) as Parameters;
}

describe("worked examples give what they say on every engine", () => {
  test.each(METRIC_DEFINITIONS.map((definition) => [definition.key, definition] as const))(
    "%s",
    async (_, definition) => {
      const { example } = definition;
      const result = checkFormula(definition, catalogue, parametersIn(definition));
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      const { formula } = result;
      await engines.load(example.rows);
      const period = { kind: "days", days: 1 } as const;
      const terms = [...formula.numerator, ...(formula.denominator ?? [])];
      const totals = {
        evaluator: new Map<string, number>(),
        postgresql: new Map<string, number>(),
        duckdb: new Map<string, number>(),
      };
      for (const { key, checked } of terms) {
        totals.evaluator.set(
          key,
          Number(evaluateTotal(checked, example.rows, catalogue, example.today, period).get("all")),
        );
        const found = await engines.ask({ postgresql: printed(checked, postgresql), duckdb: printed(checked, duckdb) });
        for (const engine of ["postgresql", "duckdb"] as const) {
          totals[engine].set(key, Number(found[engine].find((row) => row["part"] === "all")?.["t0"]));
        }
      }
      function printed(checked: CheckedTerm["checked"], dialect: typeof postgresql): string {
        return "tree" in checked
          ? printMemberTotals([checked], dialect, catalogue, example.today)
          : printRowTotals([checked], dialect, catalogue, example.today, { period });
      }
      const wanted = { numerator: example.numerator, denominator: example.denominator ?? null, value: example.value };
      for (const engine of ["evaluator", "postgresql", "duckdb"] as const) {
        expect(
          fractionOf(formula, (key) => totals[engine].get(key) ?? 0),
          engine,
        ).toEqual(wanted);
      }
    },
  );
});
