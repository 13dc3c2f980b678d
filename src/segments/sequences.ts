import { build as q, type Expression, WINDOW_DAYS_MAX } from "../query/index.ts";
import type { Step, Subject } from "./subject.ts";

/** How far back the first step is looked for when nothing else is said. */
const FIRST_WITHIN_DAYS = 180;
const FOLLOWED_WITHIN_DAYS = 7;

/** Did one thing and then another within some days, at least once. */
export function followed(first: Step, then: Step, within_days: number, days = FIRST_WITHIN_DAYS): Expression {
  const from = { ...first.rows, window: q.lastDays(days) };
  return q.atLeast(q.sequence(from, then.rows, within_days), 1);
}

/**
 * Did one thing and not another within some days after it, at least once. Only first steps count for which the time has
 * passed: nobody is late before it is over.
 */
export function notFollowed(first: Step, then: Step, within_days: number, days = FIRST_WITHIN_DAYS): Expression {
  const { relation, ...rows } = { ...first.rows, window: q.lastDays(days, within_days) };
  const done = q.sequence({ relation, ...rows }, then.rows, within_days);
  return q.atLeast(q.subtract(q.count(relation, rows), done), 1);
}

/** Two subjects whose expressions show the form; the builder puts other steps and days in their places. */
export function sequenceSubjects(steps: readonly Step[]): Subject[] {
  const [first, then] = [steps.find(({ step }) => step === "events.cart") ?? steps[0], steps[0]];
  if (first === undefined || then === undefined) return [];
  const parts = { type: "sequence" as const, operators: ["gte" as const], steps, within_days_max: WINDOW_DAYS_MAX };
  return [
    {
      subject: "sequence.followed",
      zh: "先做了…，之后又做了…",
      en: "Did one thing, then another",
      ...parts,
      expression: followed(first, then, FOLLOWED_WITHIN_DAYS),
    },
    {
      subject: "sequence.not_followed",
      zh: "做了…，之后没有做…",
      en: "Did one thing, then not another",
      ...parts,
      expression: notFollowed(first, then, FOLLOWED_WITHIN_DAYS),
    },
  ];
}
