import { lifecycleExpression, LIFECYCLE_STAGE } from "../../definitions/tags/lifecycle.ts";
import type { TagDefinition, TagValueMeaning } from "./definition.ts";
import { type LostRule, rulingCategory } from "./lost-days.ts";

/** The shipped tag as the rules make it; without rules the definition itself. */
export function withLostRules(definition: TagDefinition, rules: readonly LostRule[]): TagDefinition {
  if (definition.key !== LIFECYCLE_STAGE || rules.length === 0) return definition;
  const { reason, values = [] } = definition;
  return {
    ...definition,
    expression: lifecycleExpression(rules),
    values: values.map((value) => (value.value === "silent" || value.value === "lost" ? ruled(value, rules) : value)),
    reason: {
      zh: `${reason.zh}最近一单的主要品类：{category}。`,
      en: `${reason.en} Main category of the last order: {category}.`,
      parts: { ...reason.parts, category: { expression: rulingCategory() } },
    },
  };
}

function ruled(value: TagValueMeaning, rules: readonly LostRule[]): TagValueMeaning {
  const zh = rules.map((rule) => `${rule.category} ${rule.lost_after_days} 天`).join("、");
  const en = rules.map((rule) => `${rule.category} ${rule.lost_after_days} days`).join(", ");
  return {
    ...value,
    meaning_zh: `${value.meaning_zh}；最近一单的主要品类另有流失天数：${zh}`,
    meaning_en: `${value.meaning_en}; lost after other days by the main category of the last order: ${en}`,
  };
}
