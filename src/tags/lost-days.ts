import { build as q, type Expression } from "../query/index.ts";

/** A member without a purchase for so many days is silent, or lost already where a category's rule is shorter. */
export const SILENT_DAYS = 90;
/** A member without a purchase for so many days is lost, where no rule of a category says otherwise. */
export const LOST_DAYS = 180;
export const LOST_DAYS_MIN = 30;
export const LOST_DAYS_MAX = 1095;
/** Each rule makes the tree of the stage larger; with so many every tag that names it still fits (`NODES_MAX`). */
export const LOST_RULES_MAX = 20;

/** Members whose last valid order was mostly of this category are lost after other days. */
export interface LostRule {
  readonly category: string;
  readonly lost_after_days: number;
}

/** The category that rules a member: the main one of the last valid order. @param where only of these orders. */
export const rulingCategory = (where?: Expression): Expression =>
  q.last("order_categories", q.column("category_1"), where === undefined ? {} : { where });

/**
 * Whether somebody counts as lost so many days after the last purchase. Without rules the category is not read at all.
 * @param since days since the last purchase. @param category what rules the member; missing: no rule holds.
 */
export function isLost(since: Expression, category: Expression, rules: readonly LostRule[]): Expression {
  if (rules.length === 0) return q.atLeast(since, LOST_DAYS);
  const groups = [...Map.groupBy(rules, (rule) => rule.lost_after_days)].sort(([a], [b]) => a - b);
  const chosen = groups.map(
    ([days, own]) => [q.isIn(category, own.map((rule) => rule.category).toSorted()), days] as const,
  );
  return q.atLeast(since, q.choose(chosen, LOST_DAYS));
}
