import type { Catalogue } from "../query/index.ts";
import type { MetricDefinition } from "./definition.ts";
import { checkFormula, parametersOf } from "./formula.ts";
import { KNOWN_PARAMETERS } from "./parameters.ts";

const CHINESE = /[\u4e00-\u9fff]/;
const ZH = ["zh", "sentence_zh", "population_zh", "window_zh", "formula_zh"] as const;
const EN = ["en", "sentence_en", "population_en", "window_en", "formula_en"] as const;
const EXAMPLE_PARAMETERS = {
  currency: { node: "text", value: "CNY" },
  month_start: { node: "date", value: "2026-11-01" },
  m_hi_minor: { node: "integer", value: 1 },
} as const;

/** What is wrong with a set of metrics, one sentence each; empty when all is well. */
export function lintMetrics(definitions: readonly MetricDefinition[], catalogue: Catalogue): string[] {
  const found: string[] = [];
  const keys = new Set<string>();
  for (const definition of definitions) {
    const say = (text: string) => found.push(`${definition.key}: ${text}`);
    if (!/^[a-z][a-z0-9_]{2,40}$/.test(definition.key)) say("the key must be snake_case");
    if (keys.has(definition.key)) say("the key is used twice");
    keys.add(definition.key);
    for (const field of ZH) if (!CHINESE.test(definition[field])) say(`${field} is not Chinese`);
    for (const field of EN) {
      if (definition[field].trim() === "" || CHINESE.test(definition[field])) say(`${field} is not English`);
    }
    if (!definition.sentence_zh.endsWith("。")) say("sentence_zh is not one sentence ending in 。");
    if (!definition.sentence_en.endsWith(".")) say("sentence_en is not one sentence ending in a full stop");
    lintFormula(definition, catalogue, say);
  }
  return found;
}

function lintFormula(definition: MetricDefinition, catalogue: Catalogue, say: (text: string) => void): void {
  const terms = [...definition.numerator, ...(definition.denominator ?? [])];
  const rows = definition.period === "day" ? "rows" : "members";
  // days are counted together in one pass over rows; what needs a whole member is asked for day by day
  if (terms.some(({ total }) => total.of !== rows)) say(`a metric of period ${definition.period} is made of ${rows}`);
  if (terms.some(({ total }) => total.of === "rows" && total.window !== undefined)) say("the period is the window");
  const by = definition.stores === "ticket" ? "row" : "member";
  if (terms.some(({ total }) => total.of === "rows" && total.by !== by))
    say(`stores says ${definition.stores}, the totals do not`);
  if (definition.unit === "share" && (definition.scale !== 4 || definition.denominator === undefined))
    say("a share is a fraction in basis points (scale 4)");
  for (const name of parametersOf(definition)) {
    if (!KNOWN_PARAMETERS.includes(name)) say(`there is no parameter ${name}`);
  }
  const result = checkFormula(definition, catalogue, EXAMPLE_PARAMETERS);
  if (!result.ok) result.problems.forEach((problem) => say(`${problem.path}: ${problem.en}`));
}
