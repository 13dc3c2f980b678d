import { Choices } from "../../parts/chips.tsx";
import { useTexts } from "../../texts/texts.ts";
import { ChoiceList } from "./choice-list.tsx";
import { FilterEditor } from "./filter-editor.tsx";
import type { SequenceNode } from "./model/draft.ts";
import { type Slot, slotKey } from "./model/sentence.ts";
import { fieldsOfStep, isFollowed, otherForm } from "./model/sequence.ts";
import type { SubjectInfo, Vocabulary } from "./model/vocabulary.ts";
import { Days, LastDays } from "./window-editor.tsx";

interface SequenceEditorProps {
  readonly node: SequenceNode;
  readonly subject: SubjectInfo | undefined;
  readonly vocabulary: Vocabulary;
  readonly slot: Slot;
  readonly onChange: (node: SequenceNode, mark?: string) => void;
}

const WITHIN_DAYS = [1, 3, 7, 14, 30] as const;
const WITHIN_DAYS_MAX = 3660;
const TIMES_MAX = 1000;

/** What one chip of a sequence stands for: how far back, which thing, how soon after, whether at all, how often. */
export function SequenceEditor({ node, subject, vocabulary, slot, onChange }: SequenceEditorProps) {
  const t = useTexts("segments");
  const mark = `${node.id}.${slotKey(slot)}`;
  if (slot.at === "days") return <LastDays value={node.days} onValue={(days) => onChange({ ...node, days }, mark)} />;
  if (slot.at === "within") {
    const within = (within_days: number) => onChange({ ...node, within_days }, mark);
    return (
      <>
        <div className="sg-presets">
          {WITHIN_DAYS.map((days) => (
            <button key={days} type="button" aria-pressed={node.within_days === days} onClick={() => within(days)}>
              {t("editor.within_days", { n: days })}
            </button>
          ))}
        </div>
        <Days
          label={t("editor.within")}
          value={node.within_days}
          max={subject?.within_days_max ?? WITHIN_DAYS_MAX}
          unit={t("editor.days_within")}
          onValue={within}
          t={t}
        />
      </>
    );
  }
  if (slot.at === "verb") {
    return (
      <Choices
        label={t("editor.verb")}
        value={isFollowed(node) ? "yes" : "no"}
        items={[
          { key: "yes", label: t("editor.followed") },
          { key: "no", label: t("editor.not_followed") },
        ]}
        onChange={(key) => {
          if ((key === "yes") !== isFollowed(node)) onChange({ ...node, subject: otherForm(node.subject) });
        }}
      />
    );
  }
  if (slot.at === "times") {
    const times = (next: number) => onChange({ ...node, times: next }, mark);
    return (
      <Days
        label={t("editor.times")}
        value={node.times}
        max={TIMES_MAX}
        unit={t("editor.times_unit")}
        onValue={times}
        t={t}
      />
    );
  }
  return <StepEditor node={node} subject={subject} vocabulary={vocabulary} slot={slot} onChange={onChange} />;
}

/** Another thing begins without the filters of the old one. */
function StepEditor({ node, subject, vocabulary, slot, onChange }: SequenceEditorProps) {
  const t = useTexts("segments");
  if ((slot.at !== "step" && slot.at !== "filter") || slot.side === undefined) return null;
  const { side } = slot;
  const step = node[side];
  if (slot.at === "filter") {
    return (
      <FilterEditor
        where={step.where}
        fields={fieldsOfStep(vocabulary, step.step)}
        index={slot.index}
        onChange={(where) => onChange({ ...node, [side]: { ...step, where } }, `${node.id}.${slotKey(slot)}`)}
      />
    );
  }
  return (
    <ChoiceList
      label={t(`editor.step_${side}`)}
      options={(subject?.steps ?? []).map(({ step: value, zh, en }) => ({ value, zh, en }))}
      chosen={[step.step]}
      multiple={false}
      onChange={([name = step.step]) => {
        if (name !== step.step) onChange({ ...node, [side]: { step: name, where: [] } });
      }}
    />
  );
}
