import type { TrueTags } from "./true-tags.ts";

interface Purchases {
  /** Day numbers with a net spend above zero, in order. */
  readonly days: readonly number[];
  readonly today: number;
  /** The middle one of the days between them. */
  readonly median: number | undefined;
  readonly trend: string | null;
}

const YEAR = 365;

/** Where somebody stands, and how near to leaving by the house's rule (measures.md: lifecycle). */
export function trueLifecycle(purchases: Purchases): TrueTags {
  const stage = stageOf(purchases);
  return { lifecycle_stage: stage, churn_risk: riskOf(stage, purchases) };
}

function stageOf({ days, today }: Purchases): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return "never_bought";
  const silence = today - last;
  if (silence >= 90) return silence >= 180 ? "lost" : "silent";
  if (today - first <= 30) return "new";
  return days.filter((day) => day > today - YEAR).length >= 4 ? "mature" : "growing";
}

function riskOf(stage: string, { days, today, median, trend }: Purchases): string | null {
  const last = days.at(-1);
  if (last === undefined) return null;
  if (stage === "lost") return "lost";
  const silence = today - last;
  const times = median === undefined ? undefined : silence / median;
  if (stage === "silent" || (times !== undefined && times >= 3 && silence >= 30)) return "high";
  const late = times === undefined ? silence >= 60 : times >= 1.5;
  return late || trend === "falling" ? "middle" : "low";
}
