import { PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useLanguage, useTexts } from "../../texts/texts.ts";
import { ChoiceList } from "./choice-list.tsx";
import { type Compared, ComparisonEditor } from "./comparison-editor.tsx";
import { type BehaviourNode, defaultValues, type FieldFilter, measureOf, type SentenceNode } from "./model/draft.ts";
import type { Slot } from "./model/sentence.ts";
import type { Operator, SubjectInfo } from "./model/vocabulary.ts";
import { Popover } from "./popover.tsx";
import { WindowEditor } from "./window-editor.tsx";

interface ChipEditorProps {
  readonly node: SentenceNode;
  readonly subject: SubjectInfo | undefined;
  readonly slot: Slot;
  readonly label: string;
  readonly onChange: (node: SentenceNode, mark?: string) => void;
  readonly onClose: () => void;
}

/** The small editor of one chip; every change counts at once, there is nothing to confirm. */
export function ChipEditor(props: ChipEditorProps) {
  const t = useTexts("segments");
  const { node, slot, label, onClose } = props;
  return (
    <Popover label={label} onClose={onClose}>
      <SlotEditor {...props} />
      <div className="sg-popover-foot">
        {node.type === "behaviour" && slot.at === "filter" ? (
          <Button
            size="small"
            onClick={() => props.onChange({ ...node, where: node.where.filter((_, index) => index !== slot.index) })}
          >
            {t("editor.remove_filter")}
          </Button>
        ) : null}
        <Button size="small" type="primary" onClick={onClose}>
          {t("editor.done")}
        </Button>
      </div>
    </Popover>
  );
}

const MEASURE_OPERATORS: readonly Operator[] = ["gte", "lte", "eq", "between"];

function SlotEditor({ node, subject, slot, onChange }: ChipEditorProps) {
  const mark = `${node.id}.${slot.at}${slot.at === "filter" ? slot.index : ""}`;
  if (node.type === "attribute") {
    return (
      <ComparisonEditor
        type={subject?.type ?? "text"}
        operators={subject?.operators ?? [node.operator]}
        options={subject?.values}
        unit={subject?.unit}
        value={node}
        onChange={(value) => onChange({ ...node, ...value }, mark)}
      />
    );
  }
  if (slot.at === "window") {
    return <WindowEditor window={node.window} onChange={(window) => onChange({ ...node, window }, mark)} />;
  }
  if (slot.at === "filter")
    return <FilterEditor node={node} subject={subject} index={slot.index} mark={mark} onChange={onChange} />;
  if (slot.at === "measure") return <MeasureEditor node={node} subject={subject} onChange={onChange} />;
  const measure = measureOf(subject, node.measure);
  const operators = subject === undefined || subject.operators.length === 0 ? MEASURE_OPERATORS : subject.operators;
  return (
    <ComparisonEditor
      type={measure?.type ?? "integer"}
      operators={operators}
      options={undefined}
      unit={measure?.unit}
      value={node}
      never={node.measure === "times"}
      onChange={({ operator, values }: Compared) => onChange({ ...node, operator, values: values.map(Number) }, mark)}
    />
  );
}

interface BehaviourEditorProps {
  readonly node: BehaviourNode;
  readonly subject: SubjectInfo | undefined;
  readonly onChange: (node: SentenceNode, mark?: string) => void;
}

/** Another measure starts from a value of its own: 2 times is no spend of 2 fen. */
function MeasureEditor({ node, subject, onChange }: BehaviourEditorProps) {
  const t = useTexts("segments");
  const options = (subject?.measures ?? []).map(({ measure, zh, en }) => ({ value: measure, zh, en }));
  const choose = ([measure = node.measure]: readonly string[]) => {
    const money = measureOf(subject, measure)?.type === "money";
    const sameKind = money === (measureOf(subject, node.measure)?.type === "money");
    onChange({
      ...node,
      measure,
      operator: sameKind ? node.operator : "gte",
      values: sameKind ? node.values : [money ? 10_000 : 1],
    });
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

function FilterEditor({
  node,
  subject,
  index,
  mark,
  onChange,
}: BehaviourEditorProps & { index: number; mark: string }) {
  const filter = node.where[index];
  const field = subject?.fields?.find((candidate) => candidate.field === filter?.field);
  if (filter === undefined) return null;
  const change = (value: Compared) =>
    onChange({ ...node, where: node.where.map((one, at) => (at === index ? { ...one, ...value } : one)) }, mark);
  return (
    <ComparisonEditor
      type={field?.type ?? "text"}
      operators={field?.operators ?? [filter.operator]}
      options={field?.values}
      unit={field?.unit}
      value={filter}
      onChange={change}
    />
  );
}

interface FilterAdderProps extends BehaviourEditorProps {
  readonly open: boolean;
  readonly onOpen: (slot: string | null) => void;
}

/** "+ 限定": narrows the records of a behaviour by one more field, whose editor then opens. */
export function FilterAdder({ node, subject, open, onOpen, onChange }: FilterAdderProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  const used = new Set(node.where.map((filter) => filter.field));
  const fields = (subject?.fields ?? []).filter((field) => !used.has(field.field));
  const add = ([name]: readonly string[]) => {
    const field = fields.find((candidate) => candidate.field === name);
    if (field === undefined) return;
    const operator = field.operators[0] ?? "in";
    const filter: FieldFilter = { field: field.field, operator, values: defaultValues(field.type, operator) };
    onChange({ ...node, where: [...node.where, filter] });
    onOpen(`filter.${node.where.length}`);
  };
  return (
    <span className="sg-chip-place">
      <button
        type="button"
        className="sg-narrow"
        aria-haspopup="dialog"
        aria-expanded={open}
        lang={language}
        onClick={() => onOpen(open ? null : "add")}
      >
        <PlusOutlined aria-hidden="true" /> {t("builder.filter")}
      </button>
      {open ? (
        <Popover label={t("editor.add_filter")} onClose={() => onOpen(null)}>
          <ChoiceList
            label={t("editor.add_filter")}
            options={fields.map(({ field, zh, en }) => ({ value: field, zh, en }))}
            chosen={[]}
            multiple={false}
            onChange={add}
          />
        </Popover>
      ) : null}
    </span>
  );
}
