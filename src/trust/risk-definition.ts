export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** 1 to 5, each way. */
export interface Grade {
  readonly likelihood: number;
  readonly impact: number;
}

export interface PlanStep {
  /** Minutes after the incident was taken on by which it is done. */
  readonly within_minutes: number;
  readonly who: Words;
  readonly what: Words;
}

/** What a risk is, how grave, what is done against it, and what is done when it happens. */
export interface RiskContent {
  readonly name: Words;
  readonly description: Words;
  /** As if nothing were done against it, and with what is done. */
  readonly inherent: Grade;
  readonly current: Grade;
  /** A role or a person's name. */
  readonly owner: Words;
  readonly measures: readonly Words[];
  /** Indicators that would tell that it happens; names that nobody registered yet are shown as such. */
  readonly indicators: readonly string[];
  /** 应急预案. */
  readonly plan: { readonly title: Words; readonly steps: readonly PlanStep[] };
  readonly review_months: number;
}

export interface RiskDefinition extends RiskContent {
  readonly key: string;
}

export type Class = "low" | "general" | "serious" | "grave";

/** Likelihood times impact, 1 to 25, in four classes: below 5, 10, 15. */
export function scoreOf({ likelihood, impact }: Grade): number {
  return likelihood * impact;
}

export function classOf(score: number): Class {
  if (score >= 15) return "grave";
  if (score >= 10) return "serious";
  return score >= 5 ? "general" : "low";
}
