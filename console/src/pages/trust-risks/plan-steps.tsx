import { useTexts } from "../../texts/texts.ts";
import { type PlanStep, word } from "./trust-data.ts";

/** A contingency plan: by when, who, what. */
export function PlanSteps({ steps }: { steps: readonly PlanStep[] }) {
  const t = useTexts("trust-risks");
  return (
    <ol className="tr-plan">
      {steps.map((step) => (
        <li key={`${step.within_minutes} ${step.what.en}`}>
          <span className="tr-plan-time">
            {step.within_minutes >= 120
              ? t("within_hours", { n: Math.round(step.within_minutes / 60) })
              : t("within_minutes", { n: step.within_minutes })}
          </span>
          <span>
            <b>{word(step.who)}</b> {word(step.what)}
          </span>
        </li>
      ))}
    </ol>
  );
}
