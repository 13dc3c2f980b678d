import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import type { LostRule } from "./lost-rules-data.ts";

/** The rules of a version in one line. */
export function rulesText(rules: readonly LostRule[], default_days: number, t: Translate): string {
  if (rules.length === 0) return t("lost.none", { n: default_days });
  return rules
    .map(({ category, lost_after_days }) => `${category} ${t("lost.n_days", { n: formatCount(lost_after_days) })}`)
    .join(t("lost.comma"));
}
