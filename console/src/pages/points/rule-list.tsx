import { Chip } from "../../parts/chips.tsx";
import { formatDay } from "../../texts/format.ts";
import { pick, type Translate, useLanguage } from "../../texts/texts.ts";
import type { Programme, Rule } from "./programme.ts";
import { type NameOf, ruleSentence, termSentences } from "./rule-sentence.ts";

/** A rule as a sentence: what it gives in one line, what limits it below. */
export function RuleSentence({ rule, nameOf }: { rule: Rule; nameOf: NameOf }) {
  const language = useLanguage();
  const { gives, limits } = ruleSentence(rule, { language, nameOf });
  return (
    <>
      <span className="po-gives">{gives}</span>
      {limits.length === 0 ? null : <span className="po-limits">{limits.join(language === "zh" ? "；" : "; ")}</span>}
    </>
  );
}

interface RuleListProps {
  readonly programme: Programme;
  readonly nameOf: NameOf;
  readonly today: string;
  readonly t: Translate;
}

/** The rules of a programme in plain sentences, then what holds for all of them. */
export function RuleList({ programme, nameOf, today, t }: RuleListProps) {
  const language = useLanguage();
  return (
    <>
      <ol className="po-rules">
        {programme.rules.map((rule) => (
          <li key={rule.key}>
            <span className="po-rule-name">
              <Chip tone={rule.kind === "multiplier" ? "accent" : "neutral"}>{t(`kind.${rule.kind}`)}</Chip>{" "}
              {pick(rule.zh, rule.en)}
              <Season rule={rule} today={today} t={t} />
            </span>
            <span className="po-sentence">
              <RuleSentence rule={rule} nameOf={nameOf} />
            </span>
          </li>
        ))}
      </ol>
      <ul className="po-terms">
        {termSentences(programme, language).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

/** A rule with days of its own says whether it gives today. */
function Season({ rule, today, t }: { rule: Rule; today: string; t: Translate }) {
  if (rule.last_day !== undefined && rule.last_day < today) return <Chip>{t("rules.over")}</Chip>;
  if (rule.from_day !== undefined && rule.from_day > today)
    return <Chip tone="info">{t("rules.begins", { day: formatDay(rule.from_day) })}</Chip>;
  return null;
}
