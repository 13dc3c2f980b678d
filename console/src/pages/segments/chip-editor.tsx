import Button from "antd/es/button";
import { useTexts } from "../../texts/texts.ts";
import { ChoiceEditor } from "./choice-editor.tsx";
import { ChoiceList } from "./choice-list.tsx";
import { type Compared, ComparisonEditor } from "./comparison-editor.tsx";
import { FilterEditor } from "./filter-editor.tsx";
import {
  type BehaviourNode,
  defaultValues,
  type FieldFilter,
  measureOf,
  type Scalar,
  type SentenceNode,
  valuesNeeded,
} from "./model/draft.ts";
import { type Slot, slotKey } from "./model/sentence.ts";
import type { MeasureInfo, Operator, SubjectInfo, Vocabulary } from "./model/vocabulary.ts";
import { Popover } from "./popover.tsx";
import { SequenceEditor } from "./sequence-editor.tsx";
import { WindowEditor } from "./window-editor.tsx";

interface ChipEditorProps {
  readonly node: SentenceNode;
  readonly subject: SubjectInfo | undefined;
  readonly vocabulary: Vocabulary;
  readonly slot: Slot;
  readonly label: string;
  readonly onChange: (node: SentenceNode, mark?: string) => void;
  readonly onClose: () => void;
}

/** The small editor of one chip; every change counts at once, there is nothing to confirm. */
export function ChipEditor(props: ChipEditorProps) {
  const t = useTexts("segments");
  const { node, slot, label, onClose } = props;
  const narrower = slot.at === "filter" ? withoutFilter(node, slot) : null;
  return (
    <Popover label={label} onClose={onClose}>
      <SlotEditor {...props} />
      <div className="sg-popover-foot">
        {narrower === null ? null : (
          <Button size="small" onClick={() => props.onChange(narrower)}>
            {t("editor.remove_filter")}
          </Button>
        )}
        <Button size="small" type="primary" onClick={onClose}>
          {t("editor.done")}
        </Button>
      </div>
    </Popover>
  );
}

function withoutFilter(node: SentenceNode, slot: Slot & { at: "filter" }): SentenceNode | null {
  const rest = (where: readonly FieldFilter[]) => where.filter((_, index) => index !== slot.index);
  if (node.type === "behaviour") return { ...node, where: rest(node.where) };
  if (node.type !== "sequence" || slot.side === undefined) return null;
  const step = node[slot.side];
  return { ...node, [slot.side]: { ...step, where: rest(step.where) } };
}

const MEASURE_OPERATORS: readonly Operator[] = ["gte", "lte", "eq", "between"];
const NUMERIC: ReadonlySet<string> = new Set(["integer", "decimal", "money", "ratio"]);

function SlotEditor({ node, subject, vocabulary, slot, onChange }: ChipEditorProps) {
  const mark = `${node.id}.${slotKey(slot)}`;
  if (node.type === "sequence") {
    return <SequenceEditor node={node} subject={subject} vocabulary={vocabulary} slot={slot} onChange={onChange} />;
  }
  if (node.type === "attribute") {
    const change = (value: Compared) => onChange({ ...node, ...value }, mark);
    if (subject?.type === "choice") return <ChoiceEditor subject={subject} value={node} onChange={change} />;
    return (
      <ComparisonEditor
        type={subject?.type ?? "text"}
        operators={subject?.operators ?? [node.operator]}
        options={subject?.values}
        unit={subject?.unit}
        value={node}
        onChange={change}
      />
    );
  }
  if (slot.at === "window") {
    return <WindowEditor window={node.window} onChange={(window) => onChange({ ...node, window }, mark)} />;
  }
  if (slot.at === "filter") {
    const replace = (where: readonly FieldFilter[]) => onChange({ ...node, where }, mark);
    return <FilterEditor where={node.where} fields={subject?.fields ?? []} index={slot.index} onChange={replace} />;
  }
  if (slot.at === "measure") return <MeasureEditor node={node} subject={subject} onChange={onChange} />;
  const measure = measureOf(subject, node.measure);
  const numeric = NUMERIC.has(measure?.type ?? "integer");
  return (
    <ComparisonEditor
      type={measure?.type ?? "integer"}
      operators={measure?.operators ?? MEASURE_OPERATORS}
      options={measure?.values}
      unit={measure?.unit}
      value={node}
      never={node.measure === "times"}
      onChange={({ operator, values }: Compared) =>
        onChange({ ...node, operator, values: numeric ? values.map(Number) : values }, mark)
      }
    />
  );
}

interface MeasureEditorProps {
  readonly node: BehaviourNode;
  readonly subject: SubjectInfo | undefined;
  readonly onChange: (node: SentenceNode, mark?: string) => void;
}

/** Another measure starts from a value of its own: 2 times is no spend of 2 fen, and no channel. */
function MeasureEditor({ node, subject, onChange }: MeasureEditorProps) {
  const t = useTexts("segments");
  const options = (subject?.measures ?? []).map(({ measure, zh, en }) => ({ value: measure, zh, en }));
  const choose = ([name = node.measure]: readonly string[]) => {
    const [old, next] = [measureOf(subject, node.measure), measureOf(subject, name)];
    const counts = (measure: MeasureInfo | undefined) => measure?.type === "integer" && measure.values === undefined;
    if (name === node.measure) return;
    if (counts(old) && counts(next)) return onChange({ ...node, measure: name });
    const operator = next?.operators?.[0] ?? "gte";
    onChange({ ...node, measure: name, operator, values: firstValues(next, operator) });
  };
  return (
    <ChoiceList
      label={t("editor.measure")}
      options={options}
      chosen={[node.measure]}
      multiple={false}
      onChange={choose}
    />
  );
}

function firstValues(measure: MeasureInfo | undefined, operator: Operator): readonly Scalar[] {
  if (measure?.type === "money") return [10_000];
  if (valuesNeeded(operator) === 1 && NUMERIC.has(measure?.type ?? "integer")) return [1];
  return defaultValues(measure?.type ?? "text", operator);
}
