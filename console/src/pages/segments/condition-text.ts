import type { Language, Translate } from "../../texts/texts.ts";
import type { ConditionNode } from "./model/draft.ts";
import { sentenceText } from "./model/sentence.ts";
import { findSubject, type Vocabulary } from "./model/vocabulary.ts";

/** The condition as one line of text: sentences with their connecting words. */
export function conditionText(node: ConditionNode, vocabulary: Vocabulary, language: Language, t: Translate): string {
  if (node.type !== "group") return sentenceText(node, findSubject(vocabulary, node.subject), language, vocabulary);
  const word = t(node.join === "all" ? "builder.join_all" : "builder.join_any");
  const inner = node.children.map((child) => {
    const text = conditionText(child, vocabulary, language, t);
    return child.type === "group" ? (language === "zh" ? `（${text}）` : `(${text})`) : text;
  });
  const all = inner.join(language === "zh" ? `，${word} ` : ` ${word} `).replaceAll(" （", "（");
  return node.negated ? `${t("builder.group_negated")} ${all}` : all;
}
