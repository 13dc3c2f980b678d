import { Choices } from "../../parts/chips.tsx";
import { useLanguage, useTexts } from "../../texts/texts.ts";
import { ChoiceList } from "./choice-list.tsx";
import type { Compared } from "./comparison-editor.tsx";
import { choiceNamed, NEXT_DAYS_MAX, takesDays } from "./model/choice.ts";
import { operatorWord } from "./model/sentence.ts";
import type { SubjectInfo } from "./model/vocabulary.ts";
import { Days } from "./window-editor.tsx";

interface ChoiceEditorProps {
  readonly subject: SubjectInfo;
  readonly value: Compared;
  readonly onChange: (value: Compared) => void;
}

/** Conditions chosen as a whole: when an anniversary comes round, which snapshot. */
export function ChoiceEditor({ subject, value, onChange }: ChoiceEditorProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  const chosen = value.values.map(String);
  const listed = subject.values ?? [];
  const own = chosen.filter((one) => listed.every((option) => option.value !== one));
  const options = [...listed, ...own.flatMap((one) => choiceNamed(subject, one) ?? [])];
  const days = Number(/^next_(\d+)$/.exec(chosen[0] ?? "")?.[1] ?? 7);
  return (
    <>
      <Choices
        label={t("editor.operator")}
        value={value.operator}
        items={subject.operators.map((key) => ({ key, label: operatorWord(key, language, "choice") }))}
        onChange={(operator) => onChange({ ...value, operator })}
      />
      <ChoiceList
        label={t("editor.values")}
        options={options}
        multiple={!takesDays(subject)}
        chosen={chosen}
        onChange={(values) => onChange({ ...value, values })}
      />
      {takesDays(subject) ? (
        <Days
          label={t("editor.next")}
          value={days}
          max={NEXT_DAYS_MAX}
          unit={t("editor.days_within")}
          onValue={(next) => onChange({ ...value, values: [`next_${next}`] })}
          t={t}
        />
      ) : null}
    </>
  );
}
