import { divideHalfUp } from "../platform/index.ts";
import {
  bindParameters,
  type Catalogue,
  type CheckedTotal,
  checkTotal,
  type Parameters,
  type TreeProblem,
} from "../query/index.ts";
import type { MetricDefinition, Term } from "./definition.ts";

export interface CheckedTerm {
  /** Equal totals have equal keys, so that each is computed once. */
  readonly key: string;
  readonly checked: CheckedTotal;
  readonly minus: boolean;
}

/** A metric whose formula was found right and has its parameters. */
export interface Formula {
  readonly definition: MetricDefinition;
  readonly numerator: readonly CheckedTerm[];
  readonly denominator: readonly CheckedTerm[] | null;
}

type Result =
  | { readonly ok: true; readonly formula: Formula }
  | { readonly ok: false; readonly problems: readonly TreeProblem[] };

/** Checks a metric against the catalogue with its parameters put in. */
export function checkFormula(definition: MetricDefinition, catalogue: Catalogue, parameters: Parameters): Result {
  const problems: TreeProblem[] = [];
  const side = (terms: readonly Term[]): CheckedTerm[] =>
    terms.flatMap(({ total, minus }) => {
      const bound = bindParameters(total, parameters);
      const result = checkTotal(bound, catalogue);
      if (result.ok) return [{ key: JSON.stringify(bound), checked: result.total, minus: minus === true }];
      problems.push(...result.problems);
      return [];
    });
  const numerator = side(definition.numerator);
  const denominator = definition.denominator === undefined ? null : side(definition.denominator);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, formula: { definition, numerator, denominator } };
}

/** The names of the parameters that a metric asks for. */
export function parametersOf(definition: MetricDefinition): string[] {
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(visit);
    if (typeof part !== "object" || part === null) return;
    const node = part as { node?: unknown; name?: unknown };
    if (node.node === "parameter") found.add(String(node.name));
    Object.values(part).forEach(visit);
  };
  visit([definition.numerator, definition.denominator]);
  return [...found].sort();
}

export interface Fraction {
  readonly numerator: number;
  readonly denominator: number | null;
  /** Null where the denominator is 0. */
  readonly value: number | null;
}

/** The figure of a metric from the totals it is made of. @param totalOf 0 where there is nothing. */
export function fractionOf(formula: Formula, totalOf: (key: string) => number): Fraction {
  const side = (terms: readonly CheckedTerm[]) =>
    terms.reduce((sum, { key, minus }) => sum + (minus ? -totalOf(key) : totalOf(key)), 0);
  const numerator = side(formula.numerator);
  return quotient(formula.definition, numerator, formula.denominator === null ? null : side(formula.denominator));
}

/** numerator ÷ denominator in the metric's units, rounded half up. */
export function quotient(
  { scale }: Pick<MetricDefinition, "scale">,
  numerator: number,
  denominator: number | null,
): Fraction {
  if (denominator === null) return { numerator, denominator, value: numerator };
  if (denominator === 0) return { numerator, denominator, value: null };
  const value = divideHalfUp(BigInt(numerator) * 10n ** BigInt(scale), BigInt(denominator));
  return { numerator, denominator, value: Number(value) };
}
