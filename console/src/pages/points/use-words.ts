import { useMemo } from "react";
import { formatDay } from "../../texts/format.ts";
import { useLanguage } from "../../texts/texts.ts";
import { type RuleName, ruleNames } from "./points-data.ts";
import { referenceWords } from "./reference-words.ts";

const NONE: readonly RuleName[] = [];

/** References of the ledger in the reader's words. @param rules as an answer of the server names them */
export function useReferenceWords(rules: readonly RuleName[] | undefined): (reference: string) => string {
  const language = useLanguage();
  const known = rules ?? NONE;
  return useMemo(() => {
    const ruleName = ruleNames(known);
    return (reference) => referenceWords(reference, language, { ruleName, dayText: (day) => formatDay(day) });
  }, [known, language]);
}
